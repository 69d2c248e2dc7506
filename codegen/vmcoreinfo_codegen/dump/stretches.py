# SPDX-License-Identifier: MIT
"""Memory stored unchanged in a file, in one or several ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..limits import Limit
from .problem import DumpError
from .ranges import Range, Ranges
from .search import PIECE, Piece
from .source import File, Source, data_in


class Stretches:
    """The memory of ELF dumps and raw images; `target` of a range is its offset in the file."""

    def __init__(self, source: Source, ranges: Iterable[Range]) -> None:
        self._source = source
        self._stretches = Ranges(ranges)

    @property
    def size(self) -> int:
        """Bytes of the ranges that are in the file."""
        return sum(self._in_file(stretch) for stretch in self._stretches)

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer if a later one is not in the file."""
        data = b""
        while len(data) < size:
            stretch = self._stretches.find(physical + len(data))
            if stretch is None:
                break
            inside = physical + len(data) - stretch.start
            wanted = min(size - len(data), stretch.size - inside)
            piece = self._source.read(stretch.target + inside, wanted)
            data += piece
            if len(piece) < wanted:
                break
        return data

    def pieces(self, within: range) -> Iterator[Piece]:
        """All memory within these addresses, by address. Raises DumpError.

        Segments of a dump share no bytes of the file; if they do, the dump is damaged.
        """
        most = 2 * (self._source.size or 1 << 62)
        budget = Limit(self._source.name, most, "bytes of memory in its segments", DumpError)
        for stretch in self._clipped(within):
            move = stretch.start - stretch.target
            reached = stretch.target
            for start, end in self._data_of(stretch):
                if reached < start:
                    yield Piece(reached + move, start - reached, None)
                for piece in self._read(start, end, budget):
                    yield piece._replace(start=piece.start + move)
                reached = end
            end = stretch.target + self._in_file(stretch)
            if reached < end:
                yield Piece(reached + move, end - reached, None)

    def _clipped(self, within: range) -> Iterator[Range]:
        for stretch in self._stretches:
            start = max(stretch.start, within.start)
            end = min(stretch.start + stretch.size, within.stop)
            if start < end:
                yield Range(start, end - start, stretch.target + start - stretch.start)

    def _in_file(self, stretch: Range) -> int:
        """Bytes of the range that are in the file."""
        return max(0, min(stretch.size, (self._source.size or 0) - stretch.target))

    def _read(self, start: int, end: int, budget: Limit) -> Iterator[Piece]:
        """A part of the file, up to its end; `start` of a piece is an offset in the file."""
        for place in range(start, end, PIECE):
            wanted = min(PIECE, end - place)
            data = self._source.read(place, wanted)
            budget.spend(len(data))
            if data:
                yield Piece(place, len(data), data)
            if len(data) < wanted:
                return

    def _data_of(self, stretch: Range) -> Iterator[tuple[int, int]]:
        """Where the data of the range are in the file, without holes."""
        end = stretch.target + stretch.size
        if not isinstance(self._source, File):
            yield stretch.target, end
            return
        for start, stop in data_in(self._source.fileno(), stretch.target, end):
            yield start, stop or end
