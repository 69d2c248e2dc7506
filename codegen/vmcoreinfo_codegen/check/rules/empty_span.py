# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.release import Release
from ...model import Schema
from ...problem import Location
from ..rule import Finding, Rule

_Bounds = tuple[Location, Release | None, Release | None]


def _all_bounds(schema: Schema) -> Iterator[_Bounds]:
    for span in schema.spans():
        yield (span.until or span.since).location, *span.bounds
    for location, ranged in schema.ranged():
        yield location, *ranged.bounds
    for quirk in schema.quirks():
        for since, end in quirk.ranges:
            yield quirk.location, since, end


def _check(schema: Schema) -> Iterator[Finding]:
    for location, since, until in _all_bounds(schema):
        if since is not None and until is not None and until.opening <= since.opening:
            yield location, f"until {until} is not after since {since}"


RULE = Rule(
    id="VMCI011",
    name="empty-span",
    doc="`until` comes after `since`: spans are half-open, so an entry of a single release is "
    "`since` it and `until` the next.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
	until		6.9 "renamed" ### until 6.9 is not after since 6.9
}
""",
    check=_check,
)
