# SPDX-License-Identifier: MIT
"""Where the pages of a kdump-compressed dump are: one bit per page frame, then one descriptor per
page.

The number of bits set before a page's own is the number of its descriptor. They are counted once,
per block of the bitmap, and kept; bitmap and descriptors are read when needed.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from .kdump import Kdump
from .kdump_header import DESCRIPTOR, DESCRIPTOR_BYTES
from .kept import Kept
from .problem import DumpError
from .source import Source, exactly

_MOST_BITMAPS = 1 << 32
_BLOCK = 1 << 12
_BITS = 8 * _BLOCK
_READ = 256 * _BLOCK
_DESCRIPTORS = 1 << 10
_KEPT = 64
_WHAT = "its page bitmap"


class Descriptor(NamedTuple):
    """Where the data of a page is, and how it is compressed; `way` is 0 if it is not."""

    offset: int
    size: int
    way: int


class Run(NamedTuple):
    """Successive page frames from `first` on, and the number of the first one's descriptor."""

    first: int
    pages: int
    descriptor: int


class KdumpPages:
    """The pages of a dump, by page frame. The contents of any other page are unknown.

    Pages of zeros are in the dump at every level, and share their data. Even at levels 0 and 1
    makedumpfile leaves out pages that are offline or poisoned.
    """

    def __init__(self, source: Source, header: Kdump) -> None:
        place, size = header.bitmaps
        if not 0 < size <= _MOST_BITMAPS or place + size > (source.size or 0):
            raise DumpError(
                f"{source.name}: {size} bytes of bitmaps at byte {place} reach beyond the end of "
                "the file; it is truncated or corrupt"
            )
        self._source = source
        self._form = struct.Struct(header.order + DESCRIPTOR)
        self._size = size // 2
        self._bitmap = place + self._size
        self.first_data = place + size
        """Where the descriptors begin; the data of pages comes later."""
        self._counts: array[int] | None = None
        self._bitmaps: Kept[bytes] = Kept(_KEPT)
        self._descriptors: Kept[bytes] = Kept(_KEPT)

    @property
    def count(self) -> int:
        """Number of pages in the dump."""
        return self._before(-1)

    @property
    def end(self) -> int:
        """Where the descriptors end in the file."""
        return self.first_data + self.count * DESCRIPTOR_BYTES

    def number(self, frame: int) -> int | None:
        """Number of a page's descriptor; None if the dump doesn't have the page."""
        block, bit = divmod(frame, _BITS)
        if not 0 <= frame < 8 * self._size:
            return None
        bits = self._block(block)
        if not bits[bit // 8] >> bit % 8 & 1:
            return None
        before = int.from_bytes(bits[: bit // 8], "little").bit_count()
        inside = (bits[bit // 8] & (1 << bit % 8) - 1).bit_count()
        return self._before(block) + before + inside

    def descriptor(self, number: int) -> Descriptor | None:
        """The descriptor with this number; None if the file ends before it."""
        block, inside = divmod(number, _DESCRIPTORS)
        data = self._descriptors.get(block)
        if data is None:
            data = self.table(block * _DESCRIPTORS, _DESCRIPTORS)
            self._descriptors.put(block, data)
        part = data[inside * DESCRIPTOR_BYTES : (inside + 1) * DESCRIPTOR_BYTES]
        return self.parsed(part) if len(part) == DESCRIPTOR_BYTES else None

    def table(self, number: int, count: int) -> bytes:
        """`count` descriptors from `number` on, as in the file; fewer if the file ends before."""
        return self._source.read(
            self.first_data + number * DESCRIPTOR_BYTES, count * DESCRIPTOR_BYTES
        )

    def parsed(self, data: bytes) -> Descriptor:
        return Descriptor(*self._form.unpack(data))

    def runs(self) -> Iterator[Run]:
        """Runs of pages in the dump, by address; each is within one block of the bitmap."""
        number = 0
        for block in range(-(-self._size // _BLOCK)):
            bits = self._read_block(block)
            if not bits.strip(b"\0"):
                continue
            # One digit per page, in the order of the pages.
            digits = f"{int.from_bytes(bits, 'little'):0{_BITS}b}"[::-1]
            start = digits.find("1")
            while start >= 0:
                end = digits.find("0", start)
                end = _BITS if end < 0 else end
                yield Run(block * _BITS + start, end - start, number)
                number += end - start
                start = digits.find("1", end)

    def _before(self, block: int) -> int:
        """Number of pages in the bitmap's blocks before this one; -1 for all of them."""
        if self._counts is None:
            self._counts = array("Q", [0])
            for start in range(0, self._size, _READ):
                size = min(_READ, self._size - start)
                data = exactly(self._source, self._bitmap + start, size, _WHAT)
                for place in range(0, len(data), _BLOCK):
                    count = int.from_bytes(data[place : place + _BLOCK], "little").bit_count()
                    self._counts.append(self._counts[-1] + count)
        return self._counts[block]

    def _block(self, block: int) -> bytes:
        data = self._bitmaps.get(block)
        if data is None:
            data = self._read_block(block)
            self._bitmaps.put(block, data)
        return data

    def _read_block(self, block: int) -> bytes:
        start = block * _BLOCK
        size = min(_BLOCK, self._size - start)
        data = exactly(self._source, self._bitmap + start, size, _WHAT)
        return data.ljust(_BLOCK, b"\0")
