# SPDX-License-Identifier: MIT
"""The data of the page that answers what one kernel exports on one architecture.

The page looks answers up and evaluates nothing: for each entry it holds runs of
releases in which the answer is the same, those of several architectures as one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from ...core.key import identifier_of
from ...core.release import Release
from ...model import Architecture, Entry, Export, Schema
from ...model.timeline import Lasting, ends, turns
from ..description import (
    by_section,
    describe_condition,
    describe_life,
    describe_values,
    history,
    pieces,
    summaries_of,
)

Run = tuple[int, int, int, int]
"""First and last release, condition, and quirk: the latter two as places in `texts`."""

State = tuple[str, str]
"""A condition, empty for always, and a quirk, empty for none."""


class _Texts:
    """Texts that are in many places, each kept once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {"": 0}

    def place(self, text: str) -> int:
        return self.places.setdefault(text, len(self.places))


def page(schema: Schema) -> dict[str, Any]:
    texts = _Texts()
    points = release_points(schema)
    sections = by_section(schema)
    return {
        "entries": len(schema.entries),
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        "archs": [arch.name for arch in schema.architectures],
        "lives": [_life(arch, points) for arch in schema.architectures],
        "points": [{"name": str(point), "label": _label(schema, point)} for point in points],
        "runs": [
            _runs(schema, entry, points, texts)
            for entries in sections.values()
            for entry in entries
        ],
        "texts": list(texts.places),
        "sections": [
            {"title": title, "rows": [_row(entry) for entry in entries]}
            for title, entries in sections.items()
        ],
    }


def release_points(schema: Schema) -> list[Release]:
    """Mainline releases, and the stable ones at which some answer changes."""
    points = {declared.release for declared in schema.releases}
    for entry in schema.entries:
        points |= {bound for bound in ends(_lasting(entry)) if bound.is_stable}
    return sorted(points, key=lambda release: release.moment)


def _lasting(entry: Entry) -> list[Lasting]:
    """All that an answer about the entry rests on."""
    found: list[Lasting] = []
    for export in entry.exports:
        found += (*export.spans, *export.dependencies)
        found += (period for quirk in export.quirks for period in quirk.periods)
    return found


def _label(schema: Schema, point: Release) -> str:
    declared = schema.declared.get(point)
    return f"{point} ({declared.date})" if declared else f"{point} and later {point.branch}.y"


def _life(arch: Architecture, points: list[Release]) -> tuple[int, int]:
    """The first and the last release that the architecture was in."""
    there = [place for place, point in enumerate(points) if arch.existed_in(point)]
    return there[0], there[-1]


def _runs(
    schema: Schema,
    entry: Entry,
    points: list[Release],
    texts: _Texts,
) -> list[tuple[list[int], list[Run]]]:
    """(places of architectures, runs) for each different answer; none if there is never one.

    Architectures that were not in the kernel yet, or no longer, are left to `lives`.
    """
    grouped: dict[tuple[Run, ...], list[int]] = {}
    starts = [*turns(_lasting(entry), points), len(points)]
    for place, arch in enumerate(schema.architectures):
        runs: list[Run] = []
        for start, end in itertools.pairwise(starts):
            state = _state(schema, entry, arch, points[start])
            if state is None:
                continue
            numbers = (texts.place(state[0]), texts.place(state[1]))
            if runs and runs[-1][1] == start - 1 and runs[-1][2:] == numbers:
                runs[-1] = (runs[-1][0], end - 1, *numbers)
            else:
                runs.append((start, end - 1, *numbers))
        if runs:
            grouped.setdefault(tuple(runs), []).append(place)
    return [(archs, list(runs)) for runs, archs in grouped.items()]


def _state(schema: Schema, entry: Entry, arch: Architecture, release: Release) -> State | None:
    """What is predicted of one entry, with the quirk that spoils its value."""
    predicted = schema.predict_entry(entry, release, arch)
    if predicted is None:
        return None
    shown = "" if predicted.is_unconditional else str(predicted.condition)
    return shown, "; ".join(_quirks(entry.exports, release, arch.name))


def _quirks(exports: Iterable[Export], release: Release, arch: str) -> list[str]:
    return [
        f"{quirk.kind}: {quirk.text}"
        for export in exports
        if export.concerns(arch)
        for quirk in export.quirks
        if quirk.applies(release, arch)
    ]


def _row(entry: Entry) -> dict[str, Any]:
    summaries = summaries_of(entry)
    return {
        "id": identifier_of(entry.key),
        "key": entry.key,
        "value": describe_values(entry),
        "lives": describe_life(entry),
        "conditions": _conditions(entry),
        "replaced_by": [{"key": k, "id": identifier_of(k)} for k in entry.replaced_by],
        "summaries": [(archs, pieces(text)) for archs, text in summaries],
        "search": " ".join([entry.key, *(text for _, text in summaries)]).lower(),
    }


def _conditions(entry: Entry) -> list[tuple[str, str, bool, str]]:
    """(architectures, condition, is it an expression, bounds) in words, in order."""
    lines = []
    for export in entry.exports:
        archs = "" if len(entry.exports) == 1 else ", ".join(export.archs or ("all",)) + ": "
        for condition, bounds in history(export):
            is_code = bool(condition.names())
            lines.append((archs, describe_condition(condition), is_code, bounds))
    if len({line[1:] for line in lines}) == 1:
        return [("", *lines[0][1:])]
    return lines
