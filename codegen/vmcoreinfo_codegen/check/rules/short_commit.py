# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ..rule import Finding, Rule

_LEAST, _MOST = 12, 40


def _check(schema: Schema) -> Iterator[Finding]:
    for boundary in schema.boundaries():
        if boundary.commit is not None and not _LEAST <= len(boundary.commit) <= _MOST:
            yield (
                boundary.location,
                f"commit {boundary.commit} has {len(boundary.commit)} hex digits",
                f"give {_LEAST} to {_MOST}: git rev-parse --short={_LEAST} {boundary.commit}",
            )


RULE = Rule(
    id="VMCI018",
    name="short-commit",
    doc="A commit has at least 12 hexadecimal digits, as in a `Fixes:` line.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8 commit 122c7a59 ### commit 122c7a59 has 8 hex digits
}
""",
    check=_check,
)
