# SPDX-License-Identifier: MIT
"""What a dump has of its kernel itself: symbols, types, configuration, each where it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ..debuginfo.btf import Btf
from ..debuginfo.btf_in_memory import FoundBtf, find_btf
from ..debuginfo.config_in_memory import FoundConfig, find_config
from ..debuginfo.kallsyms import Kallsyms, find_kallsyms
from ..debuginfo.kernel import KernelFiles
from ..dump.memory import PhysicalMemory
from ..model import Architecture
from ..record import Value

# All of them are read-only data of one image, which is in one piece; the largest have some 64 MiB.
_REACH = 128 << 20
_MASK = (1 << 64) - 1
_Found = TypeVar("_Found", FoundBtf, FoundConfig)

STARTS = {
    "x86_64": "x86_64_start_kernel",
    "i386": "i386_start_kernel",
    "arm64": "primary_entry",
    "ppc64": "start_here_multiplatform",
    "riscv64": "_start_kernel",
    "s390x": "startup_continue",
}
"""A function that kernels of an architecture alone have: its name in kallsyms."""


class OwnKernel(Value):
    """One kernel of a dump. `types` and `config` are None where the dump has none of it."""

    symbols: Kallsyms
    types: FoundBtf | None
    config: FoundConfig | None
    addresses: Mapping[str, int]

    @property
    def arch_name(self) -> str | None:
        """The architecture, by a function that no other has; None where none tells."""
        return next((arch for arch, name in STARTS.items() if name in self.addresses), None)

    @property
    def release(self) -> str | None:
        """By the banner in front of its types; None without one."""
        return self.types.release() if self.types is not None else None

    def read_types(self) -> Btf | None:
        """Raises DebugInfoError."""
        if self.types is None:
            return None
        return Btf(self.types.data, f"the BTF at {self.types.physical:#x}")

    def is_of(self, arch: Architecture) -> bool:
        return self.symbols.bits == arch.bits and self.arch_name in (None, arch.name)


def own_kernels(memory: PhysicalMemory, names: set[str]) -> list[OwnKernel]:
    """Every kernel whose symbols are in the dump, by physical addresses; of the symbols those of `names`.

    A machine with a kernel for a crash has two, and so has one with guests. Raises DumpError,
    DebugInfoError.
    """
    tables = find_kallsyms(memory)
    if not tables:
        return []
    types = _nearest(tables, find_btf(memory))
    configs = _nearest(tables, find_config(memory))
    wanted = names | set(STARTS.values())
    return [
        OwnKernel(table, types.get(place), configs.get(place), table.addresses(wanted))
        for place, table in enumerate(tables)
    ]


def differences(kernel: OwnKernel, files: KernelFiles) -> list[str]:
    """What files that were given say otherwise than the dump: what is given is taken all the same."""
    found = []
    if files.symbols is not None:
        shared = sorted(files.symbols.keys() & kernel.addresses.keys())
        apart = {kernel.addresses[name] - files.symbols[name] & _MASK for name in shared}
        # KASLR moves all of them alike; what per-CPU variables have is no address of that.
        if len(apart) > 1 and kernel.symbols.has_run_addresses:
            found.append(
                f"{files.symbols_name} has symbols at other places than the kernel in the dump, as {shared[0]}"
            )
    if files.types is not None and kernel.types is not None:
        own = kernel.read_types()
        if isinstance(files.types, Btf) and own is not None and files.types.number != own.number:
            found.append(
                f"{files.types_name} has {files.types.number} types, and the kernel in the dump {own.number}"
            )
    return found


def _nearest(tables: Sequence[Kallsyms], found: Sequence[_Found]) -> dict[int, _Found]:
    """By the place of the table what is nearest to it; nothing is of two kernels."""
    pairs = sorted(
        (abs(table.physical - one.physical), place, other)
        for place, table in enumerate(tables)
        for other, one in enumerate(found)
    )
    chosen: dict[int, int] = {}
    for apart, place, other in pairs:
        if apart < _REACH and place not in chosen and other not in chosen.values():
            chosen[place] = other
    return {place: found[other] for place, other in chosen.items()}
