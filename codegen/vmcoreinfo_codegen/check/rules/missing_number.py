# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...model.numbers import Numbers
from ...model.schema import Schema
from ...problem import Location
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    if schema.key_numbers:
        keys = {entry.key: entry.location for entry in schema.entries}
        yield from _without(schema.key_numbers, keys)
    if schema.arch_numbers:
        archs = {arch.name: arch.location for arch in schema.architectures}
        yield from _without(schema.arch_numbers, archs)


def _without(numbers: Numbers, declared: Mapping[str, Location]) -> Iterator[Finding]:
    known = set(numbers.names)
    last = numbers.places[-1] if numbers.places else numbers.location
    for name, place in declared.items():
        if name not in known:
            where = f"{last.path}:{last.line}"
            yield place, f"{name} has no number", f"add 'number {name}' after the last, {where}"


RULE = Rule(
    id="VMCI036",
    name="missing-number",
    doc="Every key and architecture has a number if the schema has `key-numbers` and "
    "`arch-numbers`: without one it would take the next number, as would the next new key.",
    example="""
NUMBER(PG_lru) { ### NUMBER(PG_lru) has no number
	doc		"Bit number of the flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
}
key-numbers {
}
""",
    check=_check,
    severity="warning",
)
