# SPDX-License-Identifier: MIT
"""The addresses of kallsyms, in every format since 4.6.

| format | releases | in memory |
|---|---|---|
| absolute | before 6.11, without CONFIG_KALLSYMS_BASE_RELATIVE; 32 bits since 7.0 | addresses |
| from a base | 4.6 to 6.19 | 32-bit offsets, followed by the base |
| from a base, per-CPU absolute | 4.6 to 6.14, CONFIG_KALLSYMS_ABSOLUTE_PERCPU | -1 is the base, -2
the next byte, others are absolute |
| from their own place | since 7.0 | 32-bit offsets, each relative to its own address |

The kernel relocates addresses and the base when it starts, so they are those at which it ran. They
are before the names, and since 6.4 after the tokens.
"""

from __future__ import annotations

import operator
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress, count, islice

from .kallsyms_names import Names, is_permutation
from .kallsyms_tokens import Tokens
from .kallsyms_work import Work, aligned, numbers

ABSOLUTE = "absolute"
_SEQ = 3
_PAGE = 4096
_DATA = ((b"_sdata", b"_edata"), (b"__bss_start", b"__bss_stop"))
_MOST_DATA = 256 << 20
# Kernels have thousands of empty lists, and few other pairs of words that look like one.
_LEAST_VOTES = 16
_WINDOW = 1 << 20


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses of all symbols; `is_run` if the kernel ran at them.

    `physical` is the physical address of the table, `base_at` that of the base, if there is one.
    """

    values: array[int]
    form: str
    bits: int
    physical: int
    base_at: int | None = None
    is_run: bool = True


def find_addresses(work: Work, tokens: Tokens, names: Names) -> Addresses | None:
    """The addresses that belong to the names. Raises DebugInfoError if the search exceeds a
    limit.
    """
    bits = 64 if names.physical - names.count_at == 8 else 32
    if not names.markers.has_seqs:
        found = _behind(work, tokens, names, bits)
        if found is not None:
            return found
    return _before(work, tokens, names, bits)


def _behind(work: Work, tokens: Tokens, names: Names, bits: int) -> Addresses | None:
    """Addresses after the tokens, followed by the symbol numbers in the order of names."""
    start, total, width = tokens.end, names.count, bits // 8

    def has_seqs(at: int) -> bool:
        return is_permutation(work, work.read(at, _SEQ * total), total)

    if has_seqs(start + total * width):
        values = _absolute(work, tokens, start, total, bits)
        if values is not None:
            return Addresses(values, ABSOLUTE, bits, start)
    base_at = aligned(start + 4 * total, width)
    if has_seqs(base_at + width):
        return _from_base(work, tokens, start, base_at, total, bits)
    if has_seqs(start + 4 * total):
        return _from_place(work, tokens, names)
    return None


def _before(work: Work, tokens: Tokens, names: Names, bits: int) -> Addresses | None:
    """Addresses before the number of symbols."""
    width = bits // 8
    base_at = names.count_at - width
    start = (base_at - 4 * names.count) // width * width
    found = _from_base(work, tokens, start, base_at, names.count, bits)
    if found is not None:
        return found
    start = names.count_at - width * names.count
    values = _absolute(work, tokens, start, names.count, bits)
    return Addresses(values, ABSOLUTE, bits, start) if values is not None else None


def _absolute(work: Work, tokens: Tokens, start: int, total: int, bits: int) -> array[int] | None:
    data = work.read(start, total * bits // 8) if start >= 0 else b""
    values = numbers(data, "Q" if bits == 64 else "I", tokens.big_endian)
    return values if _are_in_order(values, total) else None


def _from_base(
    work: Work, tokens: Tokens, start: int, base_at: int, total: int, bits: int
) -> Addresses | None:
    width, mask = bits // 8, (1 << bits) - 1
    data = work.read(start, base_at + width - start) if start >= 0 else b""
    if not data or any(data[4 * total : -width]):
        return None
    (base,) = numbers(data[-width:], "Q" if bits == 64 else "I", tokens.big_endian)
    offsets = numbers(data[: 4 * total], "i", tokens.big_endian)
    # Offsets are unsigned in one format and signed in the other; only in the right one do they
    # ascend.
    plain = array("Q", (base + (offset & 0xFFFFFFFF) & mask for offset in offsets))
    if _are_in_order(plain, total):
        # In an image loaded for kexec that never ran, RELA relocations leave the base at 0.
        return Addresses(plain, "from a base", bits, start, base_at, is_run=base != 0)
    signed = array("Q", ((o if o >= 0 else base - 1 - o) & mask for o in offsets))
    if _are_in_order(signed, total):
        return Addresses(signed, "from a base, per-CPU absolute", bits, start, base_at)
    return None


def _from_place(work: Work, tokens: Tokens, names: Names) -> Addresses | None:
    data = work.read(tokens.end, 4 * names.count)
    if tokens.end >> 62:
        return None
    offsets = numbers(data, "i", tokens.big_endian)
    places = array("q", (tokens.end + 4 * i + offset for i, offset in enumerate(offsets)))
    if not _are_in_order(places, names.count):
        return None
    # The table itself does not tell the width of addresses.
    widths = [work.memory.bits] if work.memory.bits else [64, 32]
    moves = ((bits, _moved(work, tokens, names, places, bits)) for bits in widths)
    bits, move = next((found for found in moves if found[1] is not None), (widths[0], None))
    mask = (1 << bits) - 1
    values = array("Q", ((place + (move or 0)) & mask for place in places))
    form = "from their own place"
    return Addresses(values, form, bits, tokens.end, is_run=move is not None)


def _are_in_order(values: array[int], total: int) -> bool:
    """Whether `total` addresses ascend, and spread over at least as many bytes."""
    if len(values) != total or values[-1] - values[0] < total:
        return False
    return all(map(operator.le, values, islice(values, 1, None)))


def _moved(work: Work, tokens: Tokens, names: Names, places: array[int], bits: int) -> int | None:
    """The distance from a physical address of the image to the address at which the kernel ran.

    The head of an empty list has two pointers to itself, so it tells its virtual address.
    """
    votes: Counter[int] = Counter()
    width, mask = bits // 8, (1 << bits) - 1
    for start, end in _of_data(tokens, names, places):
        for place in range(aligned(start, width), end, _WINDOW):
            data = work.read_some(place, min(_WINDOW, end - place))
            words = numbers(data, "Q" if bits == 64 else "I", tokens.big_endian)
            for index in compress(count(), map(operator.eq, words, islice(words, 1, None))):
                move = words[index] - place - width * index
                if words[index] and move % _PAGE == 0:
                    votes[move & mask] += 1
    for move, times in votes.most_common(1):
        if times >= _LEAST_VOTES and 2 * times > votes.total():
            return move
    return None


def _of_data(tokens: Tokens, names: Names, places: array[int]) -> Iterator[tuple[int, int]]:
    """Where the kernel's variables are; kallsyms has these bounds only with CONFIG_KALLSYMS_ALL."""
    bounds = {name: -1 for pair in _DATA for name in pair}
    for place, text in zip(places, names.texts(tokens), strict=True):
        if text[1:] in bounds:
            bounds[text[1:]] = place
    for first, last in _DATA:
        start, end = bounds[first], bounds[last]
        if 0 <= start < end <= start + _MOST_DATA:
            yield start, end
