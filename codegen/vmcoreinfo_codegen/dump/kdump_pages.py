# SPDX-License-Identifier: MIT
"""Where the pages of a kdump-compressed dump are: one bit per page frame, then one descriptor per
page.

The descriptor of a page is found by how many bits are set before its own. These are counted once, a block of
the bitmap at a time, and kept; bitmap and descriptors are read as they are needed.
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
    """Where the data of a page is, and in which way it is compressed; 0 for not at all."""

    offset: int
    size: int
    way: int


class Run(NamedTuple):
    """Page frames that follow each other, from `first` on, and the number of the first one's descriptor."""

    first: int
    pages: int
    descriptor: int


class KdumpPages:
    """What a page held that is not in the dump nobody knows.

    Pages of zeros are in it at every level, and share their data. What makedumpfile leaves out even at
    levels 0 and 1 are pages that are offline or poisoned.
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
        """The descriptors begin here; no page's data is before."""
        self._counts: array[int] | None = None
        self._bitmaps: Kept[bytes] = Kept(_KEPT)
        self._descriptors: Kept[bytes] = Kept(_KEPT)

    @property
    def count(self) -> int:
        """Of the pages that there are."""
        return self._before(-1)

    @property
    def end(self) -> int:
        """Of the descriptors in the file."""
        return self.first_data + self.count * DESCRIPTOR_BYTES

    def number(self, frame: int) -> int | None:
        """Of the descriptor of a page; None if the dump doesn't have it."""
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
        """None if the file ends before."""
        block, inside = divmod(number, _DESCRIPTORS)
        data = self._descriptors.get(block)
        if data is None:
            data = self.table(block * _DESCRIPTORS, _DESCRIPTORS)
            self._descriptors.put(block, data)
        part = data[inside * DESCRIPTOR_BYTES : (inside + 1) * DESCRIPTOR_BYTES]
        return self.parsed(part) if len(part) == DESCRIPTOR_BYTES else None

    def table(self, number: int, count: int) -> bytes:
        """Descriptors as they are in the file, fewer if that ends before."""
        return self._source.read(
            self.first_data + number * DESCRIPTOR_BYTES, count * DESCRIPTOR_BYTES
        )

    def parsed(self, data: bytes) -> Descriptor:
        return Descriptor(*self._form.unpack(data))

    def runs(self) -> Iterator[Run]:
        """All pages that there are, by address; a run ends with its block of the bitmap at the latest."""
        number = 0
        for block in range(-(-self._size // _BLOCK)):
            bits = self._read_block(block)
            if not bits.strip(b"\0"):
                continue
            # A digit a page, in their order.
            digits = f"{int.from_bytes(bits, 'little'):0{_BITS}b}"[::-1]
            start = digits.find("1")
            while start >= 0:
                end = digits.find("0", start)
                end = _BITS if end < 0 else end
                yield Run(block * _BITS + start, end - start, number)
                number += end - start
                start = digits.find("1", end)

    def _before(self, block: int) -> int:
        """Pages that blocks of the bitmap before this one have; -1 for all of them."""
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
