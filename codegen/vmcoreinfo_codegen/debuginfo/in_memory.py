# SPDX-License-Identifier: MIT
"""What the readers of a kernel's own data in a dump share: limits, and what is not whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..dump.memory import PhysicalMemory
from ..limits import Limit
from .problem import DebugInfoError

PAGE = 4096
"""The least page of any architecture."""

_PIECE = 1 << 20
_LEAST_PLACES = 1 << 16
_BYTES_FOR_A_PLACE = 4096


@dataclass(frozen=True)
class Cut:
    """One that begins at a physical address, and is not whole: what is wrong with it, and where."""

    physical: int
    why: str


def places_limit(memory: PhysicalMemory, what: str) -> Limit:
    """How many places may look like what is looked for."""
    return limit(memory, _LEAST_PLACES, _BYTES_FOR_A_PLACE, what)


def limit(memory: PhysicalMemory, least: int, bytes_for_one: int, what: str) -> Limit:
    """A limit that grows with the dump."""
    most = least + (memory.source.size or 0) // bytes_for_one
    return Limit(memory.source.name, most, what, DebugInfoError)


def pieces(memory: PhysicalMemory, physical: int, size: int) -> Iterator[bytes]:
    """Memory in pieces that one read may ask for, up to where the dump has no more."""
    end = physical + size
    while physical < end:
        wanted = min(_PIECE, end - physical)
        data = memory.read(physical, wanted)
        yield data
        if len(data) < wanted:
            return
        physical += wanted


def missing(memory: PhysicalMemory, physical: int, size: int) -> tuple[int, int] | None:
    """From and to before which address the first part is that the dump does not have, or only as zeros.

    Nothing that is looked for has a page of zeros. None where all is there.
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
    """What `missing` found, in words."""
    start, end = part
    return f"{end - start} bytes from {start:#x} on are not in the dump, or zeros"
