# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            last = export.last
            if last is not None and not last.reason:
                yield (
                    last.location,
                    f"{entry.key} goes at {last.release}, and nothing says why",
                    f"until {last.release} \"why\", and 'replaced-by' where there is something else",
                )


RULE = Rule(
    id="VMCI030",
    name="unexplained-removal",
    doc="An entry that went says why, in a few words behind its `until`, and by `replaced-by` what "
    "there is instead.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
	until		6.9 ### NUMBER(PG_lru) goes at 6.9, and nothing says why
}
""",
    check=_check,
    severity="warning",
)
