# SPDX-License-Identifier: MIT
from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator

from ...core.key import identifier_of
from ...model.schema import Schema
from ..rule import Finding, Rule

# A derivation becomes a function with its name, in a module that imports `re`.
_OF_PYTHON = frozenset(["re", *keyword.kwlist, *keyword.softkwlist, *dir(builtins)])


def _check(schema: Schema) -> Iterator[Finding]:
    keys: dict[str, str] = {}
    for entry in schema.entries:
        name = identifier_of(entry.key)
        if name in keys:
            message = f"{entry.key} and {keys[name]} are both {name} in C and Python"
            yield entry.location, message
        keys.setdefault(name, entry.key)
    archs: dict[str, str] = {}
    for arch in schema.architectures:
        name = identifier_of(arch.name).upper()
        if name in archs:
            yield arch.location, f"{arch.name} and {archs[name]} are both {name} in C"
        archs.setdefault(name, arch.name)
    for derivation in schema.derivations:
        if derivation.name in _OF_PYTHON:
            yield (
                derivation.location,
                f"a function named {derivation.name} breaks Python code",
            )


RULE = Rule(
    id="VMCI025",
    name="colliding-names",
    doc="No two keys or architectures become the same identifier in C and Python, where `(`, `.` "
    "and `-` turn into `_`; no derivation has a name that Python uses.",
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

derive len { ### a function named len breaks Python code
	doc		"A value."
	value		decimal bits
	from		1 as one
}
""",
    check=_check,
)
