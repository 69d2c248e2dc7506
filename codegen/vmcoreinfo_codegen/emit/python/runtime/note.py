# SPDX-License-Identifier: MIT
"""The ELF note around a text, and notes in raw memory."""

from __future__ import annotations

from typing import Any, Iterator, Tuple

Memory = Any
# A note has a page at most, and pages of some kernels 64 KiB.
_LONGEST_TEXT = 1 << 16


def note_text(data: bytes) -> bytes:
    """The text in `data`: the descriptor of a raw VMCOREINFO ELF note of either byte
    order, or `data` itself if it does not start with such a header.
    """
    name = b"VMCOREINFO\0"
    if len(data) < 24 or data[12:23] != name:
        return data
    for order in ("little", "big"):
        namesz, descsz, note_type = (
            int.from_bytes(data[i : i + 4], "big" if order == "big" else "little")
            for i in (0, 4, 8)
        )
        if namesz == len(name) and note_type == 0:
            return data[24 : 24 + descsz]
    return data


def find_notes(memory: Memory, start: int = 0) -> Iterator[Tuple[int, bytes]]:
    """Offset and text of each VMCOREINFO ELF note in raw memory, of either byte order.

    `memory` is bytes, a bytearray, an mmap, or anything with their `find()` and slicing. A text may
    be truncated or from another kernel: memory has copies, and leftovers of earlier boots.
    """
    name = b"VMCOREINFO\0\0"
    at = memory.find(name, max(start, 12))
    while at >= 0:
        header = bytes(memory[at - 12 : at])
        for order in ("little", "big"):
            namesz, descsz, note_type = (
                int.from_bytes(header[i : i + 4], "big" if order == "big" else "little")
                for i in (0, 4, 8)
            )
            text = bytes(memory[at + 12 : at + 12 + min(descsz, _LONGEST_TEXT)])
            # What every kernel prints first.
            if namesz == 11 and note_type == 0 and text.startswith(b"OSRELEASE="):
                yield at + 12, text
                break
        at = memory.find(name, at + 1)
