# SPDX-License-Identifier: MIT
"""Whether a dump has everything that its headers describe, and its note where tools look for it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from . import elf, flattened, kdump, live, names, notes
from .problem import DumpError
from .reader import Found
from .source import PIPE_ROOM, File, Source, exactly

_DESCRIPTOR = "QIIQ"
_CHUNK = 1 << 20
_MOST_BITMAPS = 1 << 27
"""Two bits per page of 1 TiB are 64 MiB."""
_MOST_DESCRIPTORS = 1 << 24


class Fault(StrEnum):
    """Kinds of faults of a dump."""

    CUT = "cut"
    """The dump lacks a part of what its headers describe."""
    ELSEWHERE = "elsewhere"
    """The note is not where tools look for it."""
    UNSEEN = "unseen"
    """No fault in the part that was checked; the rest was not."""


class Flaw(NamedTuple):
    """A fault of a dump; if `tool` is given, only for that tool."""

    fault: Fault
    text: str
    tool: str = ""


class _Inside(NamedTuple):
    """A dump and its size in bytes; of a flattened dump, the dump inside."""

    source: Source
    size: int


def flaws_of(found: Found) -> Iterator[Flaw]:
    """The faults of the dump in which a note was found. Raises OSError.

    Sizes and places are compared; pages are not unpacked. A bare note or text has no faults.
    """
    if found.container not in ("elf", "kdump") or live.is_kcore(found.name):
        return
    if found.name == names.LIVE:
        return
    if not Path(found.name).is_file():
        yield Flaw(Fault.UNSEEN, "read from a pipe, so not checked for completeness")
        return
    with File(found.name) as file:
        try:
            yield from _in_file(file, found)
        except DumpError as error:
            yield Flaw(Fault.CUT, str(error).removeprefix(f"{found.name}: "))


def _in_file(file: File, found: Found) -> Iterator[Flaw]:
    inside = _Inside(file, file.size or 0)
    if found.format != found.container:
        flat = flattened.Flattened(file.name, flattened.SeekingReader(file))
        # Raises DumpError if there is no end mark.
        flat.read_on()
        inside = _Inside(flat, flat.end)
    if found.container == "elf":
        yield from _of_segments(inside)
        return
    headers = kdump.open_kdump(inside.source)
    mine = [one for one in headers if (one.bits, one.order) == (found.bits, found.order)]
    header = (mine or headers)[0]
    yield from _of_note(inside, header, found)
    yield from _of_pages(inside, header)


def _of_segments(inside: _Inside) -> Iterator[Flaw]:
    """Whether an ELF dump is as long as its program headers say, and has those where tools look."""
    core = elf.open_elf(inside.source)
    cut = max((s.offset + s.file_size for s in core.segments()), default=0) - inside.size
    if cut > 0:
        yield Flaw(
            Fault.CUT, f"the dump ends {cut} bytes before the end that its program headers give"
        )
    place = elf.header_size(core)
    if core.segments_offset != place:
        yield Flaw(
            Fault.ELSEWHERE,
            f"its program headers, and so the note, are at byte {core.segments_offset}, but "
            f"makedumpfile looks only at byte {place}",
            "makedumpfile",
        )


def _of_note(inside: _Inside, header: kdump.Kdump, found: Found) -> Iterator[Flaw]:
    """Whether the note is where the header of a compressed dump says."""
    told, place = header.text, found.offset
    looks = "crash and makedumpfile look only there"
    is_absurd = not 0 < told.size <= notes.MOST_TEXT or sum(told) > inside.size
    if told.offset != place or is_absurd:
        what = f"{told.size} bytes at byte {told.offset}" if any(told) else "nowhere"
        text = f"its header has the note {what}, but it is among the ELF notes, at byte {place}"
        yield Flaw(Fault.ELSEWHERE, f"{text}; {looks}")
        return
    other = _among_notes(inside, header)
    if other is not None and other.text.rstrip(b"\0") != found.text.rstrip(b"\0"):
        yield Flaw(
            Fault.ELSEWHERE,
            f"its header has the note {told.size} bytes at byte {told.offset}, but the ELF note is "
            f"a different text of {len(other.text)} bytes at byte {other.offset}; {looks}",
        )


class _Text(NamedTuple):
    text: bytes
    offset: int


def _among_notes(inside: _Inside, header: kdump.Kdump) -> _Text | None:
    """The note among the ELF notes of a compressed dump; None if these can't be read."""
    place = header.notes
    if not place.size or place.size > notes.MOST_TEXT or sum(place) > inside.size:
        return None
    try:
        for note in notes.walk(inside.source, place.offset, place.size, header.order):
            if note.name == notes.NAME and note.size <= notes.MOST_TEXT:
                return _Text(inside.source.read(note.offset, note.size), note.offset)
    except DumpError:
        pass
    return None


