# SPDX-License-Identifier: MIT
"""Physical memory that a file holds as it is: an ELF dump, or a raw image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import elf
from .problem import DumpError
from .reader import tell_format
from .source import MOST_AT_ONCE, Source

_OVERLAP = 256
_CHUNK = 1 << 20


class Stretch(NamedTuple):
    """Bytes from a physical address on, and where they are in the file."""

    physical: int
    offset: int
    size: int


class PhysicalMemory:
    """Memory by physical address; `bits`, `order`, `arch` are None where it doesn't tell.

    A raw image holds one stretch of memory, and doesn't tell where that begins. Where nobody
    does, `is_placed` is False, and its addresses count from its first byte.
    """

    def __init__(self, source: Source, start: int | None = None) -> None:
        """`start` is the physical address of a raw image's first byte; an ELF dump has its own.

        Raises DumpError where the file does not hold memory as it is.
        """
        self.source = source
        self.is_raw = False
        self.bits: int | None = None
        self.order: str | None = None
        self.arch: str | None = None
        form = tell_format(source)
        if form == "elf":
            file = elf.open_elf(source)
            self.bits, self.order, self.arch = file.bits, file.order, file.arch
            self.stretches = [
                Stretch(s.physical, s.offset, s.file_size)
                for s in file.segments()
                if s.type == elf.PT_LOAD and s.file_size
            ]
        elif form in ("kdump", "flattened"):
            raise DumpError(
                f"{source.name}: its pages are compressed; memory is read from an ELF dump or a raw image"
            )
        else:
            self.is_raw = True
            self.stretches = [Stretch(start or 0, 0, source.size or 1 << 62)]
        self.is_placed = not self.is_raw or start is not None

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer where the dump has no more; none where it has nothing there."""
        for stretch in self.stretches:
            inside = physical - stretch.physical
            if 0 <= inside < stretch.size and size <= MOST_AT_ONCE:
                return self.source.read(stretch.offset + inside, min(size, stretch.size - inside))
        return b""

    def find(self, needle: bytes) -> Iterator[int]:
        """Every physical address at which the bytes are."""
        for stretch in self.stretches:
            done = 0
            while done < stretch.size:
                wanted = min(_CHUNK + _OVERLAP, stretch.size - done)
                data = self.source.read(stretch.offset + done, wanted)
                place = data.find(needle)
                while 0 <= place < _CHUNK:
                    yield stretch.physical + done + place
                    place = data.find(needle, place + 1)
                if len(data) < wanted:
                    break
                done += _CHUNK
