# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Boundary, Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    first: dict[str, Boundary] = {}
    for boundary in schema.boundaries():
        if boundary.commit is None or boundary.release.is_stable:
            continue
        known = first.setdefault(boundary.commit[:12], boundary)
        if known.release.branch != boundary.release.branch:
            yield (
                boundary.location,
                f"commit {boundary.commit} is given for {boundary.release}, but for "
                f"{known.release} in {known.location}",
                "a commit belongs to one release; use 'backport' for a stable branch",
            )


RULE = Rule(
    id="VMCI028",
    name="commit-release",
    doc="A commit belongs to the same mainline release wherever it is named.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8 commit 122c7a59055c
}

NUMBER(PG_private) {
	doc		"Bit number of the private page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9 commit 122c7a59055c ### commit 122c7a59055c is given for 6.9, but for 6.8 in example.vmci
}
""",
    check=_check,
)
