# SPDX-License-Identifier: MIT
"""Entries: one key, and how each set of architectures exports it over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from ..core.condition import ALWAYS, NEVER, Condition, Known
from ..core.expression import Expression, TypeFact
from ..core.key import Kind, argument_of
from ..core.release import Moment, Release, contains
from ..problem import Location
from ..record import Record, Value, unwritten
from .base import (
    Boundary,
    ConditionField,
    ExpressionField,
    Ranged,
    ReleaseField,
    Span,
)
from .timeline import (
    Period,
    Segment,
    earliest,
    first_in_force,
    holds,
    in_force,
    in_mainline,
    is_reached,
    last_end,
    segments,
)
from .vocabulary import Format, QuirkKind, Unit


class Printed(Ranged):
    """How the value is printed, and so how it is read."""

    format: Format


class Via(Ranged):
    """The macro that prints the line, and its printf format where the call has its own."""

    macro: str
    printf: str | None = None


class Dependency(Ranged):
    """The Kconfig condition under which the line is printed."""

    condition: ConditionField


class DebugInfo(Ranged):
    """How the value follows from types, symbols, configuration and memory of the kernel.

    Where an export says it more than once, the first that can be answered counts.
    """

    expression: ExpressionField
    archs: tuple[str, ...] | None = None

    def concerns(self, arch: str | None) -> bool:
        """Whether it counts for an architecture; None for one that nobody knows."""
        return self.archs is None or arch is None or arch in self.archs


def asked(
    said: Sequence[DebugInfo], release: Release, arch: str | None = None
) -> tuple[Expression, ...]:
    """What to ask in a kernel of a release and an architecture, in order."""
    there = in_force(said, release.moment)
    return tuple(one.expression for one in there if one.concerns(arch))


class Behind(Ranged):
    """Names of the kernel's source on which the meaning of the value rests, beyond those in the
    key.

    `SECTION_MAP_MASK` is a macro, an enumerator, a variable, a function or a type, `page.page_type` a
    member of a struct or union.
    """

    names: tuple[str, ...]
    location: Location = unwritten()


class MemberType(Ranged):
    """The C type of the member whose offset the value is."""

    type: str
    location: Location = unwritten()


class Equal(Record):
    """What the value always is, by other entries and the sizes of types."""

    expression: ExpressionField
    location: Location = unwritten()


class KindDefault(Record):
    """What an entry of a kind says by its key alone: how it is printed, what it counts, by what."""

    kind: Kind
    formats: tuple[Printed, ...]
    unit: Unit | None
    vias: tuple[Via, ...]
    location: Location = unwritten()

    def format(self, release: Release) -> Format | None:
        printed = first_in_force(self.formats, release.moment)
        return printed.format if printed is not None else None


class Quirk(Record):
    """Releases in which the value can't be taken at its word; each range half-open, without an end where it goes on."""

    kind: QuirkKind
    ranges: tuple[tuple[ReleaseField, ReleaseField | None], ...]
    archs: tuple[str, ...] | None = None
    text: str
    begins: tuple[str, ...] = ()
    """Of garbage, how it begins: it is known by that, whatever the release says."""
    location: Location = unwritten()

    def applies(self, release: Release, arch: str | None) -> bool:
        if self.archs is not None and arch is not None and arch not in self.archs:
            return False
        return any(contains(since, until, release.moment) for since, until in self.ranges)

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(map(Period, self.ranges))


class Change(Record):
    """From `boundary` on the same key means what `text` says."""

    boundary: Boundary
    text: str
    location: Location = unwritten()


