# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.base import Boundary, Ranged
from ...model.schema import Schema
from ...problem import Location, did_you_mean
from ...terms.release import Release
from ..rule import Finding, Rule


def _releases(schema: Schema) -> Iterator[tuple[Location, Release]]:
    def of_boundary(boundary: Boundary | None) -> Iterator[tuple[Location, Release]]:
        if boundary is not None:
            yield boundary.location, boundary.release
            if boundary.seen is not None:
                yield boundary.location, boundary.seen

    def of_ranged(location: Location, ranged: Ranged) -> Iterator[tuple[Location, Release]]:
        for release in (ranged.since, ranged.until, *ranged.backports):
            if release is not None:
                yield location, release

    spans = [arch.span for arch in schema.architectures] + [m.span for m in schema.macros]
    for macro in schema.macros:
        for printed in macro.prints:
            yield from of_ranged(macro.location, printed)
    for entry in schema.entries:
        for export in entry.exports:
            spans += export.spans
            for ranged in (*export.vias, *export.dependencies):
                yield from of_ranged(export.location, ranged)
            for quirk in export.quirks:
                for bounds in quirk.ranges:
                    yield from ((quirk.location, r) for r in bounds if r is not None)
            for change in export.changes:
                yield from of_boundary(change.boundary)
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            yield from of_ranged(recipe.location, recipe)
    for span in spans:
        for boundary in (span.since, span.until, *span.backports):
            yield from of_boundary(boundary)


def _check(schema: Schema) -> Iterator[Finding]:
    known = [str(declared.release) for declared in schema.releases]
    for location, release in _releases(schema):
        if not schema.is_declared(release):
            hint = did_you_mean(str(release.branch), known) or "declare it in releases.vmci"
            yield location, f"release {release.branch} is not declared", hint


RULE = Rule(
    id="VMCI010",
    name="undeclared-release",
    doc="Every release that the schema names is declared with its date in `releases.vmci`; a "
    "candidate or a stable release is known by its mainline one.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.88 ### release 6.88 is not declared
}
""",
    check=_check,
)
