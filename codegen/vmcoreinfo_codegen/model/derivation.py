# SPDX-License-Identifier: MIT
"""Derivations: values computed from entries, by the first recipe that applies."""

from __future__ import annotations

from ..core import expression
from ..problem import Location
from ..record import Record, unwritten
from .base import ExpressionField, Ranged
from .vocabulary import Format, Unit

RELEASE = "OSRELEASE"
"""The entry that decides whether the bounds of a recipe hold."""
POINTER_SIZE = "SIZE(list_head)"
"""The entry that gives the size of a pointer in dump memory: half of it."""


class Recipe(Ranged):
    """One way to compute the value; it applies if all its keys are present and its bounds hold."""

    name: str
    expression: ExpressionField
    requires: tuple[str, ...] = ()
    archs: tuple[str, ...] | None = None
    location: Location = unwritten()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that has to be present, in order of first use."""
        used = [e.key for e in self.expression.walk() if isinstance(e, expression.Key)]
        return tuple(dict.fromkeys([*self.requires, *used]))

    @property
    def reads_memory(self) -> bool:
        return any(isinstance(e, expression.Read) for e in self.expression.walk())

    @property
    def reads_pointer(self) -> bool:
        reads = [e for e in self.expression.walk() if isinstance(e, expression.Read)]
        return any(read.width == 0 for read in reads)


class Derivation(Record):
    """A value with its recipes, in the order in which they are tried."""

    name: str
    doc: str
    format: Format
    unit: Unit | None
    recipes: tuple[Recipe, ...]
    location: Location = unwritten()