class Export(Record):
    """How some architectures export an entry (`archs` None: all that have it).

    Where an attribute is `Ranged`, what holds in a release is the first whose
    backports or bounds take it in.
    """

    archs: tuple[str, ...] | None = None
    section: str
    subsystem: str = ""
    """The part of the kernel whose files print it, if those are not the ones of most entries."""
    doc: str = ""
    absent: str = ""
    unit: Unit | None = None
    spans: tuple[Span, ...]
    formats: tuple[Printed, ...] = ()
    """How it is printed over time; empty if that is always as the entry says."""
    vias: tuple[Via, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    debug_infos: tuple[DebugInfo, ...] = ()
    behind: tuple[Behind, ...] = ()
    types: tuple[MemberType, ...] = ()
    is_first: bool = False
    """Of a member: its structure begins with it."""
    equals: Equal | None = None
    quirks: tuple[Quirk, ...] = ()
    changes: tuple[Change, ...] = ()
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    repeats: tuple[Location, ...] = unwritten(default=())
    """Clauses that say what is said without them."""
    location: Location = unwritten()

    def concerns(self, arch: str) -> bool:
        return self.archs is None or arch in self.archs

    def condition(self, release: Release) -> Condition:
        return self.condition_at(release.moment)

    def condition_at(self, moment: Moment) -> Condition:
        return _condition_of(first_in_force(self.dependencies, moment))

    def conditions(self, known: Known | None = None) -> list[Segment[Condition]]:
        """The conditions of mainline over the whole life of the export, less what is known."""
        return segments(
            self.dependencies,
            lambda moment: _condition_of(in_mainline(self.dependencies, moment)).simplify(
                known or {}
            ),
            self.first.release,
            self.last.release if self.last else None,
        )

    def format(self, release: Release) -> Format | None:
        """How it is printed; None if the entry says it."""
        printed = first_in_force(self.formats, release.moment)
        return printed.format if printed is not None else None

    def via(self, release: Release) -> Via | None:
        return first_in_force(self.vias, release.moment)

    def debug_info(
        self, key: str, kind: Kind, release: Release, arch: str | None = None
    ) -> tuple[Expression, ...]:
        """What to ask debug information for the value, in order; nothing if it can't tell."""
        own = fact_of(key, kind) if not self.debug_infos else None
        return (own,) if own else asked(self.debug_infos, release, arch)

    def changed_by(self, moment: Moment, after: Moment | None = None) -> list[Change]:
        """Changes of meaning no later than a moment, and after another one where that is given.

        In order of time, so the last is in force.
        """
        found = [change for change in self.changes if is_reached(change.boundary, moment, after)]
        return sorted(found, key=lambda change: change.boundary.release.opening)

    def contains(self, release: Release) -> bool:
        return self.is_there(release.moment)

    def is_there(self, moment: Moment) -> bool:
        """Whether some kernel of that moment may print it; its condition decides which."""
        spans = self.spans
        return holds(spans[0], moment) if len(spans) == 1 else any(holds(s, moment) for s in spans)

    @property
    def is_out_of_tree(self) -> bool:
        """Whether no kernel of mainline prints it."""
        return bool(self.dependencies) and all(d.condition == NEVER for d in self.dependencies)

    @property
    def first(self) -> Boundary:
        return earliest(span.since for span in self.spans)

    @property
    def last(self) -> Boundary | None:
        """Where the entry went for good, or None while it is exported."""
        return last_end(self.spans)


def _condition_of(dependency: Dependency | None) -> Condition:
    return dependency.condition if dependency is not None else ALWAYS


_QUESTIONS = {
    Kind.SYMBOL: "symbol",
    Kind.SIZE: "size",
    Kind.OFFSET: "offset",
    Kind.LENGTH: "length",
    Kind.NUMBER: "enum",
}


def fact_of(key: str, kind: Kind) -> Expression | None:
    """What a key asks of debug information in its own words; None if it asks nothing.

    The length of a variable is not a fact of a type: only that of a member is.
    """
    argument = argument_of(key)
    question = _QUESTIONS.get(kind)
    if question is None or (question in ("offset", "length") and "." not in argument):
        return None
    return TypeFact(question, argument)


class Prediction(Value):
    """That a kernel exports an entry: under which condition, printed how.

    No `Record`: it is made by the thousands, and one that takes names is slower to make.
    """

    key: str
    condition: Condition
    format: Format
    export: Export
    release: Release

    @property
    def via(self) -> Via | None:
        return self.export.via(self.release)

    @cached_property
    def is_unconditional(self) -> bool:
        return self.condition == ALWAYS


class Entry(Record):
    """One key with its whole story.

    `format` is how its value is read, whichever kernel printed it.
    """

    key: str
    kind: Kind
    format: Format
    exports: tuple[Export, ...]

    @property
    def doc(self) -> str:
        return next((export.doc for export in self.exports if export.doc), "")

    @property
    def summary(self) -> str:
        """The first sentence of the doc."""
        head, stop, _ = self.doc.partition(". ")
        return head + "." if stop else self.doc

    @property
    def unit(self) -> Unit | None:
        return next((export.unit for export in self.exports if export.unit), None)

    @property
    def formats(self) -> tuple[Format, ...]:
        """All formats in which some kernel prints it."""
        return tuple(
            dict.fromkeys(p.format for export in self.exports for p in self.printed(export))
        )

    def printed(self, export: Export) -> tuple[Printed, ...]:
        """How one of its exports is printed over time."""
        return export.formats or (Printed(format=self.format),)

    def formats_over(self, export: Export) -> list[Segment[Format]]:
        """How mainline prints one of its exports, over the whole life of that."""

        def format_at(moment: Moment) -> Format:
            printed = in_mainline(export.formats, moment)
            return printed.format if printed is not None else self.format

        return segments(
            export.formats,
            format_at,
            export.first.release,
            export.last.release if export.last else None,
        )

    def format_of(self, export: Export, release: Release) -> Format:
        """How a kernel prints one of its exports."""
        return (export.format(release) if export.formats else None) or self.format

    @property
    def first(self) -> Boundary:
        return earliest(export.first for export in self.exports)

    @property
    def last(self) -> Boundary | None:
        return last_end([span for export in self.exports for span in export.spans])

    @property
    def replaces(self) -> tuple[str, ...]:
        return _merged(export.replaces for export in self.exports)

    @property
    def replaced_by(self) -> tuple[str, ...]:
        return _merged(export.replaced_by for export in self.exports)

    @property
    def types(self) -> tuple[str, ...]:
        """The C types that the member has in some kernel."""
        return _merged(tuple(one.type for one in export.types) for export in self.exports)

    @property
    def is_first(self) -> bool:
        """Whether its structure begins with the member."""
        return any(export.is_first for export in self.exports)

    @property
    def equals(self) -> Equal | None:
        """What the value always is."""
        return next((export.equals for export in self.exports if export.equals), None)

    @property
    def is_out_of_tree(self) -> bool:
        """Whether no kernel of mainline prints it."""
        return all(export.is_out_of_tree for export in self.exports)

    @property
    def location(self) -> Location:
        return self.exports[0].location

    def exports_for(self, arch: str, release: Release) -> list[Export]:
        return [e for e in self.exports if e.concerns(arch) and e.contains(release)]


def _merged(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for group in groups for key in group))
