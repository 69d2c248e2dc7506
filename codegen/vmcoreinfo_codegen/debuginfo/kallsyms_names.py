# SPDX-License-Identifier: MIT
"""The compressed names of kallsyms, found backwards from the token table.

The order in memory: the number of symbols, their names, the markers (the offset of every 256th
name), in some releases the symbol numbers in the order of names, then the tokens.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .kallsyms_tokens import Tokens
from .kallsyms_work import MOST_SYMBOLS, Work, aligned, numbers

_GROUP = 256
_ZEROS = re.compile(rb"\0{4,}")
_MOST_MARKERS = MOST_SYMBOLS // _GROUP
_SEQ = 3
# A name takes at least two bytes, its length and one token; the longest names are Rust's.
_LEAST_OF_GROUP = 2 * _GROUP
_MOST_OF_GROUP = 514 * _GROUP
# In 7.3 the names of 197,000 symbols take 2.4 MB.
_MOST_NAMES = 32 << 20
_PADDING = 8
# Markers that are checked first, before all of them are.
_FEW = 8


@dataclass(frozen=True, slots=True)
class Markers:
    """The markers; `width` is in bytes, `has_seqs` says whether the symbol numbers follow."""

    physical: int
    values: array[int]
    width: int
    has_seqs: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The names; `starts` are the offsets in `data` of each name's length byte.

    `count_at` is the physical address of the number of symbols.
    """

    count_at: int
    physical: int
    data: bytes
    starts: array[int]
    markers: Markers

    @property
    def count(self) -> int:
        return len(self.starts)

    def texts(self, tokens: Tokens) -> Iterator[bytes]:
        """Type letter followed by the name, of each symbol."""
        data, strings = self.data, tokens.strings
        for start in self.starts:
            size = data[start]
            if size & 0x80:
                start += 1
                size = size & 0x7F | data[start] << 7
            yield b"".join([strings[code] for code in data[start + 1 : start + 1 + size]])


def find_names(work: Work, tokens: Tokens) -> Names | None:
    """The names before the tokens. Raises DebugInfoError if the search exceeds a limit."""
    for markers in _markers_before(work, tokens):
        names = _names_before(work, tokens, markers)
        if names is not None:
            return names
    return None


def is_permutation(work: Work, data: bytes, count: int) -> bool:
    """Whether the bytes are all numbers below `count`, each once, in three bytes each."""
    if len(data) != _SEQ * count:
        return False
    seen = bytearray(count)
    for high, middle, low in zip(data[::3], data[1::3], data[2::3], strict=True):
        number = high << 16 | middle << 8 | low
        if number >= count or seen[number]:
            return False
        seen[number] = 1
    work.steps.spend(count)
    return True


def _markers_before(work: Work, tokens: Tokens) -> Iterator[Markers]:
    near = 8 * _MOST_MARKERS + 2 * _PADDING
    yield from _markers_in(work, tokens, near, has_seqs=False)
    if _may_have_seqs(work, tokens):
        far = (_SEQ * _GROUP + 4) * _MOST_MARKERS + 3 * _PADDING
        yield from _markers_in(work, tokens, far, has_seqs=True)


def _may_have_seqs(work: Work, tokens: Tokens) -> bool:
    """Whether symbol numbers may be before the tokens; checks only the last ones, to read less."""
    data = work.read_back(tokens.physical, _SEQ * _GROUP + _PADDING)
    for padding in range(_PADDING):
        last = data[len(data) - padding - _SEQ * _GROUP : len(data) - padding]
        seqs = set(zip(last[::3], last[1::3], last[2::3], strict=False))
        if len(seqs) == _GROUP and max(seqs)[0] <= MOST_SYMBOLS >> 16:
            return True
    return False


