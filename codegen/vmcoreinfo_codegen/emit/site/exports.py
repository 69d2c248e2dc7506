# SPDX-License-Identifier: MIT
"""The exports of every known kernel on every architecture, as runs of kernels with the same answer.

Scripts look up answers in it and evaluate nothing. Kernels are the mainline releases in order, with
the stable releases in which something changes, followed by the releases of vendors, line by line.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...core.release import Release
from ...model import Architecture, Entry, Export, Prediction, Schema
from ...model.kernel import Kernel, kernels_of
from ...model.line import Line
from ...model.line_steps import keys_of
from ...model.timeline import Lasting, ends, turns

Run = tuple[int, int, int, int]
"""First and last kernel, condition, and quirk; the latter two are indexes of `texts`."""

State = tuple[str, str]
"""A condition, empty for always, and a quirk, empty for none."""


@dataclass(frozen=True)
class Column:
    """A kernel with separate answers; a vendor's has its line and its place among the line's
    releases.
    """

    name: str
    release: Release
    date: str | None
    line: Line | None = None
    place: int = 0


class Texts:
    """Texts that are used many times, each stored once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {"": 0}

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))


class Exported:
    """The runs of all entries; `points` are the mainline kernels among the columns."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.points = release_points(schema)
        self._kernels: list[tuple[Line, int, Kernel]] = [
            (line, place, kernel)
            for line in schema.lines
            for place, kernel in enumerate(kernels_of(schema, line))
        ]
        texts = Texts()
        self.runs: dict[str, list[tuple[list[int], list[Run]]]] = {
            entry.key: self._runs(entry, texts) for entry in schema.entries
        }
        self.texts: list[str] = list(texts.places)

    @cached_property
    def columns(self) -> list[Column]:
        declared = self.schema.declared
        mainline = [
            Column(str(point), point, declared[point].date if point in declared else None)
            for point in self.points
        ]
        vendors = [
            Column(line.name_of(build), kernel.release, build.date, line, place)
            for line, place, kernel in self._kernels
            for build in (line.builds[place],)
        ]
        return mainline + vendors

    @cached_property
    def lives(self) -> list[tuple[int, int]]:
        """The first and the last point at which each architecture was in mainline."""
        found = []
        for arch in self.schema.architectures:
            there = [place for place, point in enumerate(self.points) if arch.existed_in(point)]
            found.append((there[0], there[-1]))
        return found

    def built(self, place: int, column: Column) -> bool:
        """Whether the kernel of a column exists for an architecture, by its index."""
        arch = self.schema.architectures[place]
        line = column.line
        if line is not None and line.archs is not None and arch.name not in line.archs:
            return False
        return arch.existed_in(column.release)

    def at(self, key: str, place: int, column: int) -> State | None:
        """The state of an entry on an architecture, by its index, in a column."""
        for places, runs in self.runs[key]:
            if place in places:
                for first, last, condition, quirk in runs:
                    if first <= column <= last:
                        return self.texts[condition], self.texts[quirk]
        return None

    def _runs(self, entry: Entry, texts: Texts) -> list[tuple[list[int], list[Run]]]:
        """(indexes of architectures, runs) for each different answer.

        Architectures that never have the entry are left out. Runs ignore when an architecture was
        in the kernel, which `lives` tells.
        """
        grouped: dict[tuple[Run, ...], list[int]] = {}
        starts = [*turns(_lasting(entry), self.points), len(self.points)]
        of_lines = self._schemas_with(entry.key)
        for place, arch in enumerate(self.schema.architectures):
            runs: list[Run] = []
            for start, end in itertools.pairwise(starts):
                state = _state(self.schema, entry, arch, self.points[start])
                _extend(runs, start, end - 1, state, texts)
            # Most entries of vendors are as in their base, and bases are few.
            of_bases: dict[Release, State | None] = {}
            for number, (_, _, kernel) in enumerate(self._kernels):
                schema, base = of_lines.get(number), kernel.release
                if schema is not None:
                    state = _state(schema, schema.by_key[entry.key], arch, base)
                else:
                    if base not in of_bases:
                        of_bases[base] = _state(self.schema, entry, arch, base)
                    state = of_bases[base]
                column = len(self.points) + number
                _extend(runs, column, column, state, texts)
            if runs:
                grouped.setdefault(tuple(runs), []).append(place)
        return [(archs, list(runs)) for runs, archs in grouped.items()]

    def _schemas_with(self, key: str) -> Mapping[int, Schema]:
        """The schemas of vendors' kernels in which an entry may differ from their base."""
        return {
            number: kernel.schema
            for number, (line, _, kernel) in enumerate(self._kernels)
            if key in self._keys_of[line.name]
        }

    @cached_property
    def _keys_of(self) -> dict[str, frozenset[str]]:
        return {line.name: keys_of(line) for line, _, _ in self._kernels}


def _extend(runs: list[Run], first: int, last: int, state: State | None, texts: Texts) -> None:
    if state is None:
        return
    numbers = (texts.place(state[0]), texts.place(state[1]))
    if runs and runs[-1][1] == first - 1 and runs[-1][2:] == numbers:
        runs[-1] = (runs[-1][0], last, *numbers)
    else:
        runs.append((first, last, *numbers))


def release_points(schema: Schema) -> list[Release]:
    """Mainline releases, and the stable ones in which some answer changes."""
    points = {declared.release for declared in schema.releases}
    for entry in schema.entries:
        points |= {bound for bound in ends(_lasting(entry)) if bound.is_stable}
    return sorted(points, key=lambda release: release.moment)


def _lasting(entry: Entry) -> list[Lasting]:
    """All periods on which an answer about an entry depends."""
    found: list[Lasting] = []
    for export in entry.exports:
        found += (*export.spans, *export.dependencies)
        found += (period for quirk in export.quirks for period in quirk.periods)
    return found


def _state(schema: Schema, entry: Entry, arch: Architecture, release: Release) -> State | None:
    """The predicted condition of one entry, with the quirk of its value; None if it is not
    exported.
    """
    predicted = schema.predict_entry(entry, release, arch)
    return None if predicted is None else _shown(predicted, entry.exports, release, arch.name)


def _shown(predicted: Prediction, exports: Iterable[Export], release: Release, arch: str) -> State:
    condition = "" if predicted.is_unconditional else str(predicted.condition)
    return condition, "; ".join(_quirks(exports, release, arch))


def _quirks(exports: Iterable[Export], release: Release, arch: str) -> Iterator[str]:
    for export in exports:
        if export.concerns(arch):
            for quirk in export.quirks:
                if quirk.applies(release, arch):
                    yield f"{quirk.kind}: {quirk.text}"


def mainline_only(runs: Sequence[Run], points: int) -> list[Run]:
    """The parts of runs in mainline."""
    return [(r[0], min(r[1], points - 1), r[2], r[3]) for r in runs if r[0] < points]
