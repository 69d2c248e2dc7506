# SPDX-License-Identifier: MIT
"""The effect of a change to kernel sources on the entries of one architecture.

A view has the entries of a kernel before and after: all of them if trees are available, else those
in a patch. The views of a series are joined into one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.condition import NEVER, All, Condition, Not, TooLarge, equivalent, minimal
from ..record import Value

# The parser for C is loaded only when needed: answers about keys don't need it.
if TYPE_CHECKING:
    from ..kernel.extract import Export


class State(Value):
    """How a kernel prints an entry: its lines, and the condition on which one of them is printed.

    Unknown conditions around an excerpt count as true in `condition`; `is_whole` if there are none.
    """

    exports: tuple[Export, ...]
    condition: Condition
    is_whole: bool = True

    @property
    def first(self) -> Export:
        return self.exports[0]


class View(Value):
    """Entries by their keys, before and after; `moved` are those in another place.

    For `unplaced` entries it is not shown whether they are in the same `#if` as before.
    """

    before: Mapping[str, State]
    after: Mapping[str, State]
    moved: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()

    @cached_property
    def removed(self) -> dict[str, State]:
        return {key: state for key, state in self.before.items() if key not in self.after}

    @cached_property
    def added(self) -> dict[str, State]:
        return {key: state for key, state in self.after.items() if key not in self.before}

    def _both(self) -> Iterator[tuple[str, State, State]]:
        for key, old in self.before.items():
            if key in self.after:
                yield key, old, self.after[key]

    @cached_property
    def reformatted(self) -> dict[str, tuple[State, State]]:
        """Entries whose values are printed in another format."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if {e.printf for e in old.exports} != {e.printf for e in new.exports}
        }

    @cached_property
    def revalued(self) -> dict[str, tuple[State, State]]:
        """Entries whose values come from another expression."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if {e.value for e in old.exports} != {e.value for e in new.exports}
        }

    @cached_property
    def conditioned(self) -> dict[str, tuple[State, State]]:
        """Entries that are printed on another condition."""
        return {
            key: (old, new)
            for key, old, new in self._both()
            if not equivalent(old.condition, new.condition)
        }

    @cached_property
    def in_front(self) -> frozenset[str]:
        """Entries that are now printed before OSRELEASE, which was first."""
        return _in_front(self.after) - _in_front(self.before)

    def then(self, later: View) -> View:
        """The view of two changes, one after the other."""
        seen = later.before.keys() | later.after.keys()
        mine = self.before.keys() | self.after.keys()
        before = {**self.before, **{k: s for k, s in later.before.items() if k not in mine}}
        after = {k: s for k, s in self.after.items() if k not in seen} | dict(later.after)
        both = before.keys() & after.keys()
        # One change removes them, the other adds them again, somewhere.
        back = {
            key
            for key in self.removed.keys() & later.added.keys()
            if not (self.before[key].is_whole and later.after[key].is_whole)
        }
        return View(
            before,
            after,
            (self.moved | later.moved) & both,
            (self.unplaced | later.unplaced | back) & both,
        )


def _in_front(states: Mapping[str, State]) -> frozenset[str]:
    first = states.get("OSRELEASE")
    if first is None:
        return frozenset()
    at = first.first
    return frozenset(
        key
        for key, state in states.items()
        if any(one.file == at.file and one.line < at.line for one in state.exports)
    )


def lost_where(old: Condition, new: Condition) -> Condition | None:
    """The condition on which an entry was printed and no longer is; None if there is none."""
    lost = All((old, Not(new))).simplify({})
    with contextlib.suppress(TooLarge):
        lost = minimal(lost)
    return None if equivalent(lost, NEVER) else lost


def joined(views: Iterable[View]) -> View:
    """The view of successive changes."""
    found = View({}, {})
    for one in views:
        found = found.then(one)
    return found
