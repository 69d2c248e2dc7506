# SPDX-License-Identifier: MIT
"""The note of the running kernel."""

from __future__ import annotations

import os

from .notes import HEADER_BYTES, NAME, padded
from .problem import DumpError
from .source import File

KCORE = "/proc/kcore"
"""Has the note since 23c85094fe18 "proc/kcore: add vmcoreinfo note to /proc/kcore" (4.19)."""

ADDRESS = "/sys/kernel/vmcoreinfo"
MEMORY = "/dev/mem"

_MOST_BYTES = 1 << 20


def is_kcore(path: str) -> bool:
    """Whether a path leads to the memory of the running kernel."""
    try:
        return os.path.samefile(path, KCORE)
    except OSError:
        return False


def note_address(text: str) -> tuple[int, int]:
    """Physical address and size of the buffer, from the line in `ADDRESS`. Raises ValueError.

    Both are hexadecimal; the address has `0x` since 4.8.
    """
    address, size = text.split()
    return int(address, 16), int(size, 16)


def raw_note() -> tuple[bytes, int]:
    """The raw note, read from physical memory, and its address. Raises DumpError, OSError."""
    with open(ADDRESS, encoding="ascii") as file:
        line = file.read()
    try:
        address, size = note_address(line)
    except ValueError as error:
        raise DumpError(f"{ADDRESS}: {line.strip()!r} is not an address with a size") from error
    if not HEADER_BYTES + padded(len(NAME)) < size <= _MOST_BYTES:
        raise DumpError(f"{ADDRESS}: a buffer of {size} bytes can't hold a note")
    with File(MEMORY) as memory:
        return memory.read(address, size), address
