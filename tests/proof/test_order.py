# SPDX-License-Identifier: MIT
"""Proof 3: entries stand in the order in which kernels print them.

A generated parser guesses from it which key comes next.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from tests.conftest import real_notes
from vmcoreinfo_codegen.model import Schema

# Of a key of several architectures only one place can be right: KERNELOFFSET is x86_64's, so it
# comes too early elsewhere, and riscv has the bounds of its areas in an order of its own.
OUT_OF_ORDER = {
    ("NUMBER(TCR_EL1_T1SZ)", "KERNELOFFSET"),
    ("NUMBER(RADIX_MMU)", "KERNELOFFSET"),
    ("OFFSET(mmu_psize_def.shift)", "KERNELOFFSET"),
    ("NUMBER(va_kernel_pa_offset)", "KERNELOFFSET"),
    ("EAMODE31", "KERNELOFFSET"),
    ("IDENTITYBASE", "KERNELOFFSET"),
    ("NUMBER(MODULES_END)", "NUMBER(VMALLOC_START)"),
    ("NUMBER(PAGE_OFFSET)", "NUMBER(VMALLOC_END)"),
    ("NUMBER(VMALLOC_END)", "NUMBER(VA_BITS)"),
    ("NUMBER(VMEMMAP_END)", "NUMBER(MODULES_VADDR)"),
}


def test_successive_lines_of_real_notes_are_in_schema_order(schema: Schema) -> None:
    place = {entry.key: number for number, entry in enumerate(schema.entries)}
    pairs: Counter[tuple[str, str]] = Counter()
    for note in real_notes():
        keys = [key for key in note.values if key in place]
        pairs.update(pairwise(keys))
    wrong = {pair: count for pair, count in pairs.items() if place[pair[0]] >= place[pair[1]]}
    share = 1 - sum(wrong.values()) / pairs.total()
    assert pairs.total() > 10_000
    assert wrong.keys() == OUT_OF_ORDER
    assert share >= 0.99, f"{share:.2%} of {pairs.total()} pairs, {wrong}"


def test_every_note_begins_and_ends_as_the_schema(schema: Schema) -> None:
    keys = [entry.key for entry in schema.entries if not entry.is_out_of_tree]
    assert keys[:3] == ["OSRELEASE", "BUILD-ID", "PAGESIZE"]
    assert keys[-1] == "CRASHTIME"
