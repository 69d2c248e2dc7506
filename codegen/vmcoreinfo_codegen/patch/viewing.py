# SPDX-License-Identifier: MIT
"""Views of one architecture, from two extractions of kernel sources."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from ..core.condition import Any, Condition
from ..kernel.extract import Export, Extraction, exports_of
from ..kernel.source import AROUND
from ..model import Architecture, Schema
from .view import State, View


def view(before: Extraction, after: Extraction, schema: Schema, arch: Architecture) -> View:
    """The view of one architecture in two extractions."""
    old, new = _states(before, schema, arch), _states(after, schema, arch)
    unplaced = {
        key
        for key in old.keys() & new.keys()
        if not _same_surroundings(old[key].condition, new[key].condition)
    }
    known = [{key: _known(state) for key, state in side.items()} for side in (old, new)]
    moved = frozenset(_moved(old, new))
    return View(known[0], known[1], moved, frozenset(unplaced))


def _states(extraction: Extraction, schema: Schema, arch: Architecture) -> dict[str, State]:
    found: dict[str, list[tuple[Export, Condition]]] = {}
    for export, condition in exports_of(extraction, schema, arch):
        found.setdefault(export.key, []).append((export, condition))
    return {
        key: State(
            tuple(export for export, _ in places),
            places[0][1] if len(places) == 1 else Any(tuple(c for _, c in places)),
        )
        for key, places in found.items()
    }


def _around(condition: Condition) -> frozenset[str]:
    return frozenset(name for name in condition.names() if name.startswith(AROUND))


def _known(state: State) -> State:
    names = _around(state.condition)
    if not names:
        return state
    known = state.condition.simplify(dict.fromkeys(names, True))
    return State(state.exports, known, is_whole=False)


def _same_surroundings(old: Condition, new: Condition) -> bool:
    return _around(old) == _around(new) or not (_around(old) or _around(new))


def _moved(old: Mapping[str, State], new: Mapping[str, State]) -> Iterator[str]:
    """Entries that are in another file, or at another place in the order of their file."""
    files: dict[str, tuple[list[str], list[str]]] = {}
    for key in old.keys() & new.keys():
        if old[key].first.file != new[key].first.file:
            yield key
    for side, states in enumerate((old, new)):
        for key, state in states.items():
            if key in old and key in new and old[key].first.file == new[key].first.file:
                files.setdefault(state.first.file, ([], []))[side].append(key)
    for first, second in files.values():
        places = {key: place for place, key in enumerate(second)}
        kept = _in_order([places[key] for key in first])
        yield from (key for key in first if places[key] not in kept)


def _in_order(places: Sequence[int]) -> set[int]:
    """The longest ascending subsequence of places."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(ends, place)
        before[place] = ends[at - 1] if at else None
        ends[at : at + 1] = [place]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
