# SPDX-License-Identifier: MIT
"""The changes of each release, derived from the spans of the entries.

A boundary has two sides: the state just before a release opened, and the state from then on. Both
are taken from the same spans, so an entry that moved to other kernel code is not reported as
removed or added.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from ..core.condition import ALWAYS, Condition, equivalent
from ..core.release import Moment, Release
from ..model import Boundary, Entry, Export, Quirk, Schema, Span
from ..model.timeline import holds
from ..record import Value

Kind = Literal[
    "added",
    "removed",
    "moved",
    "meaning",
    "condition",
    "format",
    "printed",
    "backport",
    "quirk",
]


class Event(Value):
    """A change of an entry; `archs` None means all architectures of that release."""

    kind: Kind
    release: Release
    key: str
    archs: tuple[str, ...] | None = None
    had: tuple[str, ...] = ()
    """Architectures that exported the entry before, if it was added on all others."""
    boundary: Boundary | None = None
    old: str = ""
    new: str = ""
    text: str = ""
    replaced_by: tuple[str, ...] = ()
    quirk: Quirk | None = None
    until: Release | None = None


def archs_at(schema: Schema, export: Export, moment: Moment) -> list[str]:
    """The architectures that existed and on which the export's condition could be true."""
    condition = export.condition_at(moment)
    return [
        arch.name
        for arch in schema.architectures
        if export.concerns(arch.name)
        and holds(arch.span, moment)
        and condition.simplify(schema.fixed_config(arch)).evaluate({}) is not False
    ]


def all_at(schema: Schema, moment: Moment) -> list[str]:
    return [arch.name for arch in schema.architectures if holds(arch.span, moment)]


def events(schema: Schema) -> list[Event]:
    """All changes by release, those of a release in the order of the schema."""
    found = [
        event
        for entry in schema.entries
        for export in entry.exports
        for event in _export_events(schema, entry, export)
    ]
    return sorted(found, key=lambda event: event.release.opening)


def _export_events(schema: Schema, entry: Entry, export: Export) -> Iterator[Event]:
    others = [other for other in entry.exports if other is not export]
    for span in export.spans:
        yield from _came(schema, entry, export, span, others)
        if span.until is not None:
            yield from _went(schema, entry, export, span.until, others)
        for backport in span.backports:
            archs = _named(
                schema, archs_at(schema, export, backport.release.opening), backport.release
            )
            yield Event("backport", backport.release, entry.key, archs, boundary=backport)
    for release, old, new in _condition_steps(export):
        if not equivalent(old, new):
            yield Event(
                "condition",
                release,
                entry.key,
                export.archs,
                old=_condition_words(old),
                new=_condition_words(new),
            )
    for read, then in itertools.pairwise(entry.formats_over(export)):
        yield Event(
            "format",
            then.since,
            entry.key,
            export.archs,
            old=read.value.value,
            new=then.value.value,
        )
    for was, becomes in itertools.pairwise(schema.forms(export)):
        yield Event(
            "printed",
            becomes.since,
            entry.key,
            export.archs,
            old=was.value,
            new=becomes.value,
        )
    for change in export.changes:
        yield Event(
            "meaning",
            change.boundary.release,
            entry.key,
            export.archs,
            boundary=change.boundary,
            text=change.text,
        )
    for quirk in export.quirks:
        for since, until in quirk.ranges:
            yield Event("quirk", since, entry.key, quirk.archs, quirk=quirk, until=until)


def _came(
    schema: Schema, entry: Entry, export: Export, span: Span, others: Sequence[Export]
) -> Iterator[Event]:
    release = span.since.release
    here = archs_at(schema, export, release.opening)
    had = _exported_by(schema, others, release.eve)
    gained = [name for name in here if name not in had]
    if not gained:
        return
    everywhere = here == all_at(schema, release.opening)
    yield Event(
        "added",
        release,
        entry.key,
        None if everywhere else tuple(gained),
        tuple(name for name in here if name in had) if everywhere else (),
        boundary=span.since,
        text=span.since.reason,
    )


def _went(
    schema: Schema, entry: Entry, export: Export, until: Boundary, others: Sequence[Export]
) -> Iterator[Event]:
    here = archs_at(schema, export, until.release.eve)
    kept = _exported_by(schema, others, until.release.opening)
    lost = [name for name in here if name not in kept]
    stays = [name for name in here if name in kept]
    # If an architecture was removed with its entries, it is named; otherwise None means all.
    archs = None if lost == all_at(schema, until.release.eve) else tuple(lost)
    if lost:
        yield Event(
            "removed",
            until.release,
            entry.key,
            archs,
            boundary=until,
            text=until.reason,
            replaced_by=export.replaced_by,
        )
    if stays:
        yield Event("moved", until.release, entry.key, tuple(stays), boundary=until)


def _exported_by(schema: Schema, exports: Iterable[Export], moment: Moment) -> set[str]:
    return {
        name
        for export in exports
        if export.is_there(moment)
        for name in archs_at(schema, export, moment)
    }


def _named(schema: Schema, names: list[str], release: Release) -> tuple[str, ...] | None:
    return None if names == all_at(schema, release.opening) else tuple(names)


def _condition_steps(export: Export) -> Iterator[tuple[Release, Condition, Condition]]:
    """Each release that changed the condition, including stable ones: the condition before and
    after."""
    for old, new in itertools.pairwise(export.conditions()):
        yield new.since, old.value, new.value
    for dependency in export.dependencies:
        for backport in dependency.backports:
            yield backport, export.condition_at(backport.branch.opening), dependency.condition


def _condition_words(condition: Condition) -> str:
    return "" if condition == ALWAYS else str(condition)
