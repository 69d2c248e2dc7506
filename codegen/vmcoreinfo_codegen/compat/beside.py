# SPDX-License-Identifier: MIT
"""What a dump tells beside its note, by which tools go where the note lacks something."""

from __future__ import annotations

from ..dump.reader import Found
from ..model import Architecture
from ..model.vocabulary import DumpSource


def told_beside(found: Found, arch: Architecture) -> dict[DumpSource, bool]:
    """What is known of the dump that a note is of; nothing of a bare note, as nobody knows what carried it.

    ELF dumps of QEMU have program headers with physical addresses alone. Where the kernel
    shares its addresses with processes nobody can tell.
    """
    if found.container == "kdump":
        return {DumpSource.HEADERS: False, DumpSource.KDUMP_HEADER: True}
    if found.container != "elf":
        return {}
    told = {DumpSource.KDUMP_HEADER: False}
    if found.highest is not None and arch.kernel_half is not None:
        told[DumpSource.HEADERS] = found.highest >= arch.kernel_half
    return told
