# SPDX-License-Identifier: MIT
"""Registers of CPUs out of the notes of a dump, and addresses by the page tables of one."""

from __future__ import annotations

import random
import struct

import pytest

from tests.dump.make import elf, other_note
from vmcoreinfo_codegen.dump.cpu_notes import Cpu, cpus_in
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.dump.x86_tables import kernel_physical

COUNTER, CR3, CR4 = 0xFFFFFFFF81234567, 0x1F622000, 0x6F0


def status(order: str = "<", at: int = 240, counter: int = COUNTER, size: int = 336) -> bytes:
    """NT_PRSTATUS, with the program counter at a byte of it."""
    note = bytearray(other_note(order, size=size))
    struct.pack_into(f"{order}Q", note, 12 + 8 + at, counter)
    return bytes(note)


def state(cr3: int = CR3, cr4: int = CR4, size: int = 440) -> bytes:
    """QEMU's own note: `QEMUCPUState`, as QEMU 7.2 writes it."""
    fields = bytearray(440)
    struct.pack_into("<II", fields, 0, 1, size)
    struct.pack_into("<5Q", fields, 8 + 18 * 8 + 10 * 24, 1, 0, 2, cr3, cr4)
    return build(bytes(fields[:size]), "<", b"QEMU")


def cpus(before: bytes, machine: str | None = "x86_64", order: str = "<") -> list[Cpu]:
    return cpus_in(Memory("dump", elf(before=before, order=order)), machine)


def test_counters_and_control_registers() -> None:
    assert cpus(status()) == [Cpu(COUNTER)]
    both = status() + state() + status(counter=7) + state(cr3=0, cr4=0)
    assert cpus(both) == [Cpu(COUNTER, CR3, CR4), Cpu(7, 0, 0)]
    # As QEMU has them: those of all CPUs, then its own.
    assert cpus(status() + status(counter=7) + state() + state(cr3=8)) == [
        Cpu(COUNTER, CR3, CR4),
        Cpu(7, 8, CR4),
    ]


@pytest.mark.parametrize(
    ("machine", "order", "at"),
    [
        ("arm64", "<", 368),
        ("ppc64", "<", 368),
        ("ppc64", ">", 368),
        ("s390x", ">", 120),
        ("riscv64", "<", 112),
    ],
)
def test_counters_of_others(machine: str, order: str, at: int) -> None:
    assert cpus(status(order, at, size=400), machine, order) == [Cpu(COUNTER)]


def test_what_is_not_there_is_not_known() -> None:
    assert cpus(b"") == []
    assert cpus(status(), None) == []
    assert cpus(status(at=0, size=64)) == [Cpu(None)]
    # One note of QEMU's for two CPUs says nothing of either.
    assert cpus(status() + status(counter=7) + state()) == [Cpu(COUNTER), Cpu(7)]
    assert cpus(status() + state(size=400)) == [Cpu(COUNTER)]
    assert cpus(other_note("<", size=1 << 20)) == []
    with pytest.raises(DumpError, match="no dump that has the registers"):
        cpus_in(Memory("raw", bytes(4096)), "x86_64")


TEXT = 0xFFFFFFFF81000000


class Tables:
    """Page tables; each entry by its physical address."""

    def __init__(self, entries: dict[int, int]) -> None:
        self.entries = entries

    def read(self, physical: int, size: int) -> bytes:
        return self.entries.get(physical, 0).to_bytes(8, "little")[:size]


def index(address: int, level: int) -> int:
    return 8 * (address >> 12 + 9 * level & 511)


def tables(levels: int, pages: int, place: int) -> Tables:
    """Of TEXT, in pages of level `pages`; tables at 0x1000, 0x2000 and so on from the top."""
    entries = {}
    for number, level in enumerate(range(levels - 1, pages - 1, -1), 1):
        target = place | 0x80 * bool(level) if level == pages else (number + 1) << 12
        entries[(number << 12) + index(TEXT, level)] = target | 0x8000000000000063
    return Tables(entries)


@pytest.mark.parametrize(("levels", "control"), [(4, 0x6F0), (5, 0x16F0)])
@pytest.mark.parametrize(("pages", "place"), [(0, 0x7654000), (1, 0x7600000), (2, 0x40000000)])
def test_pages_of_all_sizes(levels: int, control: int, pages: int, place: int) -> None:
    memory = tables(levels, pages, place)
    inside = TEXT + 0x123
    assert kernel_physical(memory, 0x1000, control, inside) == place + (
        inside & (1 << 12 + 9 * pages) - 1
    )
    # The lowest bits are none of the address, and programs have the tables behind.
    assert kernel_physical(memory, 0x1007, control, inside) is not None
    assert kernel_physical(memory, 0x9000, control, inside) is None
    assert kernel_physical(memory, 0x1000, control, TEXT + (1 << 30)) is None
    assert kernel_physical(memory, 0x1000, control ^ 0x1000, inside) != place


def test_tables_of_programs_lie_behind_those_of_the_kernel() -> None:
    whole = tables(4, 1, 0x7600000)
    moved = Tables({place + 0x1000: entry for place, entry in whole.entries.items()})
    moved.entries[0x2000 + index(TEXT, 3)] = 0x4063
    moved.entries[0x4000 + index(TEXT, 2)] = 0x5063
    moved.entries[0x5000 + index(TEXT, 1)] = 0x76000E3
    assert kernel_physical(moved, 0x3000, 0x6F0, TEXT) == 0x7600000


def test_any_tables_end() -> None:
    chance = random.Random(3)
    for _ in range(300):
        entries = {place: chance.getrandbits(64) & 0xFFFF | 1 for place in range(0, 0x10000, 8)}
        kernel_physical(
            Tables(entries), chance.getrandbits(16), chance.getrandbits(13), chance.getrandbits(64)
        )


def test_memory_that_ends_maps_nothing() -> None:
    class Nothing:
        def read(self, physical: int, size: int) -> bytes:
            return b""

    assert kernel_physical(Nothing(), 0x1000, 0, TEXT) is None
