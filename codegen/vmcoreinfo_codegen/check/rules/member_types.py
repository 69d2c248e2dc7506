# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import TypeFact
from ...core.key import Kind, argument_of
from ...model import Entry, Export, Schema
from ...model.c_type import called, element_of, extent_of
from ...problem import did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            yield from _of_export(schema, entry, export)
    used = set(_used(schema))
    for place, one in enumerate(schema.types):
        if any(one.name == other.name for other in schema.types[:place]):
            yield one.location, f"a second type '{shortened(one.name)}'", "leave it out"
        elif one.name not in used:
            yield one.location, f"no entry uses the type '{shortened(one.name)}'", "leave it out"


def _of_export(schema: Schema, entry: Entry, export: Export) -> Iterator[Finding]:
    if entry.kind is not Kind.OFFSET:
        hint = "only an OFFSET is about a member"
        for said in export.types:
            yield said.location, f"a 'type' in {entry.key}", hint
        if export.is_first:
            yield export.location, f"a 'first' in {entry.key}", hint
        return
    for said in export.types:
        if extent_of(said.type, schema.by_type) is None:
            name = element_of(said.type)
            hint = did_you_mean(name, sorted(schema.by_type)) or "declare it with its size"
            yield said.location, f"no type '{shortened(name)}' is declared", hint


def _used(schema: Schema) -> Iterator[str]:
    for entry in schema.entries:
        names = [argument_of(entry.key).partition(".")[0]]
        for export in entry.exports:
            yield from (element_of(said.type) for said in export.types)
            asked = export.equals.expression.walk() if export.equals else ()
            names += [part.name for part in asked if isinstance(part, TypeFact)]
        for name in names:
            found = called(name, schema.by_type)
            if found is not None:
                yield found.name


RULE = Rule(
    id="VMCI060",
    name="member-types",
    doc="Only an OFFSET has a `type` and can be `first`. A type is a pointer or it is declared, and each "
    "declared type is used.",
    example="""
type "unsigned long"	1 word
type "unsigned int"	4 bytes
type "struct list_head"	2 words ### no entry uses the type 'struct list_head'
type "unsigned int"	4 bytes ### a second type 'unsigned int'

OFFSET(page.lru) {
	doc		"Offset of lru in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	type		"struct list_haed" until 6.9 ### no type 'struct list_haed' is declared
	type		"unsigned long" since 6.9
	since		6.8
}

OFFSET(page.flags) {
	doc		"Offset of flags in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	type		"unsigned int[2]"
	first
	since		6.8
}

SIZE(page) { ### a 'first' in SIZE(page)
	doc		"Size of struct page."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	first
	type		"unsigned long" ### a 'type' in SIZE(page)
	since		6.8
}
""",
    check=_check,
)
