# SPDX-License-Identifier: MIT
"""Where the CPUs were when a dump was written, from the notes with their registers.

Every core has an NT_PRSTATUS note per CPU, with the program counter. On x86 QEMU adds a note of its
own with the control registers (QEMU, `target/i386/arch_dump.c`), which point to the page tables.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from . import elf, kdump, notes
from .kdump_header import header_of, note_in
from .problem import DumpError
from .source import Source

_CORE = b"CORE"
_NT_PRSTATUS = 1
# Bytes from the start of `struct elf_prstatus` to the program counter.
_COUNTER = {
    "x86_64": 112 + 16 * 8,
    "i386": 72 + 12 * 4,
    "arm64": 112 + 32 * 8,
    "ppc64": 112 + 32 * 8,
    "riscv64": 112,
    "s390x": 112 + 8,
}
# `QEMUCPUState`: two numbers of 32 bits, 16 registers, rip, rflags, ten segments of 24 bytes, then
# CR0 to CR4.
_STATE_BYTES = 8 + 18 * 8 + 10 * 24 + 5 * 8
_CR0 = 8 + 18 * 8 + 10 * 24
_CR3 = _CR0 + 3 * 8  # CR4 follows
_LONGEST = 4096
_MOST_CPUS = 1 << 16


class Cpu(NamedTuple):
    """A CPU: its program counter, None if its note is truncated.

    `tables` is the physical address of its page tables (CR3 as it is), and `control` CR4; None if
    the dump has neither.
    """

    counter: int | None
    tables: int | None = None
    control: int | None = None


def cpus_in(source: Source, machine: str | None) -> list[Cpu]:
    """The CPUs, in the order of their notes; empty if the dump has no registers.

    `machine` is the architecture as this package names it. Raises DumpError.
    """
    counters: list[int | None] = []
    states: list[Cpu] = []
    at = _COUNTER.get(machine or "")
    for note, order in _notes(source):
        if note.size > _LONGEST or len(counters) > _MOST_CPUS:
            continue
        if note.name == _CORE and note.type == _NT_PRSTATUS and at is not None:
            form = struct.Struct(order + ("I" if machine == "i386" else "Q"))
            data = source.read(note.offset + at, form.size) if note.size >= at + form.size else b""
            counters.append(form.unpack(data)[0] if len(data) == form.size else None)
        elif note.name == notes.QEMU and machine == "x86_64" and note.size >= _STATE_BYTES:
            data = source.read(note.offset + _CR3, 16)
            if len(data) == 16:
                states.append(Cpu(None, *struct.unpack(order + "QQ", data)))
    if len(states) != len(counters):
        return [Cpu(counter) for counter in counters]
    return [state._replace(counter=counter) for counter, state in zip(counters, states)]


def _notes(source: Source) -> Iterator[tuple[notes.NoteHeader, str]]:
    start = source.read(0, 8)
    budget = notes.Budget(source.name)
    if start.startswith(elf.MAGIC):
        file = elf.open_elf(source)
        for segment in file.segments():
            if segment.type == elf.PT_NOTE:
                for note in notes.walk(
                    source, segment.offset, segment.file_size, file.order, budget
                ):
                    yield note, file.order
    elif start.startswith(kdump.MAGICS):
        header = header_of(source, note_in(source))
        place = header.notes
        if place.size and place.offset < 1 << 62 and place.size < 1 << 32:
            for note in notes.walk(source, place.offset, place.size, header.order, budget):
                yield note, header.order
    else:
        raise DumpError(f"{source.name}: no dump that has the registers of CPUs")
