# SPDX-License-Identifier: MIT
"""Searches for a kernel's own data in the memory of its dump: one pass for all, with limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..dump.memory import PhysicalMemory
from ..dump.search import ALL
from ..dump.source import File
from ..limits import Limit
from .problem import DebugInfoError

PAGE = 4096
"""The smallest page size of any architecture."""

_PIECE = 1 << 20
_BLOCK = 512
_LEAST_PLACES = 1 << 16
_BYTES_FOR_A_PLACE = 4096
_ZEROS = bytes(PAGE)


@dataclass(frozen=True)
class Cut:
    """Incomplete data at a physical address: what is wrong, and where."""

    physical: int
    why: str


class Search(Protocol):
    """A search for one kind of data."""

    @property
    def needles(self) -> Sequence[bytes]:
        """Bytes that all data of this kind contain one of."""
        ...

    def at(self, place: int) -> None:
        """Examine a hit of one of the needles; hits come by address.

        Raises DumpError, and DebugInfoError if there are more hits than in any machine's memory.
        """
        ...


def look_through(
    memory: PhysicalMemory,
    searches: Sequence[Search],
    done: Callable[[int], object] = lambda size: None,
    within: Sequence[range] = ALL,
) -> None:
    """Run all searches in one pass over memory, or over the ranges `within`.

    `done` is called with the number of bytes searched since its last call.
    """
    by_needle = {needle: search for search in searches for needle in search.needles}
    for place, needle in memory.find_all(list(by_needle), done, within):
        by_needle[needle].at(place)


def places_limit(memory: PhysicalMemory, what: str) -> Limit:
    """The limit of the number of hits."""
    return limit(memory, _LEAST_PLACES, _BYTES_FOR_A_PLACE, what)


def limit(memory: PhysicalMemory, least: int, bytes_for_one: int, what: str) -> Limit:
    """A limit that grows with the size of the dump, without holes of a sparse file."""
    source = memory.source
    size = source.size or 0
    if isinstance(source, File):
        size = min(size, os.fstat(source.fileno()).st_blocks * _BLOCK)
    return Limit(source.name, least + size // bytes_for_one, what, DebugInfoError)


def whole_until(memory: PhysicalMemory, physical: int, least: int) -> int:
    """The lowest address from `least` on such that all pages from it to `physical` are in the dump
    and not zero.

    None of the data searched for has a page of zeros.
    """
    place = physical // PAGE * PAGE
    window = _PIECE
    while place > least:
        start = max(least, place - window)
        data = memory.read(start, place - start)
        if len(data) < place - start:
            if window == PAGE:
                return place
            window = PAGE
            continue
        for page in range(len(data) - PAGE, -1, -PAGE):
            if data[page : page + PAGE] == _ZEROS:
                return start + page + PAGE
        place = start
    return max(place, least)


def pieces(memory: PhysicalMemory, physical: int, size: int) -> Iterator[bytes]:
    """Memory in pieces small enough for one read, up to the first byte missing in the dump."""
    end = physical + size
    while physical < end:
        wanted = min(_PIECE, end - physical)
        data = memory.read(physical, wanted)
        yield data
        if len(data) < wanted:
            return
        physical += wanted


def filled(memory: PhysicalMemory, physical: int, size: int) -> bytes:
    """Memory, with zeros for pages missing in the dump, as pages of zeros may be left out."""
    data = bytearray()
    while len(data) < size:
        place = physical + len(data)
        data += memory.read(place, size - len(data))
        if len(data) < size:
            stop = min(((physical + len(data)) // PAGE + 1) * PAGE, physical + size)
            data += bytes(stop - physical - len(data))
    return bytes(data)


def missing(memory: PhysicalMemory, physical: int, size: int) -> tuple[int, int] | None:
    """The first range of addresses, half-open, that the dump lacks or has only as zeros; None if
    there is none.

    None of the data searched for has a page of zeros.
    """
    start: int | None = None
    place, end = physical, physical + size
    while place < end:
        stop = min((place // PAGE + 1) * PAGE, end)
        data = memory.read(place, stop - place)
        is_there = len(data) == stop - place and (len(data) < PAGE or any(data))
        if start is None and not is_there:
            start = place + (len(data) if any(data) else 0)
        elif start is not None and is_there:
            return start, place
        place = stop
    return None if start is None else (start, end)


def absent(part: tuple[int, int]) -> str:
    """The result of `missing`, in words."""
    start, end = part
    return f"{end - start} bytes from {start:#x} on are not in the dump, or zeros"
