# SPDX-License-Identifier: MIT
"""The kdump-compressed format of diskdump, makedumpfile and QEMU.

One block with the header, then the sub-header, of which versions 3 and later say
where the text is, and 4 and later where the ELF notes are (makedumpfile,
`diskdump_mod.h`). Neither is compressed, and neither moves in a split dump.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .problem import DumpError
from .source import Source, exactly

MAGICS = (b"KDUMP   ", b"DISKDUMP")
TEXT_SINCE = 3
NOTES_SINCE = 4
LATEST = 6

_LEAST_BLOCK = 1 << 9
_MOST_BLOCK = 1 << 20
_UTSNAME = 12
_WORD = 65
_MACHINE_AT = _UTSNAME + 4 * _WORD
_HEADER_BYTES = 512
_SUB_HEADER_BYTES = 104


class Layout(NamedTuple):
    """One way that a compiler laid the two headers out.

    `status` is where `status` is in the header, `sub` the fields of the sub-header
    from `phys_base` to `size_note`.
    """

    bits: int
    status: int
    sub: str


# off_t is eight bytes everywhere; i386 aligns it to four, other 32-bit machines to eight.
_LAYOUTS = (
    Layout(64, 424, "QiiQQQQQQ"),
    Layout(32, 412, "IiiIIQIQI"),
    Layout(32, 412, "IiiII4xQI4xQI"),
)


class Place(NamedTuple):
    """A stretch of the file; offset and size in bytes, 0 where there is none."""

    offset: int
    size: int


class Kdump(NamedTuple):
    """What the headers of a kdump-compressed dump say; `machine` is that of `uname -m`."""

    version: int
    bits: int
    order: str
    machine: str
    block_size: int
    text: Place
    notes: Place


def open_kdump(source: Source) -> list[Kdump]:
    """The headers, in each layout that they make sense in. Raises DumpError.

    They don't tell their word size, nor a 32-bit compiler's alignment, and `max_mapnr` of a
    32-bit one can pass for a block size: the layout by which a note is found is the right one.
    """
    header = exactly(source, 0, _HEADER_BYTES, "the kdump header")
    found = []
    for order in "<>":
        (version,) = struct.unpack_from(order + "i", header, 8)
        if not 0 <= version <= 0xFFFF:
            continue
        for layout in _LAYOUTS:
            block_size, sub_blocks = struct.unpack_from(order + "ii", header, layout.status + 4)
            if not _is_block(block_size) or not 0 < sub_blocks <= 1 << 16:
                continue
            sub_header = source.read(block_size, _SUB_HEADER_BYTES)
            if len(sub_header) == _SUB_HEADER_BYTES:
                found.append(_kdump(header, sub_header, version, order, layout, block_size))
    if not found:
        raise DumpError(
            f"{source.name}: a kdump header without a block size and sub-header that can be; "
            "it is cut or damaged"
        )
    return found


def _is_block(size: int) -> bool:
    return _LEAST_BLOCK <= size <= _MOST_BLOCK and size & (size - 1) == 0


def _kdump(
    header: bytes, sub_header: bytes, version: int, order: str, layout: Layout, block_size: int
) -> Kdump:
    fields = struct.unpack_from(order + layout.sub, sub_header)
    text, notes = Place(*fields[5:7]), Place(*fields[7:9])
    machine = header[_MACHINE_AT : _MACHINE_AT + _WORD].split(b"\0")[0]
    return Kdump(
        version,
        layout.bits,
        order,
        machine.decode("latin-1"),
        block_size,
        text if version >= TEXT_SINCE else Place(0, 0),
        notes if version >= NOTES_SINCE else Place(0, 0),
    )
