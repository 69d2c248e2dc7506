# SPDX-License-Identifier: MIT
"""The values of a note, for expressions over entries alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..model.entry import Entry
from ..model.vocabulary import Format
from ..terms.expression import TypeFact


@dataclass(frozen=True)
class Values:
    """Answers what a note tells; the kernel's types and memory it does not know."""

    by_key: Mapping[str, int]

    def fact(self, fact: TypeFact) -> None:
        return None

    def key(self, key: str) -> int | None:
        return self.by_key.get(key)

    def read(self, width: int, address: int) -> None:
        return None


def printed(entry: Entry, value: int) -> str:
    """A value in the form in which the kernel prints that entry."""
    match entry.format:
        case Format.HEX:
            return f"{value:x}"
        case Format.PREFIXED_HEX:
            return f"{value:#x}"
        case Format.SIGNED:
            return str(value - (1 << 64) if value >> 63 else value)
    return str(value)
