# SPDX-License-Identifier: MIT
"""Finding the range that contains a number, without a linear search."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Range(NamedTuple):
    """`size` numbers from `start` on; the first stands for `target`."""

    start: int
    size: int
    target: int


class Ranges:
    """Ranges that may overlap; in an overlap, the range given first counts."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        ordered = [(r.start, number, r) for number, r in enumerate(ranges) if r.size]
        ordered.sort()
        # Ranges without overlaps, by start.
        self._starts: list[int] = []
        self._ranges: list[Range] = []
        reached = 0
        for start, _, one in ordered:
            if self._starts and start < reached:
                self._starts, self._ranges = [], []
                self._cut_at_overlaps(ordered)
                return
            self._add(one)
            reached = start + one.size

    def _add(self, one: Range) -> None:
        self._starts.append(one.start)
        self._ranges.append(one)

    def _cut_at_overlaps(self, ordered: list[tuple[int, int, Range]]) -> None:
        """Cut at every edge; of the ranges open between two edges, the one given first counts."""
        edges = {start for start, _, _ in ordered} | {r.start + r.size for _, _, r in ordered}
        open_: list[tuple[int, Range]] = []
        place = 0
        edge_before: int | None = None
        for edge in sorted(edges):
            if edge_before is not None and open_:
                self._add_piece(open_[0][1], edge_before, edge)
            while place < len(ordered) and ordered[place][0] <= edge:
                heapq.heappush(open_, (ordered[place][1], ordered[place][2]))
                place += 1
            while open_ and open_[0][1].start + open_[0][1].size <= edge:
                heapq.heappop(open_)
            edge_before = edge

    def _add_piece(self, of: Range, start: int, end: int) -> None:
        target = of.target + start - of.start
        last = self._ranges[-1] if self._ranges else None
        if (
            last is not None
            and last.start + last.size == start
            and last.target + last.size == target
        ):
            self._ranges[-1] = last._replace(size=last.size + end - start)
        else:
            self._add(Range(start, end - start, target))

    def find(self, number: int) -> Range | None:
        """The range that contains `number`; None if none does."""
        place = bisect_right(self._starts, number) - 1
        if place < 0:
            return None
        found = self._ranges[place]
        return found if number < found.start + found.size else None

    def __iter__(self) -> Iterator[Range]:
        return iter(self._ranges)
