# SPDX-License-Identifier: MIT
"""Memory that a kdump-compressed dump holds, page by page."""

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


class KdumpMemory:
    """`order` and `bits` are those of whoever wrote the dump, `arch` what its header names."""

    def __init__(self, source: Source) -> None:
        self._source = source
        header = header_of(source, note_in(source))
        if header.is_split:
            part = header.part or range(0)
            raise DumpError(
                f"{source.name}: one file of several (page frames {part.start:#x} to {part.stop:#x}); put them "
                "together first: makedumpfile --reassemble FILES... DUMP"
            )
        self.bits, self.order = header.bits, header.order
        self.arch = header.names.machine if header.names.system == "Linux" else None
        self._size = header.block_size
        self._pages = KdumpPages(source, header)
        self._unpackers: dict[int, Unpack] = {}
        self._blank = bytes(self._size)
        # A descriptor that pages of zeros share, and such a page.
        self._zeros: tuple[bytes, bytes] | None = None
        self._kept: Kept[bytes] = Kept(max(2, _KEPT // self._size))

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer where a page is not in the dump."""
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

    def pieces(self) -> Iterator[Piece]:
        """All pages that there are, by address. Raises DumpError.

        Pages do not share bytes of the file, save those that are zero, so a dump that says so is damaged.
        """
        most = 2 * (self._source.size or 0)
        budget = Limit(self._source.name, most, "bytes of pages", DumpError)
        for run in self._pages.runs():
            yield from self._of_run(run, budget)

    def _of_run(self, run: Run, budget: Limit) -> Iterator[Piece]:
        step = max(1, PIECE // self._size)
        for start in range(0, run.pages, step):
            count = min(step, run.pages - start)
            table = self._pages.table(run.descriptor + start, count)
            descriptors = [
                table[at : at + DESCRIPTOR_BYTES]
                for at in range(0, len(table) - DESCRIPTOR_BYTES + 1, DESCRIPTOR_BYTES)
            ]
            address = (run.first + start) * self._size
            yield from self._joined(address, self._unpacked(descriptors, budget))

    def _joined(self, address: int, pages: Iterable[bytes | None]) -> Iterator[Piece]:
        """Pages that follow each other as one piece, without those that are not there."""
        found: list[bytes] = []
        for page in pages:
            if page is not None:
                found.append(page)
                continue
            yield from _piece(address, found, self._size)
            address += (len(found) + 1) * self._size
            found = []
        yield from _piece(address, found, self._size)

    def _unpacked(self, table: list[bytes], budget: Limit) -> Iterator[bytes | None]:
        """The pages of descriptors; what has the same one is the same page."""
        known: dict[bytes, bytes | None] = dict([self._zeros] if self._zeros else [])
        for raw in table:
            if raw not in known:
                descriptor = self._pages.parsed(raw)
                page = known[raw] = self._of(descriptor)
                if page is not None:
                    budget.spend(descriptor.size)
                    if page == self._blank:
                        self._zeros = raw, page
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
        """None where the dump ends before; who ran out of room left descriptors of nothing."""
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
                f"{name}: a page of {size} bytes at byte {offset}, with flags {flags:#x}; pages have "
                f"{self._size} bytes, and are behind byte {self._pages.first_data}; the dump is damaged"
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
                f"{name}: the page at byte {offset}, compressed by {WAYS[way]}, is damaged"
            )
        return page


def _piece(address: int, pages: list[bytes], size: int) -> Iterator[Piece]:
    if pages:
        yield Piece(address, len(pages) * size, b"".join(pages))