def _of_pages(inside: _Inside, header: kdump.Kdump) -> Iterator[Flaw]:
    """Whether a compressed dump has the pages that its bitmap says it has."""
    if header.is_incomplete:
        yield Flaw(Fault.CUT, "its header marks it as incomplete: its writer ran out of space")
    source, size = inside
    maps = header.bitmaps
    table = sum(maps)
    if table > size:
        yield Flaw(Fault.CUT, f"its page bitmaps end at byte {table}, but the dump at byte {size}")
        return
    is_seen = not isinstance(source, flattened.Flattened) or table <= PIPE_ROOM
    if not is_seen or maps.size > _MOST_BITMAPS:
        yield _unseen(f"its page bitmaps, of {maps.size} bytes,")
        return
    count = _pages(source, header)
    end = table + count * struct.calcsize("=" + _DESCRIPTOR)
    if end > size:
        yield Flaw(
            Fault.CUT,
            f"its descriptors of {count} pages end at byte {end}, but it ends at byte {size}",
        )
        return
    if isinstance(source, flattened.Flattened) and end > PIPE_ROOM:
        yield _unseen("its page descriptors")
        return
    last = _last_page(source, header, table, end)
    if last is None:
        yield _unseen("the place of its last page")
    elif last > size:
        yield Flaw(Fault.CUT, f"the dump ends {last - size} bytes before its last page does")


def _unseen(what: str) -> Flaw:
    return Flaw(
        Fault.UNSEEN, f"{what} was not checked, so it is not known whether all pages are present"
    )


def _pages(source: Source, header: kdump.Kdump) -> int:
    """How many pages the dump, or this part of it, has according to the second bitmap."""
    half = header.bitmaps.size // 2
    first, last = 0, half * 8
    if header.part is not None:
        first, last = (min(number, last) for number in (header.part.start, header.part.stop))
    count = 0
    for start in range(first // 8, -(-last // 8), _CHUNK):
        wanted = min(_CHUNK, -(-last // 8) - start)
        data = exactly(source, header.bitmaps.offset + half + start, wanted, "its page bitmap")
        bits = int.from_bytes(data, "little")
        bits &= (1 << last - start * 8) - 1
        count += (bits >> max(0, first - start * 8)).bit_count()
    return count


def _last_page(source: Source, header: kdump.Kdump, table: int, end: int) -> int | None:
    """Where the last page in the file ends; the end of the table if there is no page.

    Pages are written in the order of their descriptors, except pages of zeros, which share one at
    the start. None if there are too many of these to find another.
    """
    descriptor = struct.Struct(header.order + _DESCRIPTOR)
    chunk = _CHUNK // descriptor.size * descriptor.size
    stop = end
    while stop > table:
        if end - stop >= _MOST_DESCRIPTORS:
            return None
        start = max(table, stop - chunk)
        data = exactly(source, start, stop - start, "its page descriptors")
        places: list[tuple[int, int]] = [
            (offset, offset + size) for offset, size, _, _ in descriptor.iter_unpack(data)
        ]
        if min(places) != max(places) or start == table:
            return max(end for _, end in places)
        stop = start
    return end
