# SPDX-License-Identifier: MIT
"""Notes in raw memory: every text that begins like one, ranked by how complete it is.

Every kernel prints OSRELEASE first (crash_save_vmcoreinfo_init(), since 2.6.24), so one search
finds them all: the page with the text, the note made from it, and copies at any alignment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Literal, NamedTuple

import vmcoreinfo

from ..limits import Limit
from . import elf, notes
from .problem import DumpError
from .ranges import Range, Ranges
from .scan import (
    LONGEST_FIRST_LINE,
    Piece,
    Pieces,
    Progress,
    first_lines,
    read_into,
    with_first_lines,
)
from .source import Source, data_in

_CHUNK = 1 << 20
_PAGE = 4096
_HEADER_BYTES = notes.HEADER_BYTES + notes.padded(len(notes.NAME) + 1)

MOST_TEXT = 1 << 16
"""Bytes of the largest page (arm64, powerpc); a text is not longer."""

_NOT_TEXT = re.compile(rb"[^\n\x20-\x7e]")

# A machine's memory has a few notes; if it was used to collect notes, thousands. The limits also
# grow with the size of the image.
_MOST_TEXTS = 1 << 16
_LEAST_LINES = 1 << 20
_LEAST_BYTES = 16 << 20
_IMAGE_BYTES_FOR_ONE = 256


class Carved(NamedTuple):
    """A text in an image.

    `offset` is the place of its first byte in the file, `physical` its physical address if an ELF
    dump tells it. `known` of its `lines` can be used; `order` (`<` or `>`) is the byte order of the
    note's header, None if it has none; `end` says what follows the text.
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
        """Whether it, or the header before it, starts a page, as in the kernel's own notes."""
        place = self.physical if self.physical is not None else self.offset
        return (place - (_HEADER_BYTES if self.order else 0)) % _PAGE == 0

    @property
    def place(self) -> Literal["note", "page", "copy"]:
        """After the header of a note, at the start of a page, or elsewhere."""
        return "note" if self.order else "page" if self.is_aligned else "copy"

    @property
    def rank(self) -> tuple[int, bool, bool, int]:
        """Prefers more usable lines, as such a text is more likely complete, then the kernel's own:
        a text that starts a page.
        """
        return (-self.known, not self.is_aligned, self.order is None, self.offset)


def first_alike(found: Iterable[Carved]) -> list[int | None]:
    """For each text, the number (from 1) of the first earlier one that is equal, or None."""
    first: dict[bytes, int] = {}
    numbers = [first.setdefault(text.text, number) for number, text in enumerate(found, 1)]
    return [None if one == number else one for number, one in enumerate(numbers, 1)]


def carve(
    file: BinaryIO,
    progress: Progress = lambda size: None,
    name: str = "<stdin>",
    parts: Sequence[Piece] | None = None,
    jobs: int = 1,
) -> list[Carved]:
    """Every text in a file or a pipe, best first. Holes of a sparse file are not read.

    `parts` are the half-open ranges of bytes to search; None for the whole file. More than one of
    `jobs` is only for a regular file, which that many processes search.

    Raises DumpError, with `name`, if there are more texts than in any machine's memory.
    """
    size = _size(file) if parts is None else sum(end - start for start, end in parts)
    carver = _Carver(file, progress, name, size)
    stretches = _stretches(file) if parts is None else parts
    if jobs > 1:
        found = list(carver.texts_by(jobs, stretches))
    else:
        found = [text for start, end in stretches for text in carver.texts(start, end)]
    return sorted(found, key=lambda text: text.rank)


def located(found: Iterable[Carved], source: Source) -> list[Carved]:
    """The same texts, with physical addresses if the file is an ELF dump; best first."""
    found = list(found)
    if not found:
        return found
    try:
        loads = Ranges(
            Range(s.offset, s.file_size, s.physical)
            for s in elf.open_elf(source).segments()
            if s.type == elf.PT_LOAD
        )
    except DumpError:
        return found
    return sorted((_placed(text, loads) for text in found), key=lambda text: text.rank)


def _placed(text: Carved, loads: Ranges) -> Carved:
    load = loads.find(text.offset)
    return text._replace(physical=load.target + text.offset - load.start) if load else text


def _size(file: BinaryIO) -> int:
    """Size of the file in bytes; 0 if unknown."""
    try:
        return os.fstat(file.fileno()).st_size
    except OSError:
        return 0


