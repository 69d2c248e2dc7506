# SPDX-License-Identifier: MIT
"""The values of a note, for expressions that use only entries."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.expression import TypeFact
from ..record import Value


class Values(Value):
    """The values of a note as answers; the kernel's types and memory are not known."""

    by_key: Mapping[str, int]

    def fact(self, fact: TypeFact) -> None:
        return None

    def key(self, key: str) -> int | None:
        return self.by_key.get(key)

    def read(self, width: int, address: int) -> None:
        return None
