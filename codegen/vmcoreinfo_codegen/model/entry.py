# SPDX-License-Identifier: MIT
"""Entries: a key, and how each set of architectures exports it over time."""

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
    """The format in which the value is printed, and thus read."""

    format: Format


class Via(Ranged):
    """The macro that prints the line, and its printf format if the call has its own."""

    macro: str
    printf: str | None = None


class Dependency(Ranged):
    """The Kconfig condition under which the line is printed."""

    condition: ConditionField


class DebugInfo(Ranged):
    """How the value follows from the kernel's types, symbols, configuration and memory.

    If an export has several, the first that can be evaluated counts.
    """

    expression: ExpressionField
    archs: tuple[str, ...] | None = None

    def concerns(self, arch: str | None) -> bool:
        """Whether it counts for an architecture; None means that the architecture is unknown."""
        return self.archs is None or arch is None or arch in self.archs


def asked(
    said: Sequence[DebugInfo], release: Release, arch: str | None = None
) -> tuple[Expression, ...]:
    """The expressions to evaluate for a kernel's release and architecture, in order."""
    there = in_force(said, release.moment)
    return tuple(one.expression for one in there if one.concerns(arch))


class Behind(Ranged):
    """Names of the kernel's source that the meaning of the value depends on, in addition to those
    in the key.

    `SECTION_MAP_MASK` is a macro, an enumerator, a variable, a function or a type, `page.page_type`
    a member of a struct or union.
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
    """The defaults for entries of a kind: formats, unit and macros."""

    kind: Kind
    formats: tuple[Printed, ...]
    unit: Unit | None
    vias: tuple[Via, ...]
    location: Location = unwritten()

    def format(self, release: Release) -> Format | None:
        printed = first_in_force(self.formats, release.moment)
        return printed.format if printed is not None else None


class Quirk(Record):
    """Releases in which the value can't be trusted; the ranges are half-open, and one without an
    end continues."""

    kind: QuirkKind
    ranges: tuple[tuple[ReleaseField, ReleaseField | None], ...]
    archs: tuple[str, ...] | None = None
    text: str
    begins: tuple[str, ...] = ()
    """The beginnings of garbage, which identify it whatever the release is."""
    location: Location = unwritten()

    def applies(self, release: Release, arch: str | None) -> bool:
        if self.archs is not None and arch is not None and arch not in self.archs:
            return False
        return any(contains(since, until, release.moment) for since, until in self.ranges)

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(map(Period, self.ranges))


class Change(Record):
    """A change of meaning: from `boundary` on, the key means what `text` says."""

    boundary: Boundary
    text: str
    location: Location = unwritten()


class Export(Record):
    """How some architectures export an entry (`archs` None: all that have it).

    For a `Ranged` attribute, the first one whose backports or bounds include the release counts.
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
    """The formats over time; empty if the format of the entry always holds."""
    vias: tuple[Via, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    debug_infos: tuple[DebugInfo, ...] = ()
    behind: tuple[Behind, ...] = ()
    types: tuple[MemberType, ...] = ()
    is_first: bool = False
    """Whether a structure begins with the member."""
    equals: Equal | None = None
    quirks: tuple[Quirk, ...] = ()
    changes: tuple[Change, ...] = ()
    replaces: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    repeats: tuple[Location, ...] = unwritten(default=())
    """Clauses that repeat a default."""
    location: Location = unwritten()

    def concerns(self, arch: str) -> bool:
        return self.archs is None or arch in self.archs

    def condition(self, release: Release) -> Condition:
        return self.condition_at(release.moment)

    def condition_at(self, moment: Moment) -> Condition:
        return _condition_of(first_in_force(self.dependencies, moment))

    def conditions(self, known: Known | None = None) -> list[Segment[Condition]]:
        """The conditions in mainline over the whole life of the export, simplified by what is
        known."""
        return segments(
            self.dependencies,
            lambda moment: _condition_of(in_mainline(self.dependencies, moment)).simplify(
                known or {}
            ),
            self.first.release,
            self.last.release if self.last else None,
        )

    def format(self, release: Release) -> Format | None:
        """The format in a release; None if that of the entry holds."""
        printed = first_in_force(self.formats, release.moment)
        return printed.format if printed is not None else None

    def via(self, release: Release) -> Via | None:
        return first_in_force(self.vias, release.moment)

    def debug_info(
        self, key: str, kind: Kind, release: Release, arch: str | None = None
    ) -> tuple[Expression, ...]:
        """The expressions for the value in debug information, in order; none if it can't be
        computed."""
        own = fact_of(key, kind) if not self.debug_infos else None
        return (own,) if own else asked(self.debug_infos, release, arch)

    def changed_by(self, moment: Moment, after: Moment | None = None) -> list[Change]:
        """Changes of meaning up to a moment, and after another one if that is given.

        They are in order of time, so the last one is in force.
        """
        found = [change for change in self.changes if is_reached(change.boundary, moment, after)]
        return sorted(found, key=lambda change: change.boundary.release.opening)

    def contains(self, release: Release) -> bool:
        return self.is_there(release.moment)

    def is_there(self, moment: Moment) -> bool:
        """Whether any kernel of that moment may print it; the condition decides which ones do."""
        spans = self.spans
        return holds(spans[0], moment) if len(spans) == 1 else any(holds(s, moment) for s in spans)

    @property
    def is_out_of_tree(self) -> bool:
        """Whether no mainline kernel prints it."""
        return bool(self.dependencies) and all(d.condition == NEVER for d in self.dependencies)

    @property
    def first(self) -> Boundary:
        return earliest(span.since for span in self.spans)

    @property
    def last(self) -> Boundary | None:
        """The boundary of the final removal, or None while the entry is exported."""
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
    """The question about debug information that the key itself implies; None if there is none.

    Only the length of a member is a fact of a type; that of a variable is not.
    """
    argument = argument_of(key)
    question = _QUESTIONS.get(kind)
    if question is None or (question in ("offset", "length") and "." not in argument):
        return None
    return TypeFact(question, argument)


class Prediction(Value):
    """The prediction that a kernel exports an entry, with its condition and format.

    Not a `Record`: there are thousands, and those are slower to create.
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
    """A key and its whole history.

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
        """The formats of one of its exports over time."""
        return export.formats or (Printed(format=self.format),)

    def formats_over(self, export: Export) -> list[Segment[Format]]:
        """The formats of one of its exports in mainline, over the export's whole life."""

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
        """The format of one of its exports in a kernel."""
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
        """Whether no mainline kernel prints it."""
        return all(export.is_out_of_tree for export in self.exports)

    @property
    def location(self) -> Location:
        return self.exports[0].location

    def exports_for(self, arch: str, release: Release) -> list[Export]:
        return [e for e in self.exports if e.concerns(arch) and e.contains(release)]


def _merged(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for group in groups for key in group))