def _markers_in(work: Work, tokens: Tokens, size: int, *, has_seqs: bool) -> Iterator[Markers]:
    """Plausible markers: the first is 0 and the second is not, so it has the byte after a run of
    zeros.
    """
    window = work.read_back(tokens.physical, size)
    start = tokens.physical - len(window)
    ends = [run.end() for run in _ZEROS.finditer(window)]
    for width in (4,) if has_seqs else (4, 8):
        work.steps.spend(len(ends))
        for end in reversed(ends):
            inside = (start + end) // width * width - width - start
            if inside < 0:
                break
            if _markers_at(window, inside, 2, width, tokens.big_endian) is None:
                continue
            work.steps.spend(_FEW)
            for count in _marker_counts(len(window) - inside, width, has_seqs):
                values = _markers_at(window, inside, count, width, tokens.big_endian)
                if values is not None:
                    yield Markers(start + inside, values, width, has_seqs)


def _marker_counts(distance: int, width: int, has_seqs: bool) -> Iterator[int]:
    """Possible numbers of markers in that many bytes, with padding and the three-byte numbers."""
    if has_seqs:
        of_one = width + _SEQ * _GROUP
        most = (distance + _SEQ * (_GROUP - 1)) // of_one
        least = -(-(distance - 2 * _PADDING) // of_one)
    else:
        most = distance // width
        least = (distance - _PADDING) // width + 1
    yield from range(min(most, _MOST_MARKERS), max(least, 2) - 1, -1)


def _markers_at(
    window: bytes, place: int, count: int, width: int, big_endian: bool
) -> array[int] | None:
    for some in (min(count, _FEW), count):
        data = window[place : place + some * width]
        values = numbers(data, "I" if width == 4 else "Q", big_endian)
        if (
            len(values) < some
            or values[0]
            or not all(_LEAST_OF_GROUP <= b - a <= _MOST_OF_GROUP for a, b in pairwise(values))
        ):
            return None
    return values


def _names_before(work: Work, tokens: Tokens, markers: Markers) -> Names | None:
    last = markers.values[-1]
    if last > _MOST_NAMES:
        return None
    data = work.read_back(markers.physical, last + _MOST_OF_GROUP + 2 * _PADDING)
    data = data[len(data) % 4 :]
    for place, gap, count in _counts_in(data, len(data) - last, tokens, markers):
        starts = _walk(work, data, place, count, markers.values)
        if starts is not None and (not markers.has_seqs or _has_seqs(work, tokens, markers, count)):
            physical = markers.physical - len(data) + place
            return Names(physical - gap, physical, data[place:], starts, markers)
    return None


def _counts_in(
    data: bytes, end: int, tokens: Tokens, markers: Markers
) -> Iterator[tuple[int, int, int]]:
    """Places where names can begin, the last first: (place, distance back to the count, count)."""
    most = len(markers.values) * _GROUP
    words = numbers(data[: max(end, 0) // 4 * 4], "I", tokens.big_endian)
    for index in range(len(words) - 1, -1, -1):
        if most - _GROUP < words[index] <= most:
            behind = 4 * index + 4
            is_padded = not any(data[behind : behind + 4])
            gap = 8 if is_padded or markers.width == 8 else 4
            yield behind + 4 * is_padded, gap, words[index]


def _walk(
    work: Work, data: bytes, place: int, count: int, markers: array[int]
) -> array[int] | None:
    """Where each name begins; None unless they agree with the markers and end where `data` does."""
    first = place
    starts = array("I")
    try:
        for number in range(count):
            if not number % _GROUP:
                work.steps.spend(_GROUP)
                if place - first != markers[number // _GROUP]:
                    return None
            starts.append(place - first)
            size = data[place]
            if not size:
                return None
            if size & 0x80:
                place += 1
                size = size & 0x7F | data[place] << 7
            place += size + 1
    except IndexError:
        return None
    padding = data[place:]
    return starts if place <= len(data) and len(padding) < _PADDING and not any(padding) else None


def _has_seqs(work: Work, tokens: Tokens, markers: Markers, count: int) -> bool:
    end = markers.physical + len(markers.values) * markers.width
    for start in {aligned(end, 4), aligned(end, 8)}:
        size = _SEQ * count
        if 0 <= tokens.physical - start - size < _PADDING:
            return is_permutation(work, work.read(start, size), count)
    return False
