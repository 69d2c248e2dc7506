# SPDX-License-Identifier: MIT
"""C types, and the clauses of entries on how the compiler lays out members and structures."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.expression import Expression
from .node import Clause, Quoted, Word
from .parts import Range


@dataclass(frozen=True)
class CType(
    Clause,
    rule="c_type",
    keyword="type",
    layout="{name}\t[{bound} ]{size} {unit}[ aligned {alignment}][ {union}]",
):
    """`type "struct page" at most 32 words union`."""

    name: Quoted
    bound: Word | None
    size: Word
    unit: Word
    alignment: Word | None
    union: Word | None


@dataclass(frozen=True)
class MemberType(Clause, rule="member_type", keyword="type"):
    """`type "struct list_head" [range]`."""

    type: Quoted
    range: Range | None


class First(Clause, rule="first"):
    """`first`: the structure begins with the member."""


@dataclass(frozen=True)
class Equals(Clause, rule="equals"):
    """`equals OFFSET(printk_ringbuffer.fail) + size(long)`."""

    expression: Expression
