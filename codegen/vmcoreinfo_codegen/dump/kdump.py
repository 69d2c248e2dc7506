# SPDX-License-Identifier: MIT
"""The kdump-compressed format of diskdump, makedumpfile and QEMU.

The header has one block, then comes the sub-header. It tells where the text is
since version 3, and where the ELF notes are since version 4 (makedumpfile,
`diskdump_mod.h`). Both are uncompressed, and at the same place in a split dump.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from .problem import DumpError
from .source import Source, exactly

MAGICS = (b"KDUMP   ", b"DISKDUMP")
TEXT_SINCE = 3
NOTES_SINCE = 4
ERASED_SINCE = 5
FRAMES_SINCE = 6
LATEST = 6

_LEAST_BLOCK = 1 << 9
_MOST_BLOCK = 1 << 20
_UTSNAME = 12
_WORD = 65
_SYSTEM, _NODE, _RELEASE, _VERSION, _MACHINE = range(5)
_HEADER_BYTES = 512
SUB_HEADER_BYTES = 104
_FRAMES_BYTES = 3 * 8
_INCOMPLETE = 0x8


class Layout(NamedTuple):
    """One layout of the two headers, as a compiler made it.

    `status` is the offset of `status` in the header, `sub` the format of the sub-header's fields
    from `phys_base` to `size_eraseinfo`.
    """

    bits: int
    status: int
    sub: str


# off_t is eight bytes everywhere; i386 aligns it to four, other 32-bit machines to eight.
_LAYOUTS = (
    Layout(64, 424, "QiiQQQQQQQQ"),
    Layout(32, 412, "IiiIIQIQIQI"),
    Layout(32, 412, "IiiII4xQI4xQI4xQI"),
)


class Place(NamedTuple):
    """A range of the file; offset and size in bytes, 0 if there is none."""

    offset: int
    size: int


class Names(NamedTuple):
    """`uname -s`, `-r` and `-m` of the kernel in the header, as the dump's writer read them."""

    system: str
    release: str
    machine: str


class Kdump(NamedTuple):
    """The headers of a kdump-compressed dump.

    `bitmaps` has two bits per page frame: its first half says whether there is memory, its second
    whether the dump has the page. The page descriptors follow. `level` is the dump level at which
    the dump was filtered, `erased` the place of the list of erased data. If `is_split`, the dump is
    one of several files, and `part` are its page frames. If `is_incomplete`, its writer ran out of
    space.
    """

    version: int
    bits: int
    order: str
    names: Names
    block_size: int
    bitmaps: Place
    level: int
    text: Place
    notes: Place
    erased: Place
    is_split: bool
    layout: Layout
    is_incomplete: bool = False
    part: range | None = None


def open_kdump(source: Source) -> list[Kdump]:
    """The headers, read in each layout in which they are plausible. Raises DumpError.

    They tell neither their word size nor the alignment of a 32-bit compiler, and `max_mapnr` of a
    32-bit one can look like a block size. The layout by which a note is found is the right one.
    """
    header = exactly(source, 0, _HEADER_BYTES, "the kdump header")
    found = []
    for order in "<>":
        (version,) = struct.unpack_from(order + "i", header, 8)
        if not 0 <= version <= 0xFFFF:
            continue
        for layout in _LAYOUTS:
            block_size, sub_blocks, bitmap_blocks = struct.unpack_from(
                order + "iiI", header, layout.status + 4
            )
            if not _is_block(block_size) or not 0 < sub_blocks <= 1 << 16:
                continue
            sub_header = source.read(block_size, SUB_HEADER_BYTES)
            if len(sub_header) == SUB_HEADER_BYTES:
                bitmaps = Place((1 + sub_blocks) * block_size, bitmap_blocks * block_size)
                found.append(
                    _kdump(header, sub_header, version, order, layout, block_size, bitmaps)
                )
    if not found:
        raise DumpError(
            f"{source.name}: a kdump header with an invalid block size or sub-header; it is "
            "truncated or corrupt"
        )
    return found


def _is_block(size: int) -> bool:
    return _LEAST_BLOCK <= size <= _MOST_BLOCK and size & (size - 1) == 0


def _kdump(
    header: bytes,
    sub_header: bytes,
    version: int,
    order: str,
    layout: Layout,
    block_size: int,
    bitmaps: Place,
) -> Kdump:
    (status,) = struct.unpack_from(order + "i", header, layout.status)
    fields = struct.unpack_from(order + layout.sub, sub_header)
    text, notes = Place(*fields[5:7]), Place(*fields[7:9])
    return Kdump(
        version,
        layout.bits,
        order,
        Names(*(_word(header, number) for number in (_SYSTEM, _RELEASE, _MACHINE))),
        block_size,
        bitmaps,
        fields[1],
        text if version >= TEXT_SINCE else Place(0, 0),
        notes if version >= NOTES_SINCE else Place(0, 0),
        Place(*fields[9:11]) if version >= ERASED_SINCE else Place(0, 0),
        bool(fields[2]),
        layout,
        bool(status & _INCOMPLETE),
        range(fields[3], max(fields[3], fields[4])) if fields[2] else None,
    )


def sub_header_size(header: Kdump) -> int:
    """Bytes of all fields that the header's version has, or more."""
    size = struct.calcsize(header.order + header.layout.sub)
    return size + _FRAMES_BYTES if header.version >= FRAMES_SINCE else size


def phys_base_of(header: Kdump, sub_header: bytes) -> int:
    (number,) = struct.unpack_from(header.order + header.layout.sub[0], sub_header)
    return int(number)


def sub_header_with(
    header: Kdump, sub_header: bytes, text: Place, notes: Place, phys_base: int | None = None
) -> bytes:
    """The sub-header with other places of text and notes, if its version has these fields."""
    form = header.order + header.layout.sub
    fields = list(struct.unpack_from(form, sub_header))
    if phys_base is not None:
        fields[0] = phys_base
    fields[5:7] = text
    if header.version >= NOTES_SINCE:
        fields[7:9] = notes
    made = bytearray(sub_header)
    struct.pack_into(form, made, 0, *fields)
    return bytes(made)


def names_patch(release: str) -> tuple[int, bytes]:
    """Offset and bytes of the names to write into a header that has only the machine.

    libkdumpfile, and so drgn, uses the machine only if no name before it is empty.
    """
    words = {_SYSTEM: "Linux", _NODE: "(none)", _RELEASE: release, _VERSION: "(unknown)"}
    data = b"".join(
        words[number].encode()[: _WORD - 1].ljust(_WORD, b"\0") for number in range(_MACHINE)
    )
    return _UTSNAME, data


def _word(header: bytes, number: int) -> str:
    """One of the six strings of `utsname`."""
    place = _UTSNAME + number * _WORD
    return header[place : place + _WORD].split(b"\0")[0].decode("latin-1")
