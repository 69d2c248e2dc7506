# SPDX-License-Identifier: MIT
"""One copy of a dump, whose note is changed in place for each run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ..dump import copying, elf, flattened, kdump, notes
from ..dump.attach import attach
from ..dump.pages import level_of
from ..dump.problem import DumpError
from ..dump.reader import Found
from ..dump.source import File, Source
from ..model.store.altered import text_without

DUMPS = ("elf", "kdump")
"""Formats of dumps, flattened or not."""

_MOST_COPIES = 16
_HEADERS_AT = 64
"""Where makedumpfile reads program headers, whatever the header of a 64-bit ELF file says."""


class _Piece(NamedTuple):
    """A part of a text: its offset in the text, its offset in the file, its size."""

    start: int
    place: int
    size: int


class Scratch:
    """A copy of a dump. Tools get the copy, never the dump itself.

    `level` is the dump level at which the dump was filtered, 0 if it has all pages.
    """

    def __init__(self, dump: str, found: Found, folder: Path) -> None:
        """`found` is the dump's note. Raises DumpError, OSError."""
        self.path = folder / "vmcore"
        self.text = found.text
        if found.format == "elf" and _headers_elsewhere(dump):
            attach(found.text, dump, str(self.path))
        else:
            _copy(dump, self.path)
        with File(str(self.path)) as source:
            self._copies = tuple(islice(_copies(source, found), _MOST_COPIES + 1))
            if len(self._copies) > _MOST_COPIES:
                raise DumpError(f"{dump}: more than {_MOST_COPIES} copies of the note in it")
            self.level = _level(source, found)
        if not any(text == self.text for _, text in self._copies):
            raise DumpError(f"{dump}: the note was not found in the copy")

    def without(self, keys: Iterable[str]) -> bytes:
        """Remove exactly these entries from the copy, and return the text of its note then."""
        gone = tuple(keys)
        with self.path.open("r+b") as file:
            for pieces, text in self._copies:
                new = text_without(text, gone)
                for start, place, size in pieces:
                    file.seek(place)
                    file.write(new[start : start + size])
        return text_without(self.text, gone)


def _headers_elsewhere(dump: str) -> bool:
    with File(dump) as source:
        file = elf.open_elf(source)
        return file.bits == 64 and file.segments_offset != _HEADERS_AT


def _copy(dump: str, path: Path) -> None:
    with File(dump) as source, path.open("xb") as target:
        os.fchmod(target.fileno(), 0o600)
        if not copying.share(source, target.fileno(), 0):
            copying.copy(source, target.fileno(), 0, lambda done: None)


def _copies(file: File, found: Found) -> Iterator[tuple[list[_Piece], bytes]]:
    """Every place in a dump where tools find the text of the note, and the text there."""
    if not found.format.startswith("flattened"):
        for place, text in _texts(file, found.container):
            yield [_Piece(0, place, len(text))], text
        return
    inside = flattened.Flattened(file.name, flattened.SeekingReader(file))
    inside.read_on()
    for place, text in _texts(inside, found.container):
        records = flattened.Flattened(file.name, flattened.SeekingReader(file))
        yield [_Piece(at - place, *where) for at, *where in records.where(place, len(text))], text


def _level(file: File, found: Found) -> int:
    if found.container != "kdump":
        return 0
    if found.format == "kdump":
        return level_of(file, found.bits or 64)
    inside = flattened.Flattened(file.name, flattened.SeekingReader(file))
    return level_of(inside, found.bits or 64)


def _texts(source: Source, form: str) -> Iterator[tuple[int, bytes]]:
    if form == "elf":
        file = elf.open_elf(source)
        places = [(s.offset, s.file_size) for s in file.segments() if s.type == elf.PT_NOTE]
        yield from _in_notes(source, places, file.order)
        return
    for header in kdump.open_kdump(source):
        found = list(islice(_in_notes(source, [header.notes], header.order), _MOST_COPIES))
        if 0 < header.text.size <= notes.MOST_TEXT:
            found.append((header.text.offset, source.read(*header.text)))
        # Headers don't tell their layout; in a wrong layout there is no text.
        found = [(place, text) for place, text in found if b"=" in text]
        if found:
            yield from found
            return


def _in_notes(
    source: Source, places: Iterable[tuple[int, int]], order: str
) -> Iterator[tuple[int, bytes]]:
    budget = notes.Budget(source.name)
    for offset, size in places:
        for note in notes.walk(source, offset, size, order, budget):
            if note.name == notes.NAME and note.size <= notes.MOST_TEXT:
                yield note.offset, source.read(note.offset, note.size)
