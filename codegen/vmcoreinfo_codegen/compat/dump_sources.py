# SPDX-License-Identifier: MIT
"""Sources in a dump besides its note, which tools use if the note lacks something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..dump.kdump import Names
from ..dump.memory import PhysicalMemory
from ..dump.problem import DumpError
from ..dump.reader import Found
from ..dump.source import File
from ..model import Architecture
from ..model.vocabulary import DumpSource

_NEAR = 16 << 20
_STEP = 1 << 20
_IMAGE = 0xFFFFFFFF80000000
"""The address at which x86_64 maps the image: physical address 0 if phys_base is 0."""
_UTS_BYTES = 512


def dump_sources(
    found: Found, arch: Architecture, info: Mapping[str, object]
) -> dict[DumpSource, bool]:
    """The sources that the dump of a note is known to have or lack; none for a bare note, whose
    dump is unknown.

    ELF dumps of QEMU have program headers with only physical addresses. If the kernel shares its
    addresses with processes, the headers can't be judged.
    """
    told: dict[DumpSource, bool] = {}
    if found.has_registers is not None:
        told[DumpSource.QEMU_REGISTERS] = found.has_registers
    if found.container == "kdump":
        return told | {
            DumpSource.HEADERS: False,
            DumpSource.KDUMP_HEADER: True,
            DumpSource.ELF_HEADER: False,
            DumpSource.HEADER_AGREES: found.names is not None
            and _agrees(found.names, arch, info.get("OSRELEASE")),
        }
    if found.container != "elf":
        return {}
    told |= {
        DumpSource.KDUMP_HEADER: False,
        DumpSource.ELF_HEADER: True,
        DumpSource.HEADER_AGREES: True,
    }
    if found.highest == 0:
        told[DumpSource.HEADERS] = False
    elif found.highest is not None and arch.kernel_half is not None:
        told[DumpSource.HEADERS] = found.highest >= arch.kernel_half
    if arch.name == "x86_64":
        near = _has_near_image(found.name, info)
        if near is not None:
            told[DumpSource.NEAR_IMAGE] = near
    return told


def _agrees(names: Names, arch: Architecture, release: object) -> bool:
    # If the names were read from the wrong memory, all three are wrong.
    return (
        names.system == "Linux"
        and arch.is_called(names.machine)
        and release in (None, names.release)
    )


def _has_near_image(path: str, info: Mapping[str, object]) -> bool | None:
    """Whether the kernel's release, in its data, is that near; None if it can't be read."""
    base = info.get("NUMBER(phys_base)")
    if isinstance(base, int):
        return abs(base) <= _NEAR
    address, release = info.get("SYMBOL(init_uts_ns)"), info.get("OSRELEASE")
    # A pipe can't be read twice.
    if not isinstance(address, int) or not isinstance(release, str) or not Path(path).is_file():
        return None
    try:
        with File(path) as file:
            memory = PhysicalMemory(file)
            places = range(address - _IMAGE - _NEAR, address - _IMAGE + _NEAR + 1, _STEP)
            return any(
                f"\0{release}\0".encode() in memory.read(place, _UTS_BYTES) for place in places
            )
    except (OSError, DumpError):
        return None
