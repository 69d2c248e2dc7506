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
            yield mark.location, f"{message} ({now}): new names go behind, none goes away"
    seen: set[str] = set()
    for name, place in zip(numbers.names, numbers.places):
        if name in seen:
            yield place, f"{name} has a number already"
        elif name not in declared:
            message = f"{name} has a number, and is declared nowhere"
            yield place, f"{message}: what was released stays, with an 'until'"
        seen.add(name)


RULE = Rule(
    id="VMCI035",
    name="numbers",
    doc="No number of a key or an architecture changes that a release of libvmcoreinfo had, and none "
    "goes away: programs that were compiled hold them.",
    example="""
key-numbers {
	number		NUMBER(gone) ### NUMBER(gone) has a number, and is declared nowhere: what was released stays, with an 'until'
}
""",
    check=_check,
)
