# SPDX-License-Identifier: MIT
"""The notes of a dump except the kernel's, for a copy."""

from __future__ import annotations

from collections.abc import Iterable

from . import notes
from .problem import DumpError
from .source import MOST_AT_ONCE, Source, exactly

_MOST_BYTES = 64 << 20


def other_notes(
    source: Source, places: Iterable[tuple[int, int]], order: str
) -> tuple[bytes, bytes | None]:
    """All other notes in these places (offset, size), unchanged, and the text of the kernel's note.

    The text is None if there is no note of the kernel. Raises DumpError.
    """
    kept = bytearray()
    replaced: bytes | None = None
    budget = notes.Budget(source.name)
    for offset, size in places:
        for note in notes.walk(source, offset, size, order, budget):
            if note.name == notes.NAME:
                replaced = source.read(note.offset, min(note.size, notes.MOST_TEXT))
                continue
            first = note.offset - notes.HEADER_BYTES - notes.padded(note.name_size)
            whole = note.offset - first + notes.padded(note.size)
            if whole > _MOST_BYTES or len(kept) + whole > _MOST_BYTES:
                raise DumpError(f"{source.name}: its notes claim more than {_MOST_BYTES} bytes")
            kept += exactly(source, first, whole, "a note") if whole <= MOST_AT_ONCE else b""
    return bytes(kept), replaced
