# SPDX-License-Identifier: MIT
"""Physical memory in a file: a dump of any known format, or a raw image."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from . import elf, lime, qemu_stream, search
from .foreign import check_core, check_form
from .kcore import memory_segments
from .problem import DumpError
from .ranges import Range
from .reader import tell_format
from .source import MOST_AT_ONCE, Source
from .stretches import Stretches


class _Held(Protocol):
    """Memory in one format."""

    @property
    def size(self) -> int: ...

    def read(self, physical: int, size: int) -> bytes: ...

    def pieces(self, within: range) -> Iterator[search.Piece]: ...


class PhysicalMemory:
    """Memory by physical address; `bits`, `order`, `arch` are None if the source doesn't tell.

    A raw image holds one range of memory, and doesn't tell where it begins. If that is unknown,
    `is_placed` is False, and addresses count from the image's first byte. `inside` is the dump in a
    flattened source, else the source.
    """

    def __init__(self, source: Source, start: int | None = None) -> None:
        """`start` is the physical address of a raw image's first byte; a dump has its own.

        Raises DumpError if the dump can't be read.
        """
        self.source = self.inside = source
        self.is_raw = False
        self.bits: int | None = None
        self.order: str | None = None
        self.arch: str | None = None
        self.is_placed = True
        self._held = self._opened(source, start)

    def _opened(self, source: Source, start: int | None) -> _Held:
        form = tell_format(source)
        if form == "flattened":
            from .unflattened import Unflattened

            source = self.inside = Unflattened(source)
            form = tell_format(source)
            if form not in ("elf", "kdump"):
                raise DumpError(
                    f"{source.name}: the content of the flattened dump has no known format"
                )
        if form == "elf":
            file = elf.open_elf(source)
            self.bits, self.order, self.arch = file.bits, file.order, file.arch
            check_core(file)
            return Stretches(
                source, (Range(s.physical, s.file_size, s.offset) for s in memory_segments(file))
            )
        if form == "kdump":
            # Loads ctypes, which nothing else here needs.
            from .kdump_memory import KdumpMemory

            memory = KdumpMemory(source)
            self.bits, self.order, self.arch = memory.bits, memory.order, memory.arch
            return memory
        return self._of_image(source, start)

    def _of_image(self, source: Source, start: int | None) -> _Held:
        """Memory in a format without a note: of a hypervisor, of a forensic tool, or raw."""
        magic = source.read(0, len(qemu_stream.LIBVIRT))
        if magic.startswith(lime.MAGIC):
            return Stretches(source, lime.ranges_in(source))
        if magic.startswith((qemu_stream.MAGIC, qemu_stream.LIBVIRT)):
            stream = qemu_stream.QemuStream(source)
            self.is_placed = stream.is_placed
            return stream
        check_form(source)
        self.is_raw = True
        self.is_placed = start is not None
        return Stretches(source, [Range(start or 0, source.size or 1 << 62, 0)])

    @property
    def size(self) -> int:
        """Bytes of memory to search, at most."""
        return self._held.size

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer if the dump has fewer there."""
        return self._held.read(physical, size) if size <= MOST_AT_ONCE else b""

    def find(self, needle: bytes) -> Iterator[int]:
        """Every physical address at which `needle` is. Raises DumpError."""
        return (place for place, _ in self.find_all([needle]))

    def find_all(
        self,
        needles: Sequence[bytes],
        done: Callable[[int], object] = lambda size: None,
        within: Sequence[range] = search.ALL,
    ) -> Iterator[tuple[int, bytes]]:
        """(address, needle) wherever one of the needles is, by address; memory is read once.

        Holes of the file and pages of zeros are not searched, even for bytes that are all zero.
        `done` is called with the number of bytes searched since its last call. `within` are the
        ranges of addresses to search, in order.
        """
        return search.find_all(self._pieces(done, within), needles)

    def _pieces(
        self, done: Callable[[int], object], within: Sequence[range]
    ) -> Iterator[search.Piece]:
        for part in within:
            for piece in self._held.pieces(part):
                yield piece
                done(piece.size)
