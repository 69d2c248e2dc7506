# SPDX-License-Identifier: MIT
"""Choosing the right one of several plausible layouts of a compressed dump's headers."""

from __future__ import annotations

import struct

from . import kdump
from .kdump import Kdump
from .problem import DumpError
from .reader import Found, find_in
from .source import Source

DESCRIPTOR = "QII8x"
"""`page_desc_t`, for any word size: offset, size, compression flags; page flags are skipped."""

DESCRIPTOR_BYTES = struct.calcsize("<" + DESCRIPTOR)

_UNALIGNED = ("i386", "i486", "i586", "i686")


def note_in(source: Source) -> Found | None:
    """The note of the dump; None if it has none that is a text."""
    try:
        return find_in(source, "kdump")
    except DumpError:
        return None


def header_of(source: Source, found: Found | None) -> Kdump:
    """The headers in the layout by which the note is found, else the pages, else by their machine.

    Raises DumpError.
    """
    headers = kdump.open_kdump(source)
    for header in headers:
        if (
            found is not None
            and found.offset is not None
            and (found.order, found.bits)
            == (
                header.order,
                header.bits,
            )
        ):
            if found.offset == header.text.offset:
                return header
            if 0 <= found.offset - header.notes.offset < header.notes.size:
                return header
    headers = [header for header in headers if _has_page(source, header)] or headers
    if len(headers) == 2 and headers[0].bits == headers[1].bits:
        return headers[0 if headers[0].names.machine in _UNALIGNED else 1]
    return headers[0]


def _has_page(source: Source, header: Kdump) -> bool:
    """Whether the first descriptor is plausible."""
    table = header.bitmaps.offset + header.bitmaps.size
    data = source.read(table, DESCRIPTOR_BYTES)
    if not header.bitmaps.size or len(data) < DESCRIPTOR_BYTES:
        return False
    offset, size, _ = struct.unpack(header.order + DESCRIPTOR, data)
    return bool(table < offset < 1 << 62 and 0 < size <= header.block_size)
