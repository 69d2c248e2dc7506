# SPDX-License-Identifier: MIT
"""What a raw image of memory does not tell of itself, for the headers that a copy of it gets."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from .memory import PhysicalMemory
from .reader import tell_format
from .source import Source

_PAGE = 4096

_LEAST_ADDRESS = 1 << 20
"""Below it a number is more often something else: an offset of a per-CPU variable, a size."""
_MOST_ADDRESSES = 16
_ENOUGH = 16


class RawImage(NamedTuple):
    """One stretch of memory: the physical address of its first byte, and the machine that it is of.

    `machine` is the `e_machine` of an ELF file, `order` is `<` or `>`.
    """

    start: int
    bits: int
    order: str
    machine: int


def may_be_raw(source: Source) -> bool:
    """Whether it is whole pages of nothing known."""
    return tell_format(source) == "text" and bool(source.size) and (source.size or 0) % _PAGE == 0


def order_of(source: Source, bits: int, addresses: Iterable[int]) -> str | None:
    """The byte order in which these addresses are in its memory; None if none of them is.

    A pointer to nearly every variable in the note is somewhere: `init_mm` has that of its page
    table, `init_task` those of its namespaces. So an image with none of them is not of that boot.
    Raises DumpError.
    """
    size = bits // 8
    code = "Q" if bits == 64 else "I"
    known = [one for one in addresses if _LEAST_ADDRESS <= one < 1 << bits]
    orders = {
        struct.pack(order + code, one): order for one in known[:_MOST_ADDRESSES] for order in "<>"
    }
    if not orders:
        return None
    found: Counter[str] = Counter()
    for place, which in PhysicalMemory(source).find_all(list(orders)):
        if place % size == 0:
            found[orders[which]] += 1
            if found.total() == _ENOUGH:
                break
    return found.most_common(1)[0][0] if found else None
