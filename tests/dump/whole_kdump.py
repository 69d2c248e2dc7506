# SPDX-License-Identifier: MIT
"""Makes complete kdump-compressed dumps, with bitmaps, descriptors and pages, like makedumpfile."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tests.dump.make import TEXT, other_note
from vmcoreinfo_codegen.dump import notes

BLOCK = 4096
FORMS = {
    (64, "<"): ("QiiQQQQQQQQQQQ", b"x86_64"),
    (64, ">"): ("QiiQQQQQQQQQQQ", b"s390x"),
    (32, "<"): ("IiiIIQIQIQIQQQ", b"i686"),
    (32, ">"): ("IiiII4xQI4xQI4xQI4xQQQ", b"ppc"),
}


@dataclass(frozen=True)
class Made:
    """A complete dump: its bytes, and where the bitmaps begin."""

    data: bytes
    bitmaps: int


def whole(
    text: bytes | None = TEXT,
    bits: int = 64,
    order: str = "<",
    *,
    version: int = 6,
    pages: int = 5,
    erased: bytes = b"",
    split: int = 0,
) -> Made:
    """A dump with `pages` pages of 100 bytes each after their descriptors, and erased data at
    the end.
    """
    form, machine = FORMS[bits, order]
    words = (b"Linux", b"host", b"6.12.0", b"#1", machine, b"")
    uts = b"".join(word.ljust(65, b"\0") for word in words)
    header = b"KDUMP   " + struct.pack(order + "i", version) + uts
    header = header.ljust(424 if bits == 64 else 412, b"\0")
    header += struct.pack(order + "IiiIIIIIII", 1, BLOCK, 1, 2, pages, 0, 0, 0, 0, 1)
    place = BLOCK + struct.calcsize(order + form)
    before = other_note(order) if version >= 4 else b""
    if text is None:
        some, of_text, of_notes = before, (0, 0), (place, len(before))
    elif version < 4:
        some, of_text, of_notes = text, (place, len(text)), (0, 0)
    else:
        some = before + notes.build(text, order)
        of_text = (place + len(before) + 24, len(text))
        of_notes = (place, len(some))
    data = header.ljust(BLOCK, b"\0")
    table = 4 * BLOCK
    first = table + 24 * pages
    end = first + 100 * pages
    fields = [0x1000, 31, split, 0, pages, *of_text, *of_notes, end if erased else 0, len(erased)]
    data += struct.pack(order + form, *fields, 0, pages, pages) + some
    assert len(data) <= 2 * BLOCK
    data = data.ljust(2 * BLOCK, b"\0")
    data += ((1 << pages) - 1).to_bytes(BLOCK, "little") * 2
    for number in range(pages):
        data += struct.pack(order + "QIIQ", first + 100 * number, 100, 0, 0)
    for number in range(pages):
        data += bytes([number + 1]) * 100
    return Made(data + erased, 2 * BLOCK)
