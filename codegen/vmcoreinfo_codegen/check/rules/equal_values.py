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
                message = f"{entry.key} is not a number"
                yield equals.location, message, "leave the 'equals' out"
            yield from _of(schema, entry, equals)


def _of(schema: Schema, entry: Entry, equals: Equal) -> Iterator[Finding]:
    for part in equals.expression.walk():
        if isinstance(part, (Derived, Read)):
            message = f"what {entry.key} equals depends on more than entries and types"
            yield equals.location, message, "use an entry"
        elif isinstance(part, TypeFact):
            found = called(part.name, schema.by_type) if part.question == "size" else None
            if found is None or found.bound is not Bound.EXACT:
                message = f"what {entry.key} equals needs {part.question}({shortened(part.name)})"
                yield (
                    equals.location,
                    message,
                    "only the size of a declared type is known, if exact",
                )
        elif isinstance(part, Key):
            other = schema.by_key.get(part.key)
            at = Location(equals.location.path, *part.position)
            if other is None or part.key == entry.key:
                message = f"what {entry.key} equals needs {part.key}"
                hint = did_you_mean(part.key, [key for key in schema.by_key if key != entry.key])
                yield at, message, hint or "name another entry"
            elif not other.format.is_number:
                yield at, f"what {entry.key} equals needs {part.key}, which is not a number"


RULE = Rule(
    id="VMCI061",
    name="equal-values",
    doc="`equals` follows from other numeric entries and from exact sizes of declared types alone, as the audit "
    "compares it with the note.",
    example="""
type "struct list_head"	2 words
type "struct page"	at most 32 words

SIZE(page) {
	doc		"Size of struct page."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		size(page) ### what SIZE(page) equals needs size(page)
	since		6.8
}

SIZE(free_area) {
	doc		"Size of struct free_area."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		size(list_head) + SIZE(pages) ### what SIZE(free_area) equals needs SIZE(pages)
	since		6.8
}

SIZE(list_head) {
	doc		"Size of struct list_head."
	value		decimal bytes
	via		VMCOREINFO_STRUCT_SIZE
	equals		u64[8] ### what SIZE(list_head) equals depends on more than entries and types
	since		6.8
}
""",
    check=_check,
)
