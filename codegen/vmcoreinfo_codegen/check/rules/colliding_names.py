# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ...terms.key import identifier_of
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    keys: dict[str, str] = {}
    for entry in schema.entries:
        name = identifier_of(entry.key)
        if name in keys:
            message = f"{entry.key} and {keys[name]} are both {name} in C and Python"
            yield entry.location, message
        keys.setdefault(name, entry.key)


RULE = Rule(
    id="VMCI025",
    name="colliding-names",
    doc="Two keys do not become the same identifier in C and Python, where `(`, `.` and `-` are "
    "written as `_`.",
    example="""
OFFSET(zone.free_area) {
	doc		"Offset of free_area in struct zone."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.8
}

OFFSET(zone_free.area) { ### OFFSET(zone_free.area) and OFFSET(zone.free_area) are both OFFSET_zone_free_area in C and Python
	doc		"Offset of area in struct zone_free."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.8
}
""",
    check=_check,
)
