# SPDX-License-Identifier: MIT
"""Memory around an address, and limits of the search for kallsyms."""

from __future__ import annotations

import sys
from array import array

from ..dump.memory import PhysicalMemory
from ..limits import Limit
from .problem import DebugInfoError

MOST_SYMBOLS = 1 << 20
_PIECE = 1 << 20
_PAGE = 4096


class Work:
    """The memory that is searched, with a budget for each kind of work."""

    def __init__(self, memory: PhysicalMemory) -> None:
        name, size = memory.source.name, memory.source.size or 0
        self.memory = memory
        self.places = Limit(name, 50_000 + (size >> 12), "places like kallsyms", DebugInfoError)
        self.bytes = Limit(name, (256 << 20) + size, "bytes read for kallsyms", DebugInfoError)
        self.steps = Limit(name, (8 << 20) + size // 32, "steps through kallsyms", DebugInfoError)

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes; empty if memory lacks one of them. Raises DebugInfoError."""
        self.bytes.spend(size)
        pieces = []
        for start in range(physical, physical + size, _PIECE):
            wanted = min(_PIECE, physical + size - start)
            pieces.append(self.memory.read(start, wanted))
            if len(pieces[-1]) < wanted:
                return b""
        return b"".join(pieces)

    def read_back(self, end: int, most: int) -> bytes:
        """Up to `most` bytes before `end`, as far as memory has all of them. Raises
        DebugInfoError.
        """
        pieces: list[bytes] = []
        step = _PIECE
        while most := min(most, end):
            size = min(end % step or step, most)
            self.bytes.spend(size)
            piece = self.memory.read(end - size, size)
            if len(piece) == size:
                pieces.append(piece)
                end -= size
                most -= size
            elif step > _PAGE:
                step = max(step // 16, _PAGE)
            else:
                break
        return b"".join(reversed(pieces))

    def read_some(self, physical: int, size: int) -> bytes:
        """At most `size` bytes, in multiples of 8. Raises DumpError, DebugInfoError."""
        self.bytes.spend(size)
        data = self.memory.read(physical, size)
        return data[: len(data) // 8 * 8]


def numbers(data: bytes, code: str, big_endian: bool) -> array[int]:
    """The complete numbers of a C array; `code` is a type code of the module array."""
    values = array(code)
    values.frombytes(data[: len(data) // values.itemsize * values.itemsize])
    if big_endian != (sys.byteorder == "big"):
        values.byteswap()
    return values


def aligned(place: int, by: int) -> int:
    return -(-place // by) * by
