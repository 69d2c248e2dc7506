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
                    f"{entry.key} was removed in {last.release} without a reason",
                    f"until {last.release} \"why\", and 'replaced-by' if there is a replacement",
                )


RULE = Rule(
    id="VMCI030",
    name="unexplained-removal",
    doc="A removed entry gives the reason in a few words after its `until`, and any replacement "
    "with `replaced-by`.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
	until		6.9 ### NUMBER(PG_lru) was removed in 6.9 without a reason
}
""",
    check=_check,
    severity="warning",
)
