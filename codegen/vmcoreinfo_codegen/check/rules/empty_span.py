# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.base import Ranged, Span
from ...model.schema import Schema
from ...problem import Location
from ...terms.release import Release
from ..rule import Finding, Rule

_Bounds = tuple[Location, Release | None, Release | None]


def _all_bounds(schema: Schema) -> Iterator[_Bounds]:
    def of_span(span: Span) -> _Bounds:
        until = span.until.release if span.until else None
        return (span.until or span.since).location, span.since.release, until

    def of_ranged(location: Location, ranged: Ranged) -> _Bounds:
        return location, ranged.since, ranged.until

    yield from (of_span(arch.span) for arch in schema.architectures)
    yield from (of_span(macro.span) for macro in schema.macros)
    for entry in schema.entries:
        for export in entry.exports:
            yield from map(of_span, export.spans)
            for ranged in (*export.vias, *export.dependencies):
                yield of_ranged(export.location, ranged)
            for quirk in export.quirks:
                for since, until in quirk.ranges:
                    yield quirk.location, since, until
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            yield of_ranged(recipe.location, recipe)


def _check(schema: Schema) -> Iterator[Finding]:
    for location, since, until in _all_bounds(schema):
        if since is not None and until is not None and until.opening <= since.opening:
            yield location, f"until {until} is not after since {since}"


RULE = Rule(
    id="VMCI011",
    name="empty-span",
    doc="`until` comes after `since`: spans are half-open, so an entry that was in one release "
    "only is `since` it and `until` the next.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
	until		6.9 ### until 6.9 is not after since 6.9
}
""",
    check=_check,
)
