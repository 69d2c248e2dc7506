# SPDX-License-Identifier: MIT
"""C types of members whose offsets the kernel exports, as far as all configurations agree on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..problem import Location
from ..record import Record, unwritten
from .vocabulary import Bound

_ARRAY = re.compile(r"(.+?) ?\[(\d{0,4})\]")


class Extent(NamedTuple):
    """The least size of a type and its alignment, both in bytes; in words if the alignment is 0."""

    size: int
    align: int


class CType(Record):
    """A type with its size, in words of the architecture or in bytes.

    `alignment` is in bytes; None is that of a word, for a size in words. For a structure it is also the
    most that a member is aligned to. In a `union` members may have the same place.
    """

    name: str
    bound: Bound = Bound.EXACT
    size: int
    in_words: bool
    alignment: int | None = None
    union: bool = False
    location: Location = unwritten()

    @property
    def extent(self) -> Extent:
        least = 0 if self.bound is Bound.MOST else self.size
        return Extent(least, 0 if self.in_words else self.alignment or 1)


def extent_of(text: str, types: Mapping[str, CType]) -> Extent | None:
    """That of a type of C: a declared one, a pointer to anything, or an array."""
    if text.endswith("*"):
        return Extent(1, 0)
    array = _ARRAY.fullmatch(text)
    if array is None:
        return types[text].extent if text in types else None
    element = extent_of(array[1], types)
    return Extent(element.size * int(array[2] or 1), element.align) if element is not None else None


def called(name: str, types: Mapping[str, CType]) -> CType | None:
    """The declared type of a name as keys have it: without `struct`."""
    return types.get(f"struct {name}") or types.get(name)
