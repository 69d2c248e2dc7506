# SPDX-License-Identifier: MIT
"""What each mainline release of an architecture exports."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ..core.condition import ALWAYS, Condition
from ..core.release import Release
from ..model import Architecture, Entry, Schema
from ..model.timeline import Lasting, place_of, turns
from ..model.vocabulary import Format
from ..record import Value, replace
from .exports import Exports


class ExportsByRelease(Value):
    """Releases in order, and the exports from each release on at which something changes.

    `changes` are, by key, the places in `releases` at which an entry is added, removed, or changes
    its condition or format.
    """

    arch: Architecture
    releases: tuple[Release, ...]
    starts: tuple[int, ...]
    exports: tuple[Exports, ...]
    changes: Mapping[str, tuple[int, ...]]

    def at(self, place: int) -> Exports:
        """The exports of the release at that place."""
        if place not in self._at:
            found = self.exports[bisect_right(self.starts, place) - 1]
            self._at[place] = replace(found, release=self.releases[place])
        return self._at[place]

    @cached_property
    def _at(self) -> dict[int, Exports]:
        return {}

    @cached_property
    def places(self) -> Mapping[Release, int]:
        return {release: place for place, release in enumerate(self.releases)}

    def place_of(self, bound: Release) -> int:
        """The place of the first release that is not before a bound."""
        return place_of(bound, self.releases)


_State = tuple[Condition, Format]
"""The condition of an entry, and its format."""


def exports_by_release(schema: Schema, arch: Architecture) -> ExportsByRelease:
    """The exports of all releases of an architecture.

    Each entry is only evaluated at its own bounds: a whole prediction of every release takes some
    twenty times as long.
    """
    releases = schema.releases_of(arch)
    by_place: dict[int, dict[str, _State | None]] = {0: {}}
    changes: dict[str, tuple[int, ...]] = {}
    for entry in schema.entries:
        steps = list(_steps(schema, entry, arch, releases))
        changes[entry.key] = tuple(place for place, _ in steps)
        for place, state in steps:
            by_place.setdefault(place, {})[entry.key] = state
    starts = sorted(by_place)
    return ExportsByRelease(
        arch,
        releases,
        tuple(starts),
        tuple(_exports(schema, arch, releases, by_place)),
        changes,
    )


def _exports(
    schema: Schema,
    arch: Architecture,
    releases: Sequence[Release],
    by_place: Mapping[int, Mapping[str, _State | None]],
) -> Iterator[Exports]:
    fixed = schema.fixed_config(arch)
    certain: set[str] = set()
    conditional: dict[str, Condition] = {}
    formats: dict[str, Format] = {}
    for place in sorted(by_place):
        for key, state in by_place[place].items():
            certain.discard(key)
            conditional.pop(key, None)
            formats.pop(key, None)
            if state is None:
                continue
            condition, formats[key] = state
            if condition == ALWAYS:
                certain.add(key)
            else:
                conditional[key] = condition
        yield Exports(
            releases[place], arch, frozenset(certain), conditional.copy(), formats.copy(), fixed
        )


def _steps(
    schema: Schema, entry: Entry, arch: Architecture, releases: Sequence[Release]
) -> Iterator[tuple[int, _State | None]]:
    """The places at which an entry changes, and its state there; None if it is not exported."""
    before: _State | None = None
    here = [export for export in entry.exports if export.concerns(arch.name)]
    lasting: list[Lasting] = []
    for export in here:
        lasting += (*export.spans, *export.dependencies, *export.formats)
    for place in turns(lasting, releases):
        prediction = schema.predict_entry(entry, releases[place], arch)
        state = (prediction.condition, prediction.format) if prediction is not None else None
        if state != before:
            yield place, state
            before = state
