# SPDX-License-Identifier: MIT
"""Memory images without ELF headers, raw or by LiME: what is needed to add headers in a copy."""

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
"""A smaller number is usually no address, but an offset of a per-CPU variable or a size."""
_MOST_ADDRESSES = 16
_ENOUGH = 16


class RawImage(NamedTuple):
    """The ranges of memory by physical address, with their offsets in the file, and the machine.

    `machine` is the `e_machine` of an ELF file, `order` is `<` or `>`.
    """

    ranges: tuple[Range, ...]
    bits: int
    order: str
    machine: int


def may_be_raw(source: Source) -> bool:
    """Whether the source is a LiME image, or whole pages in no known format."""
    if image_form(source.read(0, 32)) is not None:
        return is_lime(source)
    return tell_format(source) == "text" and bool(source.size) and (source.size or 0) % _PAGE == 0


def is_lime(source: Source) -> bool:
    """Whether its ranges of memory have LiME headers, which tell their addresses."""
    return source.read(0, len(lime.MAGIC)) == lime.MAGIC


def ranges_of(source: Source, start: int) -> tuple[Range, ...]:
    """The ranges of memory in an image. Raises DumpError.

    `start` is the physical address of the first byte if the image has no headers.
    """
    if is_lime(source):
        return tuple(lime.ranges_in(source))
    return (Range(start, source.size or 0, 0),)


def order_of(memory: PhysicalMemory, bits: int, addresses: Iterable[int]) -> str | None:
    """The byte order in which these addresses are in memory; None if none of them is found.

    Memory has a pointer to nearly every variable in the note: `init_mm` has one to its page table,
    `init_task` has those to its namespaces. So an image with none of them is not of that boot.
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
