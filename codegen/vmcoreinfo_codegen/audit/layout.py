# SPDX-License-Identifier: MIT
<<<<<<< HEAD
"""How the compiler of an architecture lays out members and structures, by the C types of the schema.

What has no type, or several of different sizes, has no constraint.
=======
"""The compiler's layout of the structures whose offsets the kernel exports: alignment and size of
members.

They follow from each member's C type, which is the same in every release that exports it, except
for the name and the width of a count. A member that is not listed has no constraint.
>>>>>>> main
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
<<<<<<< HEAD
    """What is so on each architecture that a kernel may be of; None if their pointers differ."""
    archs = tuple(archs)
    words = {arch.bits // 8 for arch in archs}
    if len(words) != 1:
        return None
    return Compiler(words.pop(), min(arch.alignment for arch in archs))


def member_of(schema: Schema, key: str, offset: int, compiler: Compiler) -> Member | None:
    """What is known of the member whose OFFSET a key gives; None if nothing is."""
=======
    """The properties that all possible architectures share; None if they differ."""
    found = {Compiler(arch.bits // 8, most_aligned(arch)) for arch in archs}
    return found.pop() if len(found) == 1 else None


def most_aligned(arch: Architecture) -> int:
    """The strictest alignment that the compiler gives to a member, in bytes."""
    return 2 if arch.name == "m68k" else 8


def member_of(key: str, offset: int, compiler: Compiler) -> Member | None:
    """The member whose OFFSET a key gives; None if its layout is not known."""
>>>>>>> main
    owner, _, name = argument_of(key).partition(".")
    found = schema.layouts.members.get(f"{owner}.{name}")
    return Member(owner, name, offset, compiler.layout(found)) if found is not None else None


<<<<<<< HEAD
def alignment_of_struct(schema: Schema, name: str, compiler: Compiler) -> int:
    """The least alignment of a structure, by its type and those of its members that are known."""
    known = schema.layouts.extents.get(name, ())
    return max((compiler.layout(extent).align for extent in known), default=1)
=======
def alignment_of_struct(name: str, compiler: Compiler) -> int:
    """The least alignment of a structure, according to its known members."""
    if name == "nodemask_t":
        return min(compiler)
    known = (_layout(member, compiler) for member in _OF_STRUCT.get(name, ()))
    return max((layout.align for layout in known if layout is not None), default=1)
>>>>>>> main


class Known(NamedTuple):
    """What `equals` is worked out from: the note, and the sizes of types."""

    subject: Subject
    compiler: Compiler

    def fact(self, fact: TypeFact) -> int | None:
        found = called(fact.name, self.subject.schema.by_type)
        return self.compiler.size(found) if found is not None else None

    def key(self, key: str) -> int | None:
        return self.subject.number(key)

<<<<<<< HEAD
    def read(self, width: int, address: int) -> None:
        return None
=======
_OF_STRUCT: dict[str, list[str]] = {}
for _member in (*WORDS, *BYTES):
    _OF_STRUCT.setdefault(_member.partition(".")[0], []).append(_member)

UNIONS = frozenset({"page", "vmap_area"})
"""Structures in which some members share bytes."""

FIRST = frozenset(
    {
        "atomic_long_t.counter",
        "dev_printk_info.subsystem",
        "free_area.free_list",
        "list_head.next",
        "log.ts_nsec",
        "mem_section.section_mem_map",
        "mmu_psize_def.shift",
        "node_memblk_s.start_paddr",
        "page.flags",
        "pglist_data.node_zones",
        "prb_data_blk_lpos.begin",
        "prb_data_ring.size_bits",
        "prb_desc.state_var",
        "prb_desc_ring.count_bits",
        "printk_info.seq",
        "printk_log.ts_nsec",
        "printk_ringbuffer.desc_ring",
        "vmap_area.va_start",
        "vmemmap_backing.list",
    }
)
"""First members of their structures, in every release that exports them."""

EXACT_WORDS = {
    "atomic_long_t": 1,
    "list_head": 2,
    "prb_data_blk_lpos": 2,
    "prb_data_ring": 4,
    "prb_desc": 3,
    "vmemmap_backing": 3,
}
"""Structures whose members are all exported."""

MOST_WORDS = {"mem_section": 8, "nodemask_t": 32, "page": 32}
"""The most words that any configuration gives other structures."""
>>>>>>> main
