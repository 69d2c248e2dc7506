# SPDX-License-Identifier: MIT
"""The changes in a copy of a kdump-compressed dump that give it another note.

Its notes are between the sub-header and the bitmaps. They are rewritten there if there is room,
else at the end of the file. The text is stored once, in the note: makedumpfile computes the place
of one from the other. Pages, descriptors and bitmaps are not changed.
"""

from __future__ import annotations

import sys
from array import array
from typing import NamedTuple

import vmcoreinfo

from . import kdump, notes
from .elf import Coverage
from .kdump import Kdump, Place
from .kdump_header import DESCRIPTOR_BYTES, header_of, note_in
from .other_notes import other_notes
from .pages import read_bitmap
from .problem import DumpError
from .source import File, Source

_AT_ONCE = 1 << 16
_LABEL = notes.HEADER_BYTES + notes.padded(len(notes.NAME) + 1)


class Plan(NamedTuple):
    """A copy of a dump: the old file at byte `moved`, overwritten by the patches (offset, bytes).

    `replaced` is the text of the old note, `coverage` how much of its memory the dump holds,
    `mended` the fields of its headers that differ from the note.
    """

    patches: tuple[tuple[int, bytes], ...]
    moved: int
    replaced: bytes | None
    arch: str | None
    coverage: Coverage
    mended: tuple[str, ...] = ()


def plan(source: File, text: bytes | None, mends: bool = False) -> Plan:
    """How to copy a dump with the note `text`, None for no note.

    With `mends`, the headers are changed to agree with the note: QEMU names no kernel in them, and
    reads NUMBER(phys_base) in another base. Raises DumpError.
    """
    found = note_in(source)
    header = header_of(source, found)
    if header.version < kdump.TEXT_SINCE:
        raise DumpError(
            f"{source.name}: kdump header version {header.version} has no room for a note; convert "
            f"it to version {kdump.LATEST} with a current makedumpfile: makedumpfile -l DUMP COPY"
        )
    old = header.notes if header.version >= kdump.NOTES_SINCE else header.text
    size = source.size or 0
    if old.size and old.offset + old.size > size:
        raise DumpError(
            f"{source.name}: according to its header its notes are {old.size} bytes at byte "
            f"{old.offset}, but the file ends at byte {size}; it is truncated or corrupt"
        )
    kept = b""
    if header.version >= kdump.NOTES_SINCE and old.size:
        kept, _ = other_notes(source, [old], header.order)
    made = _made(header, kept, text)
    pages = _Pages(source, header)
    if pages.coverage.described and not pages.coverage.held:
        raise DumpError(
            f"{source.name}: truncated: its headers describe {pages.coverage.described} bytes of "
            "memory, but the file has none of them; copy it again"
        )
    place = _place(source, header, old, len(made), pages)
    patches = [(place, made)]
    if header.block_size <= old.offset < old.offset + old.size <= header.bitmaps.offset:
        # The old note is erased, so that no tool finds it.
        patches.insert(0, (old.offset, bytes(old.size)))
    sub_header = source.read(header.block_size, kdump.SUB_HEADER_BYTES)
    label = _LABEL if header.version >= kdump.NOTES_SINCE else 0
    of_text = Place(place + len(kept) + label, len(text)) if text is not None else Place(0, 0)
    of_notes = Place(place, len(made)) if made else Place(0, 0)
    mended, phys_base = [], None
    if mends and text is not None:
        info = vmcoreinfo.parse(text)
        release = info.line("OSRELEASE")
        if release is not None and not header.names.system and not header.names.release:
            patches.append(kdump.names_patch(release.text))
            mended.append("utsname")
        phys_base = _phys_base(header, sub_header, info)
        if phys_base is not None:
            mended.append("phys_base")
    made_header = kdump.sub_header_with(header, sub_header, of_text, of_notes, phys_base)
    patches.append((header.block_size, made_header))
    replaced = found.text if found else None
    return Plan(
        tuple(patches), 0, replaced, header.names.machine or None, pages.coverage, tuple(mended)
    )


def _phys_base(header: Kdump, sub_header: bytes, info: vmcoreinfo.VmcoreInfo) -> int | None:
    """phys_base of the note; None if the sub-header has the same."""
    line = info.line("NUMBER(phys_base)")
    if line is None or line.number is None:
        return None
    number = line.number % (1 << header.bits)
    return number if number != kdump.phys_base_of(header, sub_header) else None


def _made(header: Kdump, kept: bytes, text: bytes | None) -> bytes:
    """All notes of the copy; only the text if the version has no notes."""
    if header.version < kdump.NOTES_SINCE:
        return text or b""
    return kept + (notes.build(text, header.order) if text is not None else b"")


def _place(source: Source, header: Kdump, old: Place, size: int, pages: _Pages) -> int:
    """Where in the file `size` bytes of notes go: between headers and bitmaps, else at the end."""
    first = header.block_size + kdump.sub_header_size(header)
    start, end = old.offset if old.size else (first + 7) & ~7, header.bitmaps.offset
    if start >= pages.end:
        end = old.offset + old.size  # an earlier copy put them there
    if header.erased.size and header.erased.offset >= start:
        end = min(end, header.erased.offset)
    if first <= start and start + size <= end:
        return start
    if header.is_split:
        raise DumpError(
            f"{source.name}: one of several files, without room for this note between its headers; "
            "reassemble them first: makedumpfile --reassemble FILES... DUMP"
        )
    if pages.coverage.cut:
        raise DumpError(
            f"{source.name}: truncated {pages.coverage.cut} bytes before the end of its pages, "
            "where this note would go for lack of room between the headers; copy the dump again"
        )
    return (max(source.size or 0, pages.end) + 7) & ~7


class _Pages:
    """Where the pages of a dump end, and how much of them the file has."""

    def __init__(self, source: File, header: Kdump) -> None:
        self.end = header.bitmaps.offset + header.bitmaps.size
        self.coverage = Coverage(0, 0, 0)
        if header.is_split:
            # Its bitmaps describe all of the files.
            self.end = source.size or 0
            return
        size = source.size or 0
        count = sum(chunk.bit_count() for chunk in read_bitmap(source, header))
        held = 0
        table = self.end
        self.end += count * DESCRIPTOR_BYTES
        for first in range(0, count, _AT_ONCE):
            number = min(_AT_ONCE, count - first)
            place = table + first * DESCRIPTOR_BYTES
            data = source.read(place, number * DESCRIPTOR_BYTES)
            if data.strip(b"\0"):  # a hole has no descriptors, and may be large
                ends = _ends(data, header.order)
                held += sum(end <= size for end in ends)
                self.end = max(self.end, *ends)
            if len(data) < number * DESCRIPTOR_BYTES:
                break
        block = header.block_size
        self.coverage = Coverage(count * block, held * block, max(0, self.end - size))


def _ends(data: bytes, order: str) -> list[int]:
    """Where the pages of these descriptors end; [0] if there is no complete descriptor."""
    words = array("Q", data[: len(data) // DESCRIPTOR_BYTES * DESCRIPTOR_BYTES])
    if (order == "<") != (sys.byteorder == "little"):
        words.byteswap()
    # The size is the first half of the descriptor's second word.
    sizes = (one & 0xFFFFFFFF if order == "<" else one >> 32 for one in words[1::3])
    return list(map(int.__add__, words[0::3], sizes)) or [0]
