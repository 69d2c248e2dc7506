# SPDX-License-Identifier: MIT
"""ELF notes: a run of headers, names and descriptors, each padded to four bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .problem import DumpError
from .source import Source

NAME = b"VMCOREINFO"
XEN_NAME = b"VMCOREINFO_XEN"
HEADER_BYTES = 12

MOST_TEXT = 1 << 20
"""The kernel keeps a note within one page, and the largest page is 64 KiB (arm64, powerpc)."""

_MOST_NOTES = 1 << 20
_LONGEST_NAME = 64
_CHUNK = 1 << 16


class NoteHeader(NamedTuple):
    """A note; `offset` is that of its descriptor, `size` the descriptor's, in bytes.

    `name_size` is what the header says, the NUL at the end of the name included.
    """

    name: bytes
    type: int
    offset: int
    size: int
    name_size: int


def walk(source: Source, offset: int, size: int, order: str) -> Iterator[NoteHeader]:
    """Every note in `size` bytes at `offset`; `order` is `<` or `>`. Descriptors are not read.

    Ends at the end, at a header that is all zero (the kernel's terminator), and
    where a note claims more than what is left; raises DumpError on more notes
    than any machine has.
    """
    header = struct.Struct(order + "III")
    end = offset + size
    window = b""
    base = offset
    for _ in range(_MOST_NOTES):
        wanted = min(HEADER_BYTES + _LONGEST_NAME, end - offset)
        if offset - base + wanted > len(window):
            base, window = offset, source.read(offset, min(_CHUNK, end - offset))
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
    raise DumpError(f"{source.name}: more than {_MOST_NOTES} notes; the file is damaged")


def padded(size: int) -> int:
    return (size + 3) & ~3


def build(text: bytes, order: str, name: bytes = NAME) -> bytes:
    """A whole note with `text` as its descriptor."""
    label = name + b"\0"
    head = struct.pack(order + "III", len(label), len(text), 0)
    return head + label.ljust(padded(len(label)), b"\0") + text.ljust(padded(len(text)), b"\0")
