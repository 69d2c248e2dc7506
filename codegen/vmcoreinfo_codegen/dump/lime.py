# SPDX-License-Identifier: MIT
"""Images of LiME, also written by AVML: each range of memory follows a header of 32 bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ..limits import Limit
from .problem import DumpError
from .ranges import Range
from .source import Source, exactly

MAGIC = b"EMiL"

_VERSION = 1
_HEADER = struct.Struct("<IIQQQ")
_MOST_RANGES = 1 << 20


def ranges_in(source: Source) -> Iterator[Range]:
    """Every range: its physical address, its size, and its offset in the file. Raises DumpError."""
    budget = Limit(source.name, _MOST_RANGES, "ranges of memory", DumpError)
    size = source.size or 0
    place = 0
    while place < size:
        budget.spend()
        data = exactly(source, place, _HEADER.size, "the header of a range")
        _, version, start, last, _ = _HEADER.unpack(data)
        if not data.startswith(MAGIC) or version != _VERSION or last < start:
            raise DumpError(
                f"{source.name}: no header of a range at byte {place}; it is damaged, or no image of LiME "
                f"(version {_VERSION})"
            )
        place += _HEADER.size
        yield Range(start, last + 1 - start, place)
        place += last + 1 - start
