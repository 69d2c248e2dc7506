# SPDX-License-Identifier: MIT
"""The pages of a kdump-compressed dump, and the machine according to its header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from . import kdump
from .problem import DumpError
from .source import MOST_AT_ONCE, File, Source, exactly

_MOST_BITMAP = 1 << 29
_CHUNK = 1 << 20


class Pages(NamedTuple):
    """The pages in a dump, one bit each, lowest bit of a byte first; names as in `uname`.

    `bits` is the word size of the machine.
    """

    bits: int
    release: str
    machine: str
    bitmap: bytes

    @property
    def number(self) -> int:
        return sum(chunk.bit_count() for chunk in _numbers(self.bitmap))

    def without(self, others: Pages) -> int:
        """How many of these pages are not in `others`."""
        size = max(len(self.bitmap), len(others.bitmap))
        mine, theirs = (_numbers(one.bitmap.ljust(size, b"\0")) for one in (self, others))
        return sum((one & ~other).bit_count() for one, other in zip(mine, theirs))


def read_pages(path: str, bits: int) -> Pages:
    """The pages of a dump of a machine with that word size. Raises DumpError, OSError."""
    with File(path) as file:
        if not file.read(0, 8).startswith(kdump.MAGICS):
            raise DumpError(f"{path}: not a compressed dump")
        header = _header(file, bits)
        bitmap = b"".join(_dumped(file, header))
        return Pages(header.bits, header.names.release, header.names.machine, bitmap)


def read_bitmap(file: File, header: kdump.Kdump) -> Iterator[int]:
    """The pages in a dump as large numbers, one bit per page. Raises DumpError."""
    return (int.from_bytes(chunk, "little") for chunk in _dumped(file, header))


def _dumped(file: File, header: kdump.Kdump) -> Iterator[bytes]:
    place, size = header.bitmaps
    if size > _MOST_BITMAP or place + size > (file.size or 0):
        raise DumpError(
            f"{file.name}: {size} bytes of bitmaps at byte {place} do not fit in the file"
        )
    half = size // 2
    return _read(file, place + half, half)


def level_of(source: Source, bits: int) -> int:
    """The dump level at which a compressed dump was filtered. Raises DumpError."""
    return _header(source, bits).level


def _header(source: Source, bits: int) -> kdump.Kdump:
    headers = kdump.open_kdump(source)
    return next((one for one in headers if one.bits == bits), headers[0])


def _read(file: File, place: int, size: int) -> Iterator[bytes]:
    for start in range(0, size, MOST_AT_ONCE):
        wanted = min(MOST_AT_ONCE, size - start)
        yield exactly(file, place + start, wanted, "its page bitmap")


def _numbers(bitmap: bytes) -> Iterator[int]:
    """The bits as large numbers of one megabyte each."""
    for start in range(0, len(bitmap), _CHUNK):
        yield int.from_bytes(bitmap[start : start + _CHUNK], "little")
