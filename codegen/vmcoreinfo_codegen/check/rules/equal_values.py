# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Derived, Key, Read, TypeFact
from ...model import Entry, Schema
from ...model.c_type import called
from ...model.entry import Equal
from ...model.vocabulary import Bound
from ...problem import Location, did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        said = {export.equals for export in entry.exports if export.equals is not None}
        for equals in sorted(said, key=lambda one: one.location):
            if not entry.format.is_number:
                message = f"an 'equals' in {entry.key}, which is not a number"
                yield equals.location, message, "leave it out"
            yield from _of(schema, entry, equals)


def _of(schema: Schema, entry: Entry, equals: Equal) -> Iterator[Finding]:
    start = f"the 'equals' of {entry.key} uses"
    for part in equals.expression.walk():
        if isinstance(part, (Derived, Read)):
            yield equals.location, f"{start} a derivation or memory", "use an entry"
        elif isinstance(part, TypeFact):
            found = called(part.name, schema.by_type) if part.question == "size" else None
            if found is None or found.bound is not Bound.EXACT:
                hint = "use the size of a declared type, without bounds"
                yield equals.location, f"{start} {part.question}({shortened(part.name)})", hint
        elif isinstance(part, Key):
            other = schema.by_key.get(part.key)
            at = Location(equals.location.path, *part.position)
            if other is None:
                hint = did_you_mean(part.key, schema.by_key)
                yield at, f"{start} {part.key}, which is not an entry", hint
            elif other is entry:
                yield at, f"{start} its own value", "use other entries"
            elif not other.format.is_number:
                yield at, f"{start} {part.key}, which is not a number", "use other entries"


RULE = Rule(
    id="VMCI061",
    name="equal-values",
    doc="`equals` uses only numeric entries and the exact sizes of declared types, which the audit can "
    "compare with the note.",
    example="""
type "struct list_head"	2 words
type "struct page"	at most 32 words

SIZE(page) {
	doc		"Size of struct page."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		size(page) ### the 'equals' of SIZE(page) uses size(page)
	since		6.8
}

SIZE(free_area) {
	doc		"Size of struct free_area."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		size(list_head) + SIZE(pages) ### the 'equals' of SIZE(free_area) uses SIZE(pages), which is not an entry
	since		6.8
}

SIZE(list_head) {
	doc		"Size of struct list_head."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		u64[8] ### the 'equals' of SIZE(list_head) uses a derivation or memory
	since		6.8
}

SIZE(zone) {
	doc		"Size of struct zone."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		SIZE(zone) ### the 'equals' of SIZE(zone) uses its own value
	since		6.8
}
""",
    check=_check,
)
