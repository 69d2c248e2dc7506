# SPDX-License-Identifier: MIT
"""Searching for bytes in memory that arrives in pieces."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

PIECE = 1 << 20
"""Approximate size of a piece: it stays in the CPU's cache while it is searched for each needle."""

ALL = (range(1 << 64),)
"""Every address."""

_ZEROS = bytes(PIECE)
_SHORT = 64


class Piece(NamedTuple):
    """A part of memory; `data` is None if all of it is zero."""

    start: int
    size: int
    data: bytes | None


class _Wanted(NamedTuple):
    """A needle, and the part of the data to search for it."""

    needle: bytes
    start: int
    end: int


def find_all(pieces: Iterable[Piece], needles: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """(address, needle) for every hit, by address, also across the border of adjacent pieces.

    The pieces come by address, without overlaps. A piece without data is not searched.
    """
    if not needles:
        return
    if not all(needles):
        raise ValueError("an empty needle is everywhere")
    longest = max(map(len, needles))
    skips_zeros = all(needle.strip(b"\0") for needle in needles)
    tail, reached = b"", -1
    held: list[tuple[int, bytes]] = []
    for start, size, data in pieces:
        if start != reached:
            yield from held
            held, tail = [], b""
        reached = start + size
        head = bytes(min(size, longest)) if data is None else data
        found: list[Iterable[tuple[int, bytes]]] = [held]
        if tail:
            seam = tail + head[: longest - 1]
            found.append(_hits(seam, start - len(tail), _across(needles, len(tail))))
        if data is not None and not (skips_zeros and data == _ZEROS):
            found.append(_hits(data, start, [_Wanted(one, 0, size) for one in needles]))
        held = []
        for hit in heapq.merge(*found):
            if hit[0] + longest <= reached:
                yield hit
            else:
                # A longer needle that ends in the next piece may begin before this hit.
                held.append(hit)
        if longest > 1:
            tail = head[1 - longest :] if len(head) >= longest - 1 else (tail + head)[1 - longest :]
    yield from held


def _across(needles: Sequence[bytes], seam: int) -> list[_Wanted]:
    """For each needle, the data in which a hit begins before the seam and ends after it."""
    return [
        _Wanted(one, max(0, seam - len(one) + 1), seam + len(one) - 1)
        for one in needles
        if len(one) > 1
    ]


def _hits(data: bytes, address: int, wanted: list[_Wanted]) -> Iterator[tuple[int, bytes]]:
    """All hits of all needles, by address, found on demand."""
    heap = [
        (place, one)
        for one in wanted
        if _may_have(data, one) and (place := data.find(one.needle, one.start, one.end)) >= 0
    ]
    heapq.heapify(heap)
    while heap:
        place, one = heap[0]
        yield address + place, one.needle
        place = data.find(one.needle, place + 1, one.end)
        if place < 0:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (place, one))


def _may_have(data: bytes, wanted: _Wanted) -> bool:
    """False if a short needle is not there.

    CPython's `rfind()` takes half the time of `find()`, but for long needles it may take many times
    as long.
    """
    return len(wanted.needle) > _SHORT or data.rfind(wanted.needle, wanted.start, wanted.end) >= 0
