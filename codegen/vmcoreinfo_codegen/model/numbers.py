# SPDX-License-Identifier: MIT
"""The numbers of keys and architectures in compiled programs."""

from __future__ import annotations

from collections.abc import Sequence

from ..problem import Location
from ..record import Record, unwritten


class Mark(Record):
    """A release of the products, after the first `count` numbers; `digest` is that of those names."""

    release: str
    count: int
    digest: str
    location: Location = unwritten()


class Numbers(Record):
    """Names in the order of their numbers, the first of which is 0; names are only ever added."""

    names: tuple[str, ...]
    places: tuple[Location, ...] = unwritten()
    marks: tuple[Mark, ...] = ()
    location: Location = unwritten()


def digest(names: Sequence[str]) -> str:
    """12 hexadecimal digits that change when a name or its number does."""
    # To load it takes a fifth of what Python takes to start, and most questions ask for no digest.
    import hashlib

    return hashlib.sha256("".join(f"{name}\n" for name in names).encode()).hexdigest()[:12]
