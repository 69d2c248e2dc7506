# SPDX-License-Identifier: MIT
"""What a dump shows about each kernel in it: whether it ran, how it ended, where the CPUs were.

After a restart by kexec, memory has pages of the kernel before. It may also have a capture kernel,
the kernels of guests, and a kernel loaded for kexec that never ran. The variables of each tell its
state:

- `system_state` is SYSTEM_BOOTING (0) until the kernel begins to schedule, so in every copy of an
  image that never ran (init/main.c);
- `kexec_in_progress` is set when the kernel hands over to another (kernel/kexec_core.c);
- `panic_cpu` is not -1 after a crash (kernel/panic.c, since 5.0; 4.5 and later have it, too);
- `elfcorehdr_addr` is not -1 in a capture kernel (kernel/crash_dump.c);
- `phys_base` on x86_64 and `kimage_voffset` on arm64 tell the physical address at which the kernel
  believes to be; a guest in the memory of its host is elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ..dump.cpu_notes import Cpu, cpus_in
from ..dump.memory import PhysicalMemory
from ..dump.problem import DumpError
from ..dump.reader import find_in, tell_format
from ..dump.x86_tables import kernel_physical
from ..model import Architecture
from ..record import Value

_MASK = (1 << 64) - 1
_NONE_32 = (1 << 32) - 1
_KERNEL_MAP = 0xFFFFFFFF80000000
_TEXT, _TEXT_END = "_stext", "_etext"

SYMBOLS = frozenset(
    {
        "system_state",
        "kexec_in_progress",
        "panic_cpu",
        "elfcorehdr_addr",
        "phys_base",
        "kimage_voffset",
        _TEXT,
        _TEXT_END,
    }
)
"""The symbols that this module needs."""


class Placed(Protocol):
    """The image of a kernel in memory."""

    @property
    def release(self) -> str | None: ...

    def physical(self, name: str) -> int | None: ...

    def read(self, width: int, address: int) -> int | None: ...


class Standing(Value):
    """The state of one kernel; None if its variables can't be read.

    `thinks` is the physical address of `_stext` according to the kernel's variables, if that
    differs from the real one. `cpus` are the numbers of the CPUs whose page tables map the kernel,
    `elsewhere` of those whose page tables don't, `counters` of those without known page tables
    whose program counter was in its text. `is_noted` says that the note in the dump belongs to the
    kernel.
    """

    has_started: bool | None = None
    made_way: bool = False
    crashed: bool = False
    is_capture: bool = False
    thinks: int | None = None
    cpus: Sequence[int] = ()
    counters: Sequence[int] = ()
    elsewhere: Sequence[int] = ()
    is_noted: bool = False

    @property
    def is_of_guest(self) -> bool:
        return self.thinks is not None

    @property
    def words(self) -> str:
        """The state in words, for people."""
        said = []
        if self.has_started is False:
            said.append("never started" if not self.cpus else "booting")
        elif self.thinks is not None:
            said.append(f"assumes it is at {self.thinks:#x}: a virtual machine's, or a copy")
        if self.has_started is not False:
            said += ["replaced by another with kexec"] if self.made_way else []
            said += ["crashed"] if self.crashed else []
            said += ["the capture kernel of another"] if self.is_capture else []
        if self.cpus:
            said.append(f"{_numbered(self.cpus)} ran it")
        if self.counters:
            said.append(f"{_numbered(self.counters)} at an address of its text")
        said += ["the note in the dump belongs to it"] if self.is_noted else []
        return ", ".join(said)


UNKNOWN = Standing()


class Machine(Value):
    """What a dump tells besides memory: registers of the CPUs, entries of its note."""

    memory: PhysicalMemory
    cpus: Sequence[Cpu]
    note: Mapping[str, str]

    @classmethod
    def of(cls, memory: PhysicalMemory, arch: Architecture | None) -> Machine:
        """The machine of a dump; `arch` is the architecture that the dump tells. Raises
        DumpError.
        """
        if tell_format(memory.inside) not in ("elf", "kdump"):
            return cls(memory=memory, cpus=(), note={})
        cpus = cpus_in(memory.inside, arch.name if arch is not None else None)
        try:
            text = find_in(memory.inside).text
        except DumpError:
            text = b""
        lines = text.decode("latin-1").splitlines()
        entries = dict(line.split("=", 1) for line in lines if "=" in line)
        return cls(memory=memory, cpus=cpus, note=entries)


def standing(machine: Machine, image: Placed | None, addresses: Mapping[str, int]) -> Standing:
    """The state of the kernel with these symbols; `image` is None if not found. Raises
    DumpError.
    """
    told = _Told(image, addresses)
    state = told.variable("system_state", 32)
    has_started = None if state is None else state != 0
    runs = has_started is not False
    thinks = told.thinks()
    numbered = list(enumerate(machine.cpus))
    return Standing(
        has_started=has_started,
        made_way=runs and told.variable("kexec_in_progress", 8) == 1,
        crashed=runs and told.variable("panic_cpu", 32) not in (None, _NONE_32),
        is_capture=runs and told.variable("elfcorehdr_addr", 64) not in (None, _MASK),
        thinks=thinks if runs and thinks != told.place else None,
        cpus=[n for n, cpu in numbered if told.is_mapped(machine.memory, cpu)],
        counters=[
            n for n, cpu in numbered if not cpu.tables and runs and told.has_in_text(cpu.counter)
        ],
        elsewhere=[
            n for n, cpu in numbered if cpu.tables and not told.is_mapped(machine.memory, cpu)
        ],
        is_noted=runs and told.is_of(machine.note),
    )


class _Told:
    """The variables of a kernel."""

    def __init__(self, image: Placed | None, addresses: Mapping[str, int]) -> None:
        self._image = image
        self._addresses = addresses
        self._text = addresses.get(_TEXT)
        self.place = image.physical(_TEXT) if image is not None else None

    def variable(self, name: str, width: int) -> int | None:
        address = self._addresses.get(name)
        if self._image is None or address is None:
            return None
        return self._image.read(width, address)

    def thinks(self) -> int | None:
        """The physical address of the text according to the kernel; the real one if it doesn't
        tell.
        """
        if self._text is None or self.place is None:
            return self.place
        base = self.variable("phys_base", 64)
        if base is not None:
            return self._text - _KERNEL_MAP + base & _MASK
        offset = self.variable("kimage_voffset", 64)
        return self.place if offset is None else self._text - offset & _MASK

    def is_mapped(self, memory: PhysicalMemory, cpu: Cpu) -> bool:
        """Whether the page tables of a CPU map the kernel's text to its real place."""
        # A CPU that has not started has no page tables.
        if not cpu.tables or cpu.control is None or self._text is None or self.place is None:
            return False
        return kernel_physical(memory, cpu.tables, cpu.control, self._text) == self.place

    def has_in_text(self, counter: int | None) -> bool:
        end = self._addresses.get(_TEXT_END)
        if counter is None or self._text is None or end is None:
            return False
        return self._text <= counter < end

    def is_of(self, note: Mapping[str, str]) -> bool:
        """Whether a note is this kernel's, by its release and load address."""
        if self._image is None or note.get("OSRELEASE") != self._image.release:
            return False
        if note.get(f"SYMBOL({_TEXT})") != f"{self._text or 0:x}":
            return False
        base = self.variable("phys_base", 64)
        said = note.get("NUMBER(phys_base)")
        return base is None or said is None or said == str(base - (base >> 63 << 64))


def _numbered(cpus: Sequence[int]) -> str:
    most = 4
    shown = ", ".join(map(str, cpus[:most])) + (", …" if len(cpus) > most else "")
    return f"CPU {shown}" if len(cpus) == 1 else f"CPUs {shown}"
