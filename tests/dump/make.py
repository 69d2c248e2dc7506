# SPDX-License-Identifier: MIT
"""Makes small dumps of every format around a text, with one byte of memory if any is needed."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from vmcoreinfo_codegen.dump.notes import build, padded

TEXT = b"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ffffffff82a18000\n"

_HEADER = {32: "HHIIIIIHHHHHH", 64: "HHIQQQIHHHHHH"}
_SEGMENT = {32: "8I", 64: "IIQQQQQQ"}
_SECTION = {32: "10I", 64: "IIQQQQIIQQ"}
_PN_XNUM = 0xFFFF


def other_note(order: str, name: bytes = b"CORE", size: int = 336, kind: int = 1) -> bytes:
    """A note that is not VMCOREINFO, such as those of the CPUs."""
    label = name + b"\0"
    head = struct.pack(order + "III", len(label), size, kind)
    return head + label.ljust(padded(len(label)), b"\0") + bytes(padded(size))


def elf(
    text: bytes | None = TEXT,
    bits: int = 64,
    order: str = "<",
    machine: int = 62,
    *,
    before: bytes = b"",
    after: bytes = b"",
    segments: int = 2,
    note_at: int | None = None,
    note_segment: int = 0,
    headers_at: int | None = None,
    type_: int = 4,
    virtual: int = 0,
) -> bytes:
    """A core: segment number `note_segment` is PT_NOTE, the others are empty PT_LOADs at
    `virtual`.
    """
    header_size = 16 + struct.calcsize(order + _HEADER[bits])
    segment_size = struct.calcsize(order + _SEGMENT[bits])
    section_size = struct.calcsize(order + _SECTION[bits])
    phoff = headers_at or header_size
    shoff = phoff + segments * segment_size
    notes = before + (build(text, order) if text is not None else b"") + after
    place = note_at or shoff + section_size
    many = segments >= _PN_XNUM
    header = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    header += struct.pack(
        order + _HEADER[bits],
        type_, machine, 1, 0, phoff, shoff if many else 0, 0,
        header_size, segment_size, _PN_XNUM if many else segments, section_size, int(many), 0,
    )  # fmt: skip
    table = bytearray()
    for number in range(segments):
        kind, offset, size = (4, place, len(notes)) if number == note_segment else (1, place, 0)
        address = virtual if kind == 1 else 0
        if bits == 64:
            fields = (kind, 7, offset, address, 0, size, size, 4)
        else:
            fields = (kind, offset, address, 0, size, size, 7, 4)
        table += struct.pack(order + _SEGMENT[bits], *fields)
    data = bytearray(header.ljust(phoff, b"\0") + table)
    if many:
        section = [0] * 10
        section[7] = segments
        data += struct.pack(order + _SECTION[bits], *section)
    return bytes(data.ljust(place, b"\0") + notes)


def kdump(
    text: bytes | None = TEXT,
    version: int = 6,
    bits: int = 64,
    order: str = "<",
    *,
    aligned: bool = True,
    machine: bytes = b"x86_64",
    system: bytes = b"Linux",
    release: bytes = b"6.12.0",
    block: int = 4096,
    only_in_notes: bool = False,
    split: int = 0,
    magic: bytes = b"KDUMP   ",
) -> bytes:
    """The two headers of a kdump-compressed dump, the text, and since version 4 the notes.

    `aligned` tells whether a 32-bit compiler aligns off_t to eight bytes (i386 does not).
    """
    uts = b"".join(
        word.ljust(65, b"\0") for word in (system, b"(none)", release, b"#1", machine, b"")
    )
    header = magic + struct.pack(order + "i", version) + uts
    header = header.ljust(424 if bits == 64 else 412, b"\0")
    header += struct.pack(order + "IiiIIIIIII", 1, block, 1, 2, 0x8000, 5, 0, 0, 0, 1)
    place = 2 * block
    size = len(text) if text is not None and not only_in_notes else 0
    notes = b"" if text is None else other_note(order) + build(text, order)
    notes_at = place + 256 if version >= 4 else 0
    form = "Qii6Q" if bits == 64 else ("IiiII4xQI4xQI" if aligned else "IiiIIQIQI")
    pfns = (0, 0x1000) if split else (0, 0)
    fields = [
        0,
        31,
        split,
        *pfns,
        place if size else 0,
        size,
        notes_at,
        len(notes) if notes_at else 0,
    ]
    sub = struct.pack(order + form, *fields)
    data = header.ljust(block, b"\0") + sub.ljust(block, b"\xff")
    data += (text if text is not None and size else b"").ljust(256, b"\0")
    return data + notes + bytes(512)


def with_pages(
    dump: bytes,
    pages: range = range(3, 200, 2),
    zero: int = 50,
    order: str = "<",
    block: int = 4096,
) -> bytes:
    """A compressed dump of 64 bits with its bitmaps, descriptors and pages, half a block each.

    The last `zero` pages share the first written one, like pages of zeros.
    """
    data = bytearray(dump.ljust(3 * block, b"\0"))
    assert len(data) == 3 * block
    struct.pack_into(order + "II", data, 424 + 8, 2, 2)
    bitmap = bytearray(block)
    for page in pages:
        bitmap[page // 8] |= 1 << page % 8
    data += b"\xff" * block + bitmap
    first = len(data) + 24 * len(pages)
    size = block // 2
    for number in range(len(pages)):
        is_zero = number >= len(pages) - zero
        at = first if is_zero else first + size * (number + 1)
        data += struct.pack(order + "QIIQ", at, size, 1, 0)
    return bytes(data) + bytes(size * (len(pages) - zero + 1))


def flattened(dump: bytes, piece: int = 100, *, backwards: bool = False, end: bool = True) -> bytes:
    """The flattened format, in records of `piece` bytes."""
    head = b"makedumpfile".ljust(16, b"\0") + struct.pack(">qq", 1, 1)
    offsets = range(0, len(dump), piece)
    records = [
        struct.pack(">qq", at, len(dump[at : at + piece])) + dump[at : at + piece] for at in offsets
    ]
    if backwards:
        records.reverse()
    return (
        head.ljust(4096, b"\0") + b"".join(records) + (struct.pack(">qq", -1, -1) if end else b"")
    )


def elf_of(stretches: Mapping[int, bytes], machine: int = 62) -> bytes:
    """A core without a note, with memory at physical addresses."""
    header_size, segment_size = 64, 56
    place = header_size + segment_size * len(stretches)
    header = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header += struct.pack(
        "<" + _HEADER[64], 4, machine, 1, 0, header_size, 0, 0, 64, 56, len(stretches), 64, 0, 0
    )
    table = b""
    for physical, data in stretches.items():
        size = len(data)
        table += struct.pack("<" + _SEGMENT[64], 1, 7, place, 0, physical, size, size, 4096)
        place += size
    return header + table + b"".join(stretches.values())


def with_memory(
    dump: bytes,
    pages: Mapping[int, tuple[int, bytes]],
    bits: int = 64,
    order: str = "<",
    block: int = 4096,
    *,
    memory: int | None = None,
) -> bytes:
    """A compressed dump of `kdump` with these pages: for each page frame, its compression and
    data in the file.

    `memory` is the number of page frames in the first bitmap. Equal data are stored once.
    """
    data = bytearray(dump.ljust(-(-len(dump) // block) * block, b"\0"))
    frames = max([memory or 0, *(frame + 1 for frame in pages)])
    half = -(-frames // (8 * block)) * block
    struct.pack_into(
        order + "II",
        data,
        (424 if bits == 64 else 412) + 8,
        len(data) // block - 1,
        2 * half // block,
    )
    data += ((1 << frames) - 1).to_bytes(half, "little")
    data += sum(1 << frame for frame in pages).to_bytes(half, "little")
    first = len(data) + 24 * len(pages)
    content = bytearray()
    places: dict[bytes, int] = {}
    for _, (way, packed) in sorted(pages.items()):
        if packed not in places:
            places[packed] = first + len(content)
            content += packed
        data += struct.pack(order + "QIIQ", places[packed], len(packed), way, 0)
    return bytes(data + content)
