# SPDX-License-Identifier: MIT
"""Architectures: their names and their fixed configuration."""

from __future__ import annotations

from ..core.release import Release
from ..problem import Location
from ..record import Record, unwritten
from .base import Span
from .entry import DebugInfo
from .timeline import holds


class Architecture(Record):
    """An architecture, with the names that tools use.

    `source` is its folder under `arch/` in the kernel; two architectures may share one, as i386 and
    x86_64 do, and `suffix` marks the files that are built only for one of them
    (`machine_kexec_64.c`). `elf_machines` are the values of `e_machine` in the ELF header. `pages`
    are the possible page sizes in bytes, the smallest first. `kernel_half` is the lowest virtual
    address that the kernel can have in any of its layouts, None if it shares addresses with
    processes or if the split is configurable. `memory_start` is the physical address at which
    memory begins on every machine, None if it depends on the machine. `alignment` is the strictest
    alignment of a member of a structure, in bytes. `config` are Kconfig symbols that are always on;
    a symbol that only other architectures list is off, unless it is `optional`: the configuration
    decides. `debug_infos` are not 0 only in kernels of this architecture.
    """

    name: str
    doc: str
    source: str
    suffix: str = ""
    bits: int
    elf_machines: tuple[int, ...] = ()
    pages: tuple[int, ...] = (4096,)
    kernel_half: int | None = None
    memory_start: int | None = None
    aliases: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    alignment: int
    debug_infos: tuple[DebugInfo, ...] = ()
    span: Span
    location: Location = unwritten()

    @property
    def page(self) -> int:
        """The smallest page size in bytes."""
        return min(self.pages)

    def is_called(self, name: str) -> bool:
        """Whether this is its name or an alias, such as `uname -m` prints."""
        return name == self.name or name in self.aliases

    def existed_in(self, release: Release) -> bool:
        return holds(self.span, release.moment)
