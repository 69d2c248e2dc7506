# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            if entry.format.is_number and export.unit is None:
                yield export.location, f"{entry.key} has no unit", "value FORMAT UNIT"
    for derivation in schema.derivations:
        if derivation.format.is_number and derivation.unit is None:
            yield derivation.location, f"{derivation.name} has no unit", "value FORMAT UNIT"


RULE = Rule(
    id="VMCI022",
    name="missing-unit",
    doc="A number has a unit: `value signed bit`, not `value signed`.",
    example="""
NUMBER(PG_lru) { ### NUMBER(PG_lru) has no unit
	doc		"Bit number of the lru page flag."
	value		signed
	via		VMCOREINFO_NUMBER
	since		6.8
}
""",
    check=_check,
    severity="warning",
)
