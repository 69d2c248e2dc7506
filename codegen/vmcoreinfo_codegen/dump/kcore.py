# SPDX-License-Identifier: MIT
"""The parts of `/proc/kcore` that are memory. It maps all kernel addresses; most have no memory."""

from __future__ import annotations

from . import elf
from .problem import DumpError
from .ranges import Range, Ranges
from .source import Source


def memory_segments(file: elf.Elf) -> list[elf.Segment]:
    """The PT_LOAD segments with a physical address; `/proc/kcore` has all ones in the others."""
    none = (1 << file.bits) - 1
    return [s for s in file.segments() if s.type == elf.PT_LOAD and s.physical != none]


def memory_in(source: Source) -> list[tuple[int, int]]:
    """Half-open ranges of the file that are memory, each page once.

    Raises DumpError if the kernel gives every segment the physical address 0.
    """
    file = elf.open_elf(source)
    segments = memory_segments(file)
    if len(segments) > 1 and not any(s.physical for s in segments):
        raise DumpError(
            f"{source.name}: this kernel does not show which parts are memory, and reading "
            "everything would take years; use 'vmcoreinfo note live' for the note, or search a "
            "memory image"
        )
    stretches = Ranges(Range(s.physical, s.file_size, s.offset) for s in segments)
    found = [(one.target, one.target + one.size) for one in stretches]
    if not found:
        raise DumpError(f"{source.name}: none of its segments is memory; run as root")
    return found
