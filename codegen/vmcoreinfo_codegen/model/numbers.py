# SPDX-License-Identifier: MIT
"""The numbers of keys and architectures in compiled programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..problem import Location
from ..record import Record, unwritten


class Mark(Record):
    """A release of the products, which has the first `count` numbers; `digest` is that of their
    names."""

    release: str
    count: int
    digest: str
    location: Location = unwritten()


class Numbers(Record):
    """Names in the order of their numbers, starting at 0; names are only ever appended."""

    names: tuple[str, ...]
    places: tuple[Location, ...] = unwritten()
    marks: tuple[Mark, ...] = ()
    location: Location = unwritten()


def digest(names: Sequence[str]) -> str:
    """12 hexadecimal digits that change if a name or its number does."""
    # Importing hashlib takes a fifth of Python's start, and most questions need no digest.
    import hashlib

    return hashlib.sha256("".join(f"{name}\n" for name in names).encode()).hexdigest()[:12]
