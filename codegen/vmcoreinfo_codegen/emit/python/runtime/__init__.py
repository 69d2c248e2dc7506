# SPDX-License-Identifier: MIT
"""A parser for VMCOREINFO, the text that the Linux kernel puts into every crash dump.

    import vmcoreinfo

    with open("x86_64.note", "rb") as file:
        info = vmcoreinfo.parse(file.read())
    print(info.OSRELEASE, info.SYMBOL_init_uts_ns, info["OFFSET(page.flags)"])

Knows the entries of kernels FIRST_RELEASE to LATEST_RELEASE; needs only Python's standard library.
`vmcoreinfo.derive` computes values from several entries or dump memory.
"""

from .entries import (
    ARCHITECTURES,
    ELF_MACHINES,
    ENTRIES,
    FIRST_RELEASE,
    LATEST_RELEASE,
    MODEL_HASH,
    VERSION,
)
from .entry import Entry, Quirk
from .note import find_notes, note_text
from .parser import Diagnostic, Line
from .properties import VmcoreInfo

__all__ = [
    "ARCHITECTURES",
    "ELF_MACHINES",
    "ENTRIES",
    "FIRST_RELEASE",
    "LATEST_RELEASE",
    "MODEL_HASH",
    "VERSION",
    "Diagnostic",
    "Entry",
    "Line",
    "Quirk",
    "VmcoreInfo",
    "find_notes",
    "note_text",
    "parse",
]


def parse(data: bytes) -> VmcoreInfo:
    """Parse a text or a raw VMCOREINFO ELF note.

    Never raises because of the data: unusable lines are reported in `diagnostics` and don't affect
    other lines.
    """
    return VmcoreInfo(note_text(data))
