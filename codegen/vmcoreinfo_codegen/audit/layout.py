# SPDX-License-Identifier: MIT
"""The compiler's layout of the structures whose offsets the kernel exports: alignment and size of
members.

They follow from the C types in the schema. A member without a type, or with several of different
sizes, has no constraint.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..core.expression import TypeFact
from ..core.key import argument_of
from ..model import Architecture, Schema
from ..model.c_type import CType, Extent, called
from .subject import Subject


class Layout(NamedTuple):
    """Alignment and least size of a member, in bytes."""

    align: int
    size: int


class Member(NamedTuple):
    """A line OFFSET(owner.name), and the layout of the member."""

    owner: str
    name: str
    offset: int
    layout: Layout


class Compiler(NamedTuple):
    """Architecture dependent properties: the size of a pointer, and the largest alignment."""

    word: int
    most: int

    def layout(self, extent: Extent) -> Layout:
        if not extent.align:
            return Layout(min(self), extent.size * self.word)
        return Layout(min(extent.align, self.most), extent.size)

    def size(self, one: CType) -> int:
        """The bytes of a type, or the bound on them."""
        return one.size * (self.word if one.in_words else 1)


def compiler_of(archs: Iterable[Architecture]) -> Compiler | None:
    """The properties that all possible architectures share; None if their pointers differ in size."""
    archs = tuple(archs)
    words = {arch.bits // 8 for arch in archs}
    if len(words) != 1:
        return None
    return Compiler(words.pop(), min(arch.alignment for arch in archs))


def member_of(schema: Schema, key: str, offset: int, compiler: Compiler) -> Member | None:
    """The member whose OFFSET a key gives; None if its layout is not known."""
    owner, _, name = argument_of(key).partition(".")
    found = schema.layouts.members.get(f"{owner}.{name}")
    return Member(owner, name, offset, compiler.layout(found)) if found is not None else None


def alignment_of_struct(schema: Schema, name: str, compiler: Compiler) -> int:
    """The least alignment of a structure, according to its type and its known members."""
    known = schema.layouts.extents.get(name, ())
    return max((compiler.layout(extent).align for extent in known), default=1)


class Known(NamedTuple):
    """The values in an `equals`: numbers of the note, and sizes of types."""

    subject: Subject
    compiler: Compiler

    def fact(self, fact: TypeFact) -> int | None:
        found = called(fact.name, self.subject.schema.by_type)
        return self.compiler.size(found) if found is not None else None

    def key(self, key: str) -> int | None:
        return self.subject.number(key)

    def read(self, width: int, address: int) -> None:
        return None
