# SPDX-License-Identifier: MIT
"""How the compiler lays out what the kernel exports offsets of: alignment and size of members.

Of the C type of each member, which has been the same in every release that exports it, but for the
name and the width of a count. What is not here has no constraint.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..core.key import argument_of
from ..model import Architecture

_INT = 4


class Layout(NamedTuple):
    """Alignment and size of a member, in bytes."""

    align: int
    size: int


class Member(NamedTuple):
    """A line OFFSET(owner.name), with what is known of the member."""

    owner: str
    name: str
    offset: int
    layout: Layout


class Compiler(NamedTuple):
    """What differs by architecture: the bytes of a pointer, and the most that anything is aligned to."""

    word: int
    most: int


def compiler_of(archs: Iterable[Architecture]) -> Compiler | None:
    """That of the architectures that a kernel may be of, where all have the same."""
    found = {Compiler(arch.bits // 8, most_aligned(arch)) for arch in archs}
    return found.pop() if len(found) == 1 else None


def most_aligned(arch: Architecture) -> int:
    """The strictest alignment that the compiler gives to a member, in bytes."""
    return 2 if arch.name == "m68k" else 8


def member_of(key: str, offset: int, compiler: Compiler) -> Member | None:
    """What is known of the member whose OFFSET a key gives; None if nothing is."""
    owner, _, name = argument_of(key).partition(".")
    found = _layout(f"{owner}.{name}", compiler)
    return Member(owner, name, offset, found) if found is not None else None


def alignment_of_struct(name: str, compiler: Compiler) -> int:
    """The least alignment of a structure, by those of its members that are known."""
    if name == "nodemask_t":
        return min(compiler)
    known = (_layout(member, compiler) for member in _OF_STRUCT.get(name, ()))
    return max((layout.align for layout in known if layout is not None), default=1)


def _layout(member: str, compiler: Compiler) -> Layout | None:
    if member in WORDS:
        return Layout(min(compiler), compiler.word * WORDS[member])
    if member in BYTES:
        align, size = BYTES[member]
        return Layout(min(align, compiler.most), size)
    return None


WORDS = {
    "atomic_long_t.counter": 1,
    "free_area.free_list": 2,
    "list_head.next": 1,
    "list_head.prev": 1,
    "mem_section.section_mem_map": 1,
    "node_memblk_s.size": 1,
    "node_memblk_s.start_paddr": 1,
    "page.compound_head": 1,
    "page.compound_info": 1,
    "page.flags": 1,
    "page.lru": 2,
    "page.mapping": 1,
    "page.private": 1,
    "pglist_data.node_mem_map": 1,
    "pglist_data.node_spanned_pages": 1,
    "pglist_data.node_start_pfn": 1,
    "pglist_data.node_zones": 1,
    "prb_data_blk_lpos.begin": 1,
    "prb_data_blk_lpos.next": 1,
    "prb_data_ring.data": 1,
    "prb_data_ring.head_lpos": 1,
    "prb_data_ring.tail_lpos": 1,
    "prb_desc.state_var": 1,
    "prb_desc.text_blk_lpos": 2,
    "prb_desc_ring.descs": 1,
    "prb_desc_ring.head_id": 1,
    "prb_desc_ring.infos": 1,
    "prb_desc_ring.tail_id": 1,
    "printk_ringbuffer.desc_ring": 5,
    "printk_ringbuffer.fail": 1,
    "printk_ringbuffer.text_data_ring": 4,
    "vm_struct.addr": 1,
    "vmap_area.list": 2,
    "vmap_area.va_start": 1,
    "vmemmap_backing.list": 1,
    "vmemmap_backing.phys": 1,
    "vmemmap_backing.virt_addr": 1,
    "zone.free_area": 1,
    "zone.spanned_pages": 1,
    "zone.vm_stat": 1,
}
"""Members made of pointers and longs: how many words each has."""

BYTES = {
    "latched_seq.val": (_INT, 16),
    "log.dict_len": (2, 2),
    "log.len": (2, 2),
    "log.text_len": (2, 2),
    "log.ts_nsec": (_INT, 8),
    "mmu_psize_def.shift": (_INT, 4),
    "page._count": (_INT, 4),
    "page._mapcount": (_INT, 4),
    "page._refcount": (_INT, 4),
    "pglist_data.node_id": (_INT, 4),
    "pglist_data.nr_zones": (_INT, 4),
    "prb_data_ring.size_bits": (_INT, 4),
    "prb_desc_ring.count_bits": (_INT, 4),
    "printk_info.caller_id": (_INT, 4),
    "printk_info.seq": (_INT, 8),
    "printk_info.text_len": (2, 2),
    "printk_info.ts_nsec": (_INT, 8),
    "printk_log.dict_len": (2, 2),
    "printk_log.len": (2, 2),
    "printk_log.text_len": (2, 2),
    "printk_log.ts_nsec": (_INT, 8),
}
"""Members of the same size everywhere: alignment and size. A u64 is aligned to four bytes on i386."""

_OF_STRUCT: dict[str, list[str]] = {}
for _member in (*WORDS, *BYTES):
    _OF_STRUCT.setdefault(_member.partition(".")[0], []).append(_member)

UNIONS = frozenset({"page", "vmap_area"})
"""Structures some of whose members share their bytes."""

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
"""Members with which their structures begin, in every release that exports them."""

EXACT_WORDS = {
    "atomic_long_t": 1,
    "list_head": 2,
    "prb_data_blk_lpos": 2,
    "prb_data_ring": 4,
    "prb_desc": 3,
    "vmemmap_backing": 3,
}
"""Structures that have no other members than those that are exported."""

MOST_WORDS = {"mem_section": 8, "nodemask_t": 32, "page": 32}
"""The most words that any configuration gives other structures."""
