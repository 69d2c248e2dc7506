# SPDX-License-Identifier: MIT
"""The token table that compresses the names of kallsyms, found in memory."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from .kallsyms_work import Work, aligned, numbers

# Each character used in names is its own token, and every kernel uses all of these.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
NEEDLE = b"".join(letter.encode() + b"\0" for letter in _LETTERS)
"""Every kernel's token table contains this, and little else in memory does."""

_FIRST = ord(_LETTERS[0])
_TOKENS = 256
_INDEX_SIZE = 2 * _TOKENS
# The table has 1,100 bytes in 7.3.
_MOST_BYTES = 1 << 14
_LATER = re.compile(rb"(?:[!-~]*\0){%d}" % (_TOKENS - _FIRST))
_EARLIER = re.compile(rb"(?:[!-~]*\0){%d}" % _FIRST)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token table and index: `physical` is the start of the table, `end` the end of the index."""

    physical: int
    end: int
    strings: tuple[bytes, ...]
    big_endian: bool

    @property
    def index_at(self) -> int:
        return self.end - _INDEX_SIZE


def tokens_at(work: Work, place: int) -> Tokens | None:
    """The table that has NEEDLE at `place`, and its index. Raises DumpError, DebugInfoError."""
    work.places.spend()
    ahead = work.memory.read(place, _MOST_BYTES)
    table = _LATER.match(ahead)
    if table is None:
        return None
    later = table[0].split(b"\0")[:-1]
    for by in (4, 8):
        index_at = aligned(place + table.end(), by)
        index = ahead[index_at - place :][:_INDEX_SIZE]
        for big_endian in (False, True):
            found = _with_index(work, place, later, index, big_endian)
            if found is not None:
                start, strings = found
                return Tokens(start, index_at + _INDEX_SIZE, strings, big_endian)
    return None


def _with_index(
    work: Work, place: int, later: list[bytes], index: bytes, big_endian: bool
) -> tuple[int, tuple[bytes, ...]] | None:
    """Where the table begins, and all its strings, if the index agrees with them."""
    if len(index) < _INDEX_SIZE:
        return None
    starts = numbers(index, "H", big_endian)
    before = starts[_FIRST]
    if starts[0] or before > min(place, _MOST_BYTES):
        return None
    if list(starts[_FIRST:]) != _starts(later, before):
        return None
    table = work.memory.read(place - before, before)
    if not _EARLIER.fullmatch(table):
        return None
    earlier = table.split(b"\0")[:-1]
    if list(starts[:_FIRST]) != _starts(earlier, 0):
        return None
    return place - before, (*earlier, *later)


def _starts(strings: list[bytes], first: int) -> list[int]:
    return list(accumulate((len(string) + 1 for string in strings[:-1]), initial=first))
