# SPDX-License-Identifier: MIT
"""What each release changed, worked out from the lives of the entries.

A boundary has two sides: what held just before a release opened, and what holds
from then on. Both are asked of the same spans, so what moved from one piece of
kernel code to another is told from what really came or went.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from ..model import Boundary, Entry, Export, Quirk, Schema, Span
from ..model.base import Ranged
from ..terms.condition import ALWAYS, Condition, Known, equivalent
from ..terms.release import Release

Kind = Literal["added", "removed", "moved", "meaning", "condition", "printed", "backport", "quirk"]
Point = tuple[tuple[int, ...], int, int, int]
Value = TypeVar("Value")
Attribute = TypeVar("Attribute", bound=Ranged)


@dataclass(frozen=True)
class Event:
    """One change of one entry; `archs` None means all that kernels had in that release."""

    kind: Kind
    release: Release
    key: str
    archs: tuple[str, ...] | None = None
    had: tuple[str, ...] = ()
    """Architectures that exported the entry before, where all others came to do so."""
    boundary: Boundary | None = None
    old: str = ""
    new: str = ""
    text: str = ""
    replaced_by: tuple[str, ...] = ()
    quirk: Quirk | None = None
    until: Release | None = None


@dataclass(frozen=True)
class Segment(Generic[Value]):
    """What holds from one release to another; None is no bound."""

    value: Value
    since: Release | None
    until: Release | None


def at(release: Release) -> Point:
    """From the opening of a release on."""
    return (*release.opening, 0)


def before(release: Release) -> Point:
    return (*release.opening, -1)


def covers(since: Release | None, until: Release | None, point: Point) -> bool:
    if since is not None and point < at(since):
        return False
    return until is None or point < at(until)


def span_covers(span: Span, point: Point) -> bool:
    """Whether mainline exports at that point; backports are events of their own."""
    return covers(span.since.release, span.until.release if span.until else None, point)


def in_force(attributes: Iterable[Attribute], point: Point) -> Attribute | None:
    return next((a for a in attributes if covers(a.since, a.until, point)), None)


def condition_at(export: Export, point: Point) -> Condition:
    dependency = in_force(export.dependencies, point)
    return dependency.condition if dependency else ALWAYS


def timeline(
    bounds: Iterable[Release | None],
    value_at: Callable[[Point], Value],
    since: Release,
    until: Release | None,
) -> list[Segment[Value]]:
    """The values between two releases, the same one after the other merged."""
    end = at(until) if until else None
    inner = {b for b in bounds if b and at(b) > at(since) and (end is None or at(b) < end)}
    starts = [since, *sorted(inner, key=at)]
    segments: list[Segment[Value]] = []
    for place, start in enumerate(starts):
        value = value_at(at(start))
        stop = starts[place + 1] if place + 1 < len(starts) else until
        if segments and segments[-1].value == value:
            segments[-1] = Segment(value, segments[-1].since, stop)
        else:
            segments.append(Segment(value, start, stop))
    return segments


def bounds_of(attributes: Iterable[Ranged]) -> list[Release | None]:
    return [bound for a in attributes for bound in (a.since, a.until)]


def conditions(export: Export, known: Known | None = None) -> list[Segment[Condition]]:
    """The Kconfig conditions of an export over its whole life, less what is known."""
    return timeline(
        bounds_of(export.dependencies),
        lambda point: condition_at(export, point).simplify(known or {}),
        export.first.release,
        export.last.release if export.last else None,
    )


def form_at(schema: Schema, export: Export, point: Point) -> str:
    """How the value is printed: what follows the `=` of the printf format."""
    via = in_force(export.vias, point)
    if via is None:
        return ""
    macro = schema.by_macro.get(via.macro)
    printed = in_force(macro.prints, point) if macro else None
    form = via.printf or (printed.printf if printed else "")
    return form.partition("=")[2]


def forms(schema: Schema, export: Export) -> list[Segment[str]]:
    macros = [schema.by_macro[via.macro] for via in export.vias if via.macro in schema.by_macro]
    prints = [printed for macro in macros for printed in macro.prints]
    return timeline(
        bounds_of([*export.vias, *prints]),
        lambda point: form_at(schema, export, point),
        export.first.release,
        export.last.release if export.last else None,
    )


def archs_at(schema: Schema, export: Export, point: Point) -> list[str]:
    """The architectures that existed and on which the export's condition could hold."""
    condition = condition_at(export, point)
    return [
        arch.name
        for arch in schema.architectures
        if export.concerns(arch.name)
        and span_covers(arch.span, point)
        and condition.simplify(schema.fixed_config(arch)).evaluate({}) is not False
    ]


def all_at(schema: Schema, point: Point) -> list[str]:
    return [arch.name for arch in schema.architectures if span_covers(arch.span, point)]


def events(schema: Schema) -> list[Event]:
    """All changes, by release, those of one release in the order of the schema."""
    found = [
        event
        for entry in schema.entries
        for export in entry.exports
        for event in _export_events(schema, entry, export)
    ]
    return sorted(found, key=lambda event: at(event.release))


def _export_events(schema: Schema, entry: Entry, export: Export) -> Iterator[Event]:
    others = [other for other in entry.exports if other is not export]
    for span in export.spans:
        yield from _came(schema, entry, export, span, others)
        if span.until is not None:
            yield from _went(schema, entry, export, span.until, others)
        for backport in span.backports:
            archs = _named(schema, archs_at(schema, export, at(backport.release)), backport.release)
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
    for was, becomes in _steps(forms(schema, export)):
        if becomes.since:
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
    here = archs_at(schema, export, at(release))
    had = _exported_by(schema, others, before(release))
    gained = [name for name in here if name not in had]
    if not gained:
        return
    everywhere = here == all_at(schema, at(release))
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
    here = archs_at(schema, export, before(until.release))
    kept = _exported_by(schema, others, at(until.release))
    lost = [name for name in here if name not in kept]
    stays = [name for name in here if name in kept]
    # An architecture that takes its entries with it is named; else all is all.
    archs = None if lost == all_at(schema, before(until.release)) else tuple(lost)
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


def _exported_by(schema: Schema, exports: Iterable[Export], point: Point) -> set[str]:
    return {
        name
        for export in exports
        if any(span_covers(span, point) for span in export.spans)
        for name in archs_at(schema, export, point)
    }


def _named(schema: Schema, names: list[str], release: Release) -> tuple[str, ...] | None:
    return None if names == all_at(schema, at(release)) else tuple(names)


def _condition_steps(export: Export) -> Iterator[tuple[Release, Condition, Condition]]:
    """Each release that brought another condition, stable ones too: before, and from then on."""
    for old, new in _steps(conditions(export)):
        if new.since:
            yield new.since, old.value, new.value
    for dependency in export.dependencies:
        for backport in dependency.backports:
            yield backport, condition_at(export, at(backport.branch)), dependency.condition


def _steps(segments: Sequence[Segment[Value]]) -> Iterator[tuple[Segment[Value], Segment[Value]]]:
    yield from itertools.pairwise(segments)


def _condition_words(condition: Condition) -> str:
    return "" if condition == ALWAYS else str(condition)
