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
    """The extent of a C type: a declared type, a pointer, or an array of those; None if not declared."""
    name, array = element_of(text), _ARRAY.fullmatch(text)
    found = types.get(name)
    one = Extent(1, 0) if name.endswith("*") else found.extent if found is not None else None
    count = int(array[2] or 1) if array is not None else 1
    return Extent(one.size * count, one.align) if one is not None else None


def element_of(text: str) -> str:
    """The type of an array's elements, or the type itself."""
    array = _ARRAY.fullmatch(text)
    return array[1] if array is not None else text


def called(name: str, types: Mapping[str, CType]) -> CType | None:
    """The declared type of a name as keys have it: without `struct`."""
    return types.get(f"struct {name}") or types.get(name)
