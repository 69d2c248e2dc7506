# SPDX-License-Identifier: MIT
"""Memory in a kdump-compressed dump, page by page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..limits import Limit
from . import decompress
from .decompress import WAYS, Unpack
from .kdump_header import DESCRIPTOR_BYTES, header_of, note_in
from .kdump_pages import Descriptor, KdumpPages, Run
from .kept import Kept
from .problem import DumpError
from .search import PIECE, Piece
from .source import Source

_KEPT = 8 << 20
# The page of zeros may be unpacked again for each table of descriptors.
_SLACK = 1 << 16
_DESCRIPTORS = 1 << 12


class KdumpMemory:
    """`order` and `bits` are those of the dump's writer, `arch` is the machine in its header."""

    def __init__(self, source: Source) -> None:
        self._source = source
        header = header_of(source, note_in(source))
        if header.is_split:
            part = header.part or range(0)
            raise DumpError(
                f"{source.name}: one of several files (page frames {part.start:#x} to "
                f"{part.stop:#x}); reassemble them first: makedumpfile --reassemble FILES... DUMP"
            )
        self.bits, self.order = header.bits, header.order
        self.arch = header.names.machine if header.names.system == "Linux" else None
        self._size = header.block_size
        self._pages = KdumpPages(source, header)
        self._unpackers: dict[int, Unpack] = {}
        self._blank = bytes(self._size)
        # The descriptor that pages of zeros share.
        self._zeros = b""
        self._last = 0, b""
        self._kept: Kept[bytes] = Kept(max(2, _KEPT // self._size))

    @property
    def size(self) -> int:
        """Bytes of all pages in the dump."""
        return self._pages.count * self._size

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer if a page is not in the dump."""
        start, known = self._last
        if start <= physical and physical + size <= start + len(known):
            return known[physical - start : physical - start + size]
        pieces = []
        while size > 0 and physical >= 0:
            frame, inside = divmod(physical, self._size)
            page = self._page(frame)
            if page is None:
                break
            piece = page[inside : inside + size]
            pieces.append(piece)
            physical += len(piece)
            size -= len(piece)
        return b"".join(pieces)

    def pieces(self, within: range) -> Iterator[Piece]:
        """All pages within these addresses that the dump has, by address. Raises DumpError.

        Only pages of zeros share bytes of the file; if others do, the dump is damaged.
        """
        most = _SLACK + max(0, (self._source.size or 0) - self._pages.end)
        budget = Limit(self._source.name, most, "bytes of pages", DumpError)
        frames = range(within.start // self._size, -(-within.stop // self._size))
        for run in self._pages.runs():
            first = max(run.first, frames.start)
            pages = min(run.first + run.pages, frames.stop) - first
            if pages > 0:
                clipped = Run(first, pages, run.descriptor + first - run.first)
                yield from self._of_run(clipped, budget)

    def _of_run(self, run: Run, budget: Limit) -> Iterator[Piece]:
        """The pages of a run, joined into pieces."""
        step = max(1, PIECE // self._size) * DESCRIPTOR_BYTES
        for first in range(0, run.pages, _DESCRIPTORS):
            count = min(_DESCRIPTORS, run.pages - first)
            table = self._pages.table(run.descriptor + first, count)
            if not table.strip(b"\0"):
                continue  # a hole has no descriptors, and may be large
            for start in range(0, len(table), step):
                frame = run.first + first + start // DESCRIPTOR_BYTES
                pages = self._unpacked(table[start : start + step], budget)
                yield from self._joined(frame * self._size, pages)

    def _joined(self, address: int, pages: Iterable[bytes | None]) -> Iterator[Piece]:
        """Successive pages as one piece; None, a missing page, ends a piece."""
        found: list[bytes] = []
        for page in pages:
            if page is not None:
                found.append(page)
                continue
            yield from self._piece(address, found)
            address += (len(found) + 1) * self._size
            found = []
        yield from self._piece(address, found)

    def _piece(self, address: int, pages: list[bytes]) -> Iterator[Piece]:
        if pages:
            is_blank = all(page is self._blank for page in pages)
            data = None if is_blank else b"".join(pages)
            # A hit in a piece is followed by reads near it.
            self._last = address, data or b""
            yield Piece(address, len(pages) * self._size, data)

    def _unpacked(self, table: bytes, budget: Limit) -> Iterator[bytes | None]:
        """The pages of a table of descriptors; equal descriptors mean the same page."""
        known: dict[bytes, bytes | None] = {self._zeros: self._blank}
        for start in range(0, len(table) - DESCRIPTOR_BYTES + 1, DESCRIPTOR_BYTES):
            raw = table[start : start + DESCRIPTOR_BYTES]
            if raw not in known:
                descriptor = self._pages.parsed(raw)
                page = known[raw] = self._of(descriptor)
                if page is not None:
                    budget.spend(descriptor.size)
                    if page == self._blank:
                        known[raw], self._zeros = self._blank, raw
            yield known[raw]

    def _page(self, frame: int) -> bytes | None:
        page = self._kept.get(frame)
        if page is None:
            number = self._pages.number(frame)
            descriptor = None if number is None else self._pages.descriptor(number)
            page = None if descriptor is None else self._of(descriptor)
            if page is not None:
                self._kept.put(frame, page)
        return page

    def _of(self, descriptor: Descriptor) -> bytes | None:
        """The page; None if the dump, or the space of its writer, ended before it."""
        offset, size, flags = descriptor
        if not offset:
            return None
        name, way = self._source.name, flags & decompress.KNOWN
        if (
            flags != way
            or way & (way - 1)
            or not 0 < size <= self._size
            or offset < self._pages.first_data
            or (not way and size != self._size)
        ):
            raise DumpError(
                f"{name}: a page of {size} bytes at byte {offset}, with flags {flags:#x}; pages "
                f"have {self._size} bytes and start after byte {self._pages.first_data}; the dump "
                "is corrupt"
            )
        if offset + size > (self._source.size or 0):
            return None
        data = self._source.read(offset, size)
        if not way:
            return data
        if way not in self._unpackers:
            self._unpackers[way] = decompress.unpacker_of(way, self._size, name)
        page = self._unpackers[way](data)
        if page is None:
            raise DumpError(
                f"{name}: the page at byte {offset}, compressed with {WAYS[way]}, is corrupt"
            )
        return page
