# SPDX-License-Identifier: MIT
"""Notes in raw memory: every text that starts like one, ranked by how much it is one.

Every kernel prints OSRELEASE first (crash_save_vmcoreinfo_init(), since 2.6.24), so one search
finds them all: the page with the text, the note made of it, and copies at any alignment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, NamedTuple

import vmcoreinfo

from . import elf, notes
from .problem import DumpError
from .source import Source

_NEEDLE = b"OSRELEASE="
_CHUNK = 1 << 22
_PAGE = 4096
_HEADER_BYTES = notes.HEADER_BYTES + notes.padded(len(notes.NAME) + 1)

MOST_TEXT = 1 << 16
"""Bytes of the largest page (arm64, powerpc); a text does not go on behind that."""

# A release starts with a number; in 2.6.25 and 2.6.26 the kernel printed the expression itself.
_FIRST_LINE = re.compile(rb"OSRELEASE=(?:\d+\.\d+[^\s\0]*|init_uts_ns\.name\.release)\n")
_NOT_TEXT = re.compile(rb"[^\n\x20-\x7e]")


class Carved(NamedTuple):
    """A text in an image.

    `offset` and `physical` are those of its first byte: in the file, and where an ELF dump
    tells it in memory. `known` are the lines that can be used, of `lines`; `order` (`<` or
    `>`) is that of the note's header, None without one; `end` says what comes behind it.
    """

    offset: int
    physical: int | None
    text: bytes
    release: str
    known: int
    lines: int
    order: str | None

    @property
    def is_aligned(self) -> bool:
        """Whether it, or the header in front of it, starts a page, as the kernel's own do."""
        place = self.physical if self.physical is not None else self.offset
        return (place - (_HEADER_BYTES if self.order else 0)) % _PAGE == 0

    @property
    def rank(self) -> tuple[int, bool, bool, int]:
        """What has more usable lines is more likely whole; what starts a page, the kernel's own."""
        return (-self.known, not self.is_aligned, self.order is None, self.offset)


Progress = Callable[[int], object]
"""Told how many bytes were gone through."""


def carve(file: BinaryIO, progress: Progress = lambda size: None) -> list[Carved]:
    """Every text in a file or a pipe, best first. Holes of a sparse file are not read."""
    found = [text for start, end in _stretches(file) for text in _in(file, start, end, progress)]
    return sorted(found, key=lambda text: text.rank)


def located(found: Iterable[Carved], source: Source) -> list[Carved]:
    """The same with physical addresses, where the file is an ELF dump; best first."""
    try:
        loads = [s for s in elf.open_elf(source).segments() if s.type == elf.PT_LOAD]
    except DumpError:
        loads = []
    placed = []
    for text in found:
        for load in loads:
            if load.offset <= text.offset < load.offset + load.file_size:
                text = text._replace(physical=load.physical + text.offset - load.offset)
                break
        placed.append(text)
    return sorted(placed, key=lambda text: text.rank)


def _stretches(file: BinaryIO) -> Iterator[tuple[int, int | None]]:
    """The stretches of data of a sparse file; (0, None) where nobody can tell."""
    try:
        size = os.fstat(file.fileno()).st_size
        place = os.lseek(file.fileno(), 0, os.SEEK_DATA) if size else None
    except OSError:
        place = None
    if place is None:
        yield 0, None
        return
    while place < size:
        hole = os.lseek(file.fileno(), place, os.SEEK_HOLE)
        yield place, hole
        try:
            place = os.lseek(file.fileno(), hole, os.SEEK_DATA)
        except OSError:
            return


def _in(file: BinaryIO, start: int, end: int | None, progress: Progress) -> Iterator[Carved]:
    """Every text that starts in a stretch.

    The window is what is kept of the chunk before, for a header, and the chunk; what
    starts near its end is left for the next one, with the bytes that its text may have.
    """
    if start or end is not None:
        file.seek(start)
    window = bytearray()
    base = start
    seen = 0
    next_place = base
    left = end - start if end is not None else None
    while True:
        size = _CHUNK if left is None else min(_CHUNK, left)
        piece = file.read(size) if size else b""
        left = left - len(piece) if left is not None else None
        progress(len(piece))
        window += piece
        ready = max(seen, len(window) - MOST_TEXT) if piece else len(window)
        place = max(seen, next_place - base)
        while (place := window.find(_NEEDLE, place, ready + len(_NEEDLE) - 1)) >= 0:
            size, text = _at(window, place, base)
            place += size
            if text is not None:
                yield text
            next_place = base + place
        if not piece:
            return
        dropped = max(0, ready - _HEADER_BYTES)
        base += dropped
        seen = ready - dropped
        del window[:dropped]


def _at(window: bytearray, place: int, base: int) -> tuple[int, Carved | None]:
    """The text at a place of the window, None where it is something else.

    Also how many bytes are dealt with: what stands inside a text is part of it.
    """
    data = bytes(window[place : place + MOST_TEXT])
    if not _FIRST_LINE.match(data):
        return len(_NEEDLE), None
    stop = _NOT_TEXT.search(data)
    text = data[: stop.start()] if stop else data
    order, size = _header(window, place)
    if order is not None and size <= len(text):
        text = text[:size]
    info = vmcoreinfo.parse(text)
    known = sum(entry.format is not None for entry in info.lines)
    release = info.get("OSRELEASE")
    if known < 2 or not isinstance(release, str):
        return len(text), None
    return len(text), Carved(base + place, None, text, release, known, text.count(b"\n"), order)


def _header(window: bytearray, place: int) -> tuple[str | None, int]:
    """Byte order and descriptor size of the note's header in front of a text."""
    if place < _HEADER_BYTES:
        return None, 0
    head = bytes(window[place - _HEADER_BYTES : place])
    for order in "<>":
        if head == notes.build(b"", order)[:4] + head[4:8] + notes.build(b"", order)[8:]:
            return order, int.from_bytes(head[4:8], "little" if order == "<" else "big")
    return None, 0
