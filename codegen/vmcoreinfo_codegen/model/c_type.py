# SPDX-License-Identifier: MIT
"""C types of members whose offsets the kernel exports, as far as all configurations agree on them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..problem import Location
from ..record import Record, unwritten
from .vocabulary import Bound

_ARRAY = re.compile(r"(.+?) ?\[(\d{0,4})\]")


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
    def least(self) -> int:
        """The least size that it can have."""
        return 0 if self.bound is Bound.MOST else self.size


def type_of(text: str, types: Mapping[str, CType]) -> CType | None:
    """The type that a declaration in C names: a declared one, a pointer to anything, or an array."""
    if text.endswith("*"):
        return CType(name=text, size=1, in_words=True)
    array = _ARRAY.fullmatch(text)
    if array is None:
        return types.get(text)
    element, count = type_of(array[1], types), array[2]
    if element is None:
        return None
    return CType(
        name=text,
        bound=element.bound if count else Bound.LEAST,
        size=element.size * int(count or 1),
        in_words=element.in_words,
        alignment=element.alignment,
    )


def called(name: str, types: Mapping[str, CType]) -> CType | None:
    """The declared type of a name as keys have it: without `struct`."""
    return types.get(f"struct {name}") or types.get(name)
