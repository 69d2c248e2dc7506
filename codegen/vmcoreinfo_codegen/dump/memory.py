# SPDX-License-Identifier: MIT
"""Physical memory that a file holds as it is: an ELF dump, or a raw image."""

from __future__ import annotations

from collections.abc import Iterator

from ..limits import Limit
from . import elf
from .kcore import memory_segments
from .problem import DumpError
from .ranges import Range, Ranges
from .reader import tell_format
from .source import MOST_AT_ONCE, File, Source, data_in

_OVERLAP = 256
_CHUNK = 1 << 20


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
            self._stretches = Ranges(
                Range(s.physical, s.file_size, s.offset) for s in memory_segments(file)
            )
        elif form in ("kdump", "flattened"):
            raise DumpError(
                f"{source.name}: its pages are compressed; memory is read from an ELF dump or a raw image"
            )
        else:
            self.is_raw = True
            self._stretches = Ranges([Range(start or 0, source.size or 1 << 62, 0)])
        self.is_placed = not self.is_raw or start is not None

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer where the dump has no more; none where it has nothing there."""
        data = b""
        while len(data) < size <= MOST_AT_ONCE:
            stretch = self._stretches.find(physical + len(data))
            if stretch is None:
                break
            inside = physical + len(data) - stretch.start
            wanted = min(size - len(data), stretch.size - inside)
            piece = self.source.read(stretch.target + inside, wanted)
            data += piece
            if len(piece) < wanted:
                break
        return data

    def find(self, needle: bytes) -> Iterator[int]:
        """Every physical address at which the bytes are. Raises DumpError.

        Segments of a dump do not share bytes of the file, so one that says so is damaged.
        """
        most = 2 * (self.source.size or 1 << 62)
        budget = Limit(self.source.name, most, "bytes of memory in its segments", DumpError)
        for stretch in self._stretches:
            for start, end in self._data_of(stretch):
                for place in self._find_in(start, end, needle, budget):
                    yield stretch.start + place - stretch.target

    def _data_of(self, stretch: Range) -> Iterator[tuple[int, int]]:
        """Where in the file its data is, without holes."""
        end = stretch.target + stretch.size
        if not isinstance(self.source, File):
            yield stretch.target, end
            return
        for start, stop in data_in(self.source.fileno(), stretch.target, end):
            yield start, stop or end

    def _find_in(self, start: int, end: int, needle: bytes, budget: Limit) -> Iterator[int]:
        """Every offset of the bytes in a part of the file."""
        while start < end:
            wanted = min(_CHUNK + _OVERLAP, end - start)
            data = self.source.read(start, wanted)
            budget.spend(len(data))
            place = data.find(needle)
            while 0 <= place < _CHUNK:
                yield start + place
                place = data.find(needle, place + 1)
            if len(data) < wanted:
                return
            start += _CHUNK
