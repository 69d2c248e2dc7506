# SPDX-License-Identifier: MIT
"""Runs crash with a vmlinux on a dump, and parses the output of its commands."""

from __future__ import annotations

import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Parts that fail if a release does not know a newer kernel's structures, and that our commands
# don't need: 8.0.2 fails at the modules of 6.4 (module_core_size), 8.0.6 at the slab caches of 7.3
# (kmem_cache_s_num).
CAUTIOUS = ["--no_modules", "--no_kmem_cache", "--no_panic"]

# `--minimal` reads the vmlinux, the note and the banner, but no structures of the kernel.
MINIMAL_COMMANDS = ["help -k", "help -m", "rd -8 linux_banner 13", "sym _stext"]


@dataclass(frozen=True)
class Session:
    """One run; `text` includes standard error. If crash did not open the dump, that is all there
    is.
    """

    code: int
    text: str

    @property
    def is_open(self) -> bool:
        """Whether crash reached its commands, and found the kernel at its place in memory."""
        banner = "".join(
            re.findall(r"(?m)^[0-9a-f]{16}:(?:  ?[0-9a-f]{2}){1,16} +(.*)$", self.text)
        )
        return self.code == 0 and banner.startswith("Linux version")

    @property
    def message(self) -> str:
        """The last reason that crash gave."""
        found = re.findall(r"(?m)^crash: (?!.*not available in minimal mode)(.*\S)", self.text)
        return found[-1] if found else "says nothing"

    @property
    def kaslr_offset(self) -> int:
        """The KASLR offset, 0 if crash prints none."""
        found = re.search(r"KASLR offset: ([0-9a-f]+)", self.text)
        return int(found[1], 16) if found else 0

    @property
    def stext(self) -> int:
        return self._hex(r"^([0-9a-f]{16}) \([Tt]\) _stext\b")

    @property
    def phys_base(self) -> int:
        """phys_base, signed as in the note."""
        value = self._hex(r"^ +phys_base: ([0-9a-f]+)$")
        return value - (1 << 64) if value >> 63 else value

    @property
    def sme_mask(self) -> int:
        return self._hex(r"^ +sme_mask: ([0-9a-f]+)$")

    @property
    def kernel_image_size(self) -> int | None:
        """The size in bytes; None if crash uses its default."""
        if re.search(r"(?m)^ +kernel_image_size: \(uninitialized\)$", self.text):
            return None
        return self._hex(r"^ +kernel_image_size: ([0-9a-f]+)")

    @property
    def section_bits(self) -> tuple[int, int]:
        size, most = (
            int(re.findall(rf"(?m)^ +{name}: (\d+)$", self.text)[0])
            for name in ("section_size_bits", "max_physmem_bits")
        )
        return size, most

    @property
    def has_five_levels(self) -> bool:
        return "|VM_5LEVEL|" in self.text

    @property
    def vmalloc_areas(self) -> list[int]:
        """The starts of the areas listed by `kmem -v`, in its order."""
        line = r"(?m)^[0-9a-f]{16}  [0-9a-f]{16}  ([0-9a-f]{16}) - [0-9a-f]{16} +\d+$"
        return [int(start, 16) for start in re.findall(line, self.text)]

    def physical(self, address: int) -> int | None:
        """The physical address that `vtop` found by walking the page tables."""
        found = re.search(rf"(?m)^{address:x} +([0-9a-f]+) *$", self.text)
        return int(found[1], 16) if found else None

    def _hex(self, pattern: str) -> int:
        found = re.search(pattern, self.text, re.MULTILINE)
        assert found, f"no {pattern!r} in {self.text[-2000:]}"
        return int(found[1], 16)


def run_crash(
    crash: Path, vmlinux: Path, dump: Path, options: list[str], commands: list[str]
) -> Session:
    script = "".join(f"{command}\n" for command in [*commands, "quit"])
    for _ in range(6):
        ran = subprocess.run(
            [crash, "-s", *options, vmlinux, dump],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=900,  # for a busy machine
        )
        # Now and then crash finds its heap corrupted, with any note, and aborts.
        if ran.returncode != -signal.SIGABRT:
            break
    return Session(ran.returncode, ran.stdout)


def minimal(crash: Path, vmlinux: Path, dump: Path, *options: str) -> Session:
    return run_crash(crash, vmlinux, dump, ["--minimal", *options], MINIMAL_COMMANDS)


def full(crash: Path, vmlinux: Path, dump: Path, *options: str, vmalloc: int) -> Session:
    """A session with the vmalloc areas, and the translation of the start of vmalloc."""
    commands = [*MINIMAL_COMMANDS, "kmem -v", f"vtop {vmalloc:x}"]
    return run_crash(crash, vmlinux, dump, [*CAUTIOUS, *options], commands)