def _stretches(file: BinaryIO) -> Iterator[tuple[int, int | None]]:
    """The ranges of data in a sparse file; (0, None) if they are unknown."""
    try:
        descriptor = file.fileno()
    except OSError:
        return iter([(0, None)])
    return data_in(descriptor, 0, None)


class _Carver:
    """Searches one file for texts, range by range."""

    def __init__(self, file: BinaryIO, progress: Progress, name: str, size: int) -> None:
        more = size // _IMAGE_BYTES_FOR_ONE
        like = "of text that begins like a note"
        self._texts = Limit(name, _MOST_TEXTS, "notes", DumpError)
        self._lines = Limit(name, _LEAST_LINES + more, f"lines {like}", DumpError)
        self._bytes = Limit(name, _LEAST_BYTES + more, f"bytes {like}", DumpError)
        self._file = file
        self._progress = progress
        self._window = bytearray(_HEADER_BYTES + _CHUNK + MOST_TEXT)
        self._passed = 0

    def texts(self, start: int, end: int | None) -> Iterator[Carved]:
        """Every text that starts in a range.

        A text that starts near the end of the window may not be complete. It is moved to the front,
        with the bytes before it that may be a header, and read when the window is filled again.
        """
        window = self._window
        if start or end is not None:
            self._file.seek(start)
        view = memoryview(window)
        base, filled, first = start, 0, 0
        self._passed = start
        while True:
            room = len(window) - filled
            wanted = room if end is None else min(room, end - base - filled)
            # The stubs of BinaryIO lack readinto(), which every opened binary stream has.
            size = self._file.readinto(view[filled : filled + wanted])  # type: ignore[attr-defined]
            self._progress(size)
            filled += size
            ready = max(first, filled - MOST_TEXT) if size else filled
            yield from self._texts_in(first, ready, filled, base)
            if not size:
                return
            dropped = max(0, ready - _HEADER_BYTES)
            view[: filled - dropped] = view[dropped:filled]
            base, filled, first = base + dropped, filled - dropped, ready - dropped

    def texts_by(self, jobs: int, stretches: Iterable[tuple[int, int | None]]) -> Iterator[Carved]:
        """Every text of a regular file; processes search it, pieces with hits are read again."""
        descriptor = self._file.fileno()
        size = _size(self._file)
        known = ((start, size if end is None else end) for start, end in stretches)
        pieces = Pieces(known, _CHUNK)
        for start, end in with_first_lines(descriptor, pieces, jobs, self._progress):
            base = max(0, start - _HEADER_BYTES)
            filled = read_into(descriptor, self._window, base, end + MOST_TEXT - base)
            yield from self._texts_in(start - base, min(end - base, filled), filled, base)

    def _texts_in(self, first: int, ready: int, filled: int, base: int) -> Iterator[Carved]:
        """Texts that start in [`first`, `ready`) of the window, which is at byte `base` of the
        file.

        A first line inside a text is part of that text.
        """
        first = max(first, self._passed - base)
        for place in first_lines(self._window, first, min(ready + LONGEST_FIRST_LINE, filled)):
            if place >= ready:
                return
            if base + place >= self._passed:
                text = self._at(place, min(filled, place + MOST_TEXT), base)
                if text is not None and text.known > 1:
                    self._texts.spend()
                    yield text

    def _at(self, place: int, end: int, base: int) -> Carved | None:
        """The text whose first line is at `place` in the window, which is filled up to `end`.

        None if the text has only that line.
        """
        window = self._window
        order, size = _header(window, place)
        if order is not None:
            end = min(end, place + size)
        stop = _NOT_TEXT.search(window, place, end)
        text = bytes(window[place : stop.start() if stop else end])
        lines = text.count(b"\n")
        self._lines.spend(lines)
        self._bytes.spend(len(text))
        self._passed = base + place + len(text)
        if lines == 1 and text.endswith(b"\n"):
            return None
        info = vmcoreinfo.parse(text)
        known = len(info.known_lines)
        release = str(info.get("OSRELEASE", ""))
        return Carved(base + place, None, text, release, known, lines, order)


def _header(window: bytearray, place: int) -> tuple[str | None, int]:
    """Byte order and descriptor size of the note's header before a text."""
    if place < _HEADER_BYTES:
        return None, 0
    head = bytes(window[place - _HEADER_BYTES : place])
    for order in "<>":
        if head == notes.build(b"", order)[:4] + head[4:8] + notes.build(b"", order)[8:]:
            return order, int.from_bytes(head[4:8], "little" if order == "<" else "big")
    return None, 0
