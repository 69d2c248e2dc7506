# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Collection, Iterator

from ...model.numbers import Numbers, digest
from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    if schema.key_numbers:
        yield from _kept(schema.key_numbers, schema.by_key)
    if schema.arch_numbers:
        yield from _kept(schema.arch_numbers, {arch.name for arch in schema.architectures})


def _kept(numbers: Numbers, declared: Collection[str]) -> Iterator[Finding]:
    for mark in numbers.marks:
        now = digest(numbers.names[: mark.count])
        if now != mark.digest:
            message = f"the first {mark.count} numbers are no longer those of {mark.release}"
            yield mark.location, f"{message} ({now}): append new names, and never remove one"
    seen: set[str] = set()
    for name, place in zip(numbers.names, numbers.places):
        if name in seen:
            yield place, f"{name} already has a number"
        elif name not in declared:
            message = f"{name} has a number, but is not declared"
            yield place, f"{message}: released names stay in the schema, with an 'until'"
        seen.add(name)


RULE = Rule(
    id="VMCI035",
    name="numbers",
    doc="The numbers of keys and architectures never change or disappear after a libvmcoreinfo "
    "release, as compiled programs contain them.",
    example="""
key-numbers {
	number		NUMBER(gone) ### NUMBER(gone) has a number, but is not declared: released names stay in the schema, with an 'until'
}
""",
    check=_check,
)
