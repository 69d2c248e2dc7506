# SPDX-License-Identifier: MIT
"""ELF notes: a run of headers, names and descriptors, each padded to four bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from ..limits import Limit
from .problem import DumpError
from .source import Source

NAME = b"VMCOREINFO"
XEN_NAME = b"VMCOREINFO_XEN"
QEMU = b"QEMU"
HEADER_BYTES = 12

MOST_TEXT = 1 << 20
"""The kernel keeps a note within one page, and the largest page is 64 KiB (arm64, powerpc)."""

MOST_LINES = 1 << 16
"""The largest page has room for fewer."""

_MOST_NOTES = 1 << 20
_MOST_BYTES = 1 << 28
_LONGEST_NAME = 64
_CHUNK = 1 << 16


class Budget:
    """Limits for the notes of one file, however many segments or sections refer to them.

    No machine has that many notes or bytes of notes, so a file that exceeds a limit is damaged.
    """

    def __init__(self, name: str) -> None:
        self.notes = Limit(name, _MOST_NOTES, "notes; the file is corrupt", DumpError)
        self.bytes = Limit(name, _MOST_BYTES, "bytes of notes; the file is corrupt", DumpError)


class NoteHeader(NamedTuple):
    """A note; `offset` and `size` are those of its descriptor, in bytes.

    `name_size` is the size in the header, which includes the NUL at the end of the name.
    """

    name: bytes
    type: int
    offset: int
    size: int
    name_size: int


def walk(
    source: Source, offset: int, size: int, order: str, budget: Budget | None = None
) -> Iterator[NoteHeader]:
    """The headers of all notes in `size` bytes at `offset`; `order` is `<` or `>`.

    Stops at the end, at a header that is all zero (the kernel's terminator), or at a note larger
    than the rest. `budget` is that of the whole file, None if the file is read only once. Raises
    DumpError if it is exceeded.
    """
    budget = budget or Budget(source.name)
    header = struct.Struct(order + "III")
    end = offset + size
    window = b""
    base = offset
    while True:
        budget.notes.spend()
        wanted = min(HEADER_BYTES + _LONGEST_NAME, end - offset)
        if offset - base + wanted > len(window):
            base, window = offset, source.read(offset, min(_CHUNK, end - offset))
            budget.bytes.spend(len(window))
        head = window[offset - base : offset - base + wanted]
        if len(head) < HEADER_BYTES:
            return
        name_size, text_size, type_ = header.unpack_from(head)
        if (name_size, text_size, type_) == (0, 0, 0):
            return
        text = offset + HEADER_BYTES + padded(name_size)
        if text > end:
            return
        name = head[HEADER_BYTES : HEADER_BYTES + min(name_size, _LONGEST_NAME)]
        yield NoteHeader(name.rstrip(b"\0"), type_, text, text_size, name_size)
        offset = text + padded(text_size)


def padded(size: int) -> int:
    return (size + 3) & ~3


def build(text: bytes, order: str, name: bytes = NAME) -> bytes:
    """A complete note with `text` as its descriptor."""
    label = name + b"\0"
    head = struct.pack(order + "III", len(label), len(text), 0)
    return head + label.ljust(padded(len(label)), b"\0") + text.ljust(padded(len(text)), b"\0")
