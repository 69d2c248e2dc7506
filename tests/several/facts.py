# SPDX-License-Identifier: MIT
"""The parts of a dump that tell which kernel ran, as data: registers, page table entries,
variables.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from vmcoreinfo_codegen.debuginfo.facts import symbol_names
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.source import File
from vmcoreinfo_codegen.dump.x86_tables import kernel_physical
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.synth.own import OwnKernel, own_data
from vmcoreinfo_codegen.synth.standing import SYMBOLS, Standing

_WIDTHS = {"kexec_in_progress": 8, "system_state": 32, "panic_cpu": 32}
_KEYS = ("OSRELEASE", "SYMBOL(_stext)", "NUMBER(phys_base)")


FIELDS = (
    "has_started", "made_way", "crashed", "is_capture", "thinks", "cpus", "counters", "elsewhere", "is_noted",
)  # fmt: skip


def fields(standing: Standing) -> dict[str, Any]:
    """The state of a kernel, as data."""
    values = ((name, getattr(standing, name)) for name in FIELDS)
    return {name: list(v) if isinstance(v, (list, tuple)) else v for name, v in values}


class Watched:
    """Memory that records what was read."""

    def __init__(self, memory: PhysicalMemory) -> None:
        self._memory = memory
        self.reads: dict[str, str] = {}

    def read(self, physical: int, size: int) -> bytes:
        data = self._memory.read(physical, size)
        self.reads[f"{physical:x}"] = data.hex()
        return data


def facts_of(dump: Path) -> dict[str, Any]:
    schema = load(ROOT / "schema")
    with File(str(dump)) as source:
        memory = PhysicalMemory(source)
        found = own_data(schema, memory, symbol_names(schema.questions()))
        watched = Watched(memory)
        for kernel in found.kernels:
            for cpu in found.machine.cpus:
                if cpu.tables is not None and cpu.control is not None:
                    kernel_physical(watched, cpu.tables, cpu.control, kernel.addresses["_stext"])
        note = found.machine.note
        return {
            "cpus": [[cpu.counter, cpu.tables, cpu.control] for cpu in found.machine.cpus],
            "tables": watched.reads,
            "note": {key: note[key] for key in _KEYS if key in note},
            "kernels": [_of_kernel(kernel) for kernel in found.kernels],
        }


def _of_kernel(kernel: OwnKernel) -> dict[str, Any]:
    image = kernel.image
    shown = sorted(SYMBOLS & kernel.addresses.keys())
    values = {
        name: image.read(_WIDTHS.get(name, 64), kernel.addresses[name])
        for name in shown
        if image is not None and name not in ("_stext", "_etext")
    }
    return {
        "symbols": kernel.symbols.physical,
        "release": kernel.release,
        "stext": image.physical("_stext") if image is not None else None,
        "addresses": {name: kernel.addresses[name] for name in shown},
        "values": values,
        "standing": fields(kernel.standing),
    }
