# SPDX-License-Identifier: MIT
"""The dump inside a flattened one, by offset, as if it had been rebuilt.

The places of records are kept in chains, in each of which offsets in the dump only grow.
makedumpfile and QEMU write headers, descriptors and pages in turn, so there are few chains,
whatever the number of records.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from ..limits import Limit
from .flattened import Flattened, SeekingReader
from .problem import DumpError
from .source import MOST_AT_ONCE, Source

_ALL = 1 << 63
_MOST_CHAINS = 64
_MOST_RECORDS = 1 << 22
_REMEDY = "rebuild it first: makedumpfile -R DUMP < FILE"


class _Piece(NamedTuple):
    """A part of the dump in one record; if several have it, the last in the file counts."""

    place: int
    start: int
    size: int


class _Chain:
    """Records each of which begins after the end of the one before."""

    def __init__(self) -> None:
        self.end = 0
        self._starts, self._places, self._sizes = array("Q"), array("Q"), array("Q")

    def add(self, start: int, place: int, size: int) -> None:
        self._starts.append(start)
        self._places.append(place)
        self._sizes.append(size)
        self.end = start + size

    def parts(self, start: int, end: int) -> Iterator[_Piece]:
        number = max(0, bisect_right(self._starts, start) - 1)
        while number < len(self._starts) and self._starts[number] < end:
            first = max(start, self._starts[number])
            last = min(end, self._starts[number] + self._sizes[number])
            if first < last:
                place = self._places[number] + first - self._starts[number]
                yield _Piece(place, first, last - first)
            number += 1


class Unflattened:
    """A source; bytes in no record are zero, as with makedumpfile -R. Raises DumpError."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._source = source
        self._chains: list[_Chain] = []
        count = Limit(source.name, _MOST_RECORDS, f"flattened records; {_REMEDY}", DumpError)
        inside = Flattened(source.name, SeekingReader(source))
        for start, place, size in inside.where(0, _ALL):
            count.spend()
            self._chain_for(start).add(start, place, size)
        self.size: int | None = max((chain.end for chain in self._chains), default=0)

    def _chain_for(self, start: int) -> _Chain:
        """The chain with the nearest end before `start`, or a new one."""
        fitting = [chain for chain in self._chains if chain.end <= start]
        if fitting:
            return max(fitting, key=lambda chain: chain.end)
        if len(self._chains) == _MOST_CHAINS:
            raise DumpError(
                f"{self.name}: its flattened records are out of order more than {_MOST_CHAINS} "
                f"times; {_REMEDY}"
            )
        self._chains.append(_Chain())
        return self._chains[-1]

    def read(self, offset: int, size: int) -> bytes:
        if size > MOST_AT_ONCE:
            raise DumpError(f"{self.name}: {size} bytes at byte {offset} are out of range")
        end = min(offset + size, self.size or 0)
        if offset < 0 or offset >= end:
            return b""
        parts = [part for chain in self._chains for part in chain.parts(offset, end)]
        if len(parts) == 1 and parts[0].size == end - offset:
            return self._source.read(parts[0].place, parts[0].size)
        data = bytearray(end - offset)
        for place, start, wanted in sorted(parts):
            data[start - offset : start - offset + wanted] = self._source.read(place, wanted)
        return bytes(data)
