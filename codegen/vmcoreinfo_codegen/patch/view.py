# SPDX-License-Identifier: MIT
"""What a change to kernel sources does to the entries of one architecture.

A view has what is seen of a kernel before and after: all of it, where trees are at hand, or what
a patch shows. Views of a series are joined to that of the whole.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..core.condition import NEVER, All, Any, Condition, Not, TooLarge, equivalent, minimal
from ..kernel.extract import Export, Extraction, exports_of
from ..kernel.source import AROUND
from ..model import Architecture, Schema


@dataclass(frozen=True)
class State:
    """How a kernel prints an entry: the lines that do, and under which condition one of them does.

    What is around an excerpt counts in `condition` as if it always held.
    """

    exports: tuple[Export, ...]
    condition: Condition

    @property
    def first(self) -> Export:
        return self.exports[0]


@dataclass(frozen=True)
class View:
    """Entries by their keys, before and after; `moved` are those that stand elsewhere and are the same.

    Of `unplaced` it is not shown whether they are in the same `#if` as before.
    """

    before: Mapping[str, State]
    after: Mapping[str, State]
    moved: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()

    @property
    def removed(self) -> dict[str, State]:
        return {key: state for key, state in self.before.items() if key not in self.after}

    @property
    def added(self) -> dict[str, State]:
        return {key: state for key, state in self.after.items() if key not in self.before}

    def _both(self) -> Iterator[tuple[str, State, State]]:
        for key, old in self.before.items():
            if key in self.after:
                yield key, old, self.after[key]

    @property
    def reformatted(self) -> dict[str, tuple[State, State]]:
        """Entries whose values are printed in another form."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if {e.printf for e in old.exports} != {e.printf for e in new.exports}
        }

    @property
    def revalued(self) -> dict[str, tuple[State, State]]:
        """Entries whose values are those of another expression."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if {e.value for e in old.exports} != {e.value for e in new.exports}
        }

    @property
    def conditioned(self) -> dict[str, tuple[State, State]]:
        """Entries that are printed under another condition."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if not equivalent(old.condition, new.condition)
        }

    def then(self, later: View) -> View:
        """The view of two changes, one after the other."""
        seen = later.before.keys() | later.after.keys()
        mine = self.before.keys() | self.after.keys()
        before = {**self.before, **{k: s for k, s in later.before.items() if k not in mine}}
        after = {k: s for k, s in self.after.items() if k not in seen} | dict(later.after)
        both = before.keys() & after.keys()
        return View(
            before,
            after,
            (self.moved | later.moved) & both,
            (self.unplaced | later.unplaced) & both,
        )


def view(before: Extraction, after: Extraction, schema: Schema, arch: Architecture) -> View:
    """What two readings of sources have for one architecture."""
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
    return State(state.exports, state.condition.simplify(dict.fromkeys(names, True)))


def _same_surroundings(old: Condition, new: Condition) -> bool:
    return _around(old) == _around(new) or not (_around(old) or _around(new))


def _moved(old: Mapping[str, State], new: Mapping[str, State]) -> Iterator[str]:
    """Entries that stand in another file, or in another order to the rest of their file."""
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
    """The longest run of places that rises."""
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


def lost_where(old: Condition, new: Condition) -> Condition | None:
    """The condition under which an entry was printed and is no more; None where it never is so."""
    lost = All((old, Not(new))).simplify({})
    with contextlib.suppress(TooLarge):
        lost = minimal(lost)
    return None if equivalent(lost, NEVER) else lost


def joined(views: Iterable[View]) -> View:
    """The view of changes that are made one after the other."""
    found = View({}, {})
    for one in views:
        found = found.then(one)
    return found
