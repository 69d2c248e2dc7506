# SPDX-License-Identifier: MIT
"""Translation of addresses with the page tables of an x86_64 CPU."""

from __future__ import annotations

from typing import Protocol

_PRESENT, _LARGE = 1, 1 << 7
_FRAME = 0x000F_FFFF_FFFF_F000
_FIVE_LEVELS = 1 << 12
# User page tables directly follow the kernel's (CONFIG_MITIGATION_PAGE_TABLE_ISOLATION).
_OF_PROGRAMS = 1 << 12


class _Memory(Protocol):
    def read(self, physical: int, size: int) -> bytes: ...


def kernel_physical(memory: _Memory, cr3: int, cr4: int, address: int) -> int | None:
    """The physical address of a kernel address, None if it is not mapped."""
    for tables in (cr3 & _FRAME, cr3 & _FRAME & ~_OF_PROGRAMS):
        found = _walked(memory, tables, 48 if cr4 & _FIVE_LEVELS else 39, address)
        if found is not None:
            return found
    return None


def _walked(memory: _Memory, table: int, shift: int, address: int) -> int | None:
    while shift >= 12:
        data = memory.read(table + 8 * (address >> shift & 511), 8)
        entry = int.from_bytes(data, "little")
        if len(data) < 8 or not entry & _PRESENT:
            return None
        inside = (1 << shift) - 1
        table = entry & _FRAME
        if shift == 12 or (entry & _LARGE and shift <= 30):
            return table & ~inside | address & inside
        shift -= 9
    return None
