# SPDX-License-Identifier: MIT
"""Memory images without ELF headers, raw or by LiME: what a copy needs to have them."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from . import lime
from .foreign import image_form
from .memory import PhysicalMemory
from .ranges import Range
from .reader import tell_format
from .source import Source

_PAGE = 4096

_LEAST_ADDRESS = 1 << 20
"""Below it a number is more often something else: an offset of a per-CPU variable, a size."""
_MOST_ADDRESSES = 16
_ENOUGH = 16


class RawImage(NamedTuple):
    """Its stretches of memory by physical address, with their places in the file, and the machine.

    `machine` is the `e_machine` of an ELF file, `order` is `<` or `>`.
    """

    ranges: tuple[Range, ...]
    bits: int
    order: str
    machine: int


def may_be_raw(source: Source) -> bool:
    """Whether it is an image of LiME, or whole pages of nothing known."""
    if image_form(source.read(0, 32)) is not None:
        return is_lime(source)
    return tell_format(source) == "text" and bool(source.size) and (source.size or 0) % _PAGE == 0


def is_lime(source: Source) -> bool:
    """Whether its memory is behind headers, which tell where it was."""
    return source.read(0, len(lime.MAGIC)) == lime.MAGIC


def ranges_of(source: Source, start: int) -> tuple[Range, ...]:
    """`start` is the physical address of the first byte of one that has no headers. Raises DumpError."""
    if is_lime(source):
        return tuple(lime.ranges_in(source))
    return (Range(start, source.size or 0, 0),)


def order_of(memory: PhysicalMemory, bits: int, addresses: Iterable[int]) -> str | None:
    """The byte order in which these addresses are in the memory; None if none of them is.

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
    for place, which in memory.find_all(list(orders)):
        if place % size == 0:
            found[orders[which]] += 1
            if found.total() == _ENOUGH:
                break
    return found.most_common(1)[0][0] if found else None
