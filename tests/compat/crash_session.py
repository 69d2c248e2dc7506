# SPDX-License-Identifier: MIT
"""What crash with a vmlinux holds of a dump: its commands' output, taken apart."""

from __future__ import annotations

import re
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

# What a release may not know of a newer kernel's structures, and what we ask does without: 8.0.2
# ends at the modules of 6.4 (module_core_size), 8.0.6 at the slab caches of 7.3 (kmem_cache_s_num).
CAUTIOUS = ["--no_modules", "--no_kmem_cache", "--no_panic"]

# `--minimal` reads the vmlinux, the note and the banner, and no structure of the kernel.
MINIMAL_COMMANDS = ["help -k", "help -m", "rd -8 linux_banner 13", "sym _stext"]


@dataclass(frozen=True)
class Session:
    """One run; `code` and `text`, standard error among it, are all there is where it did not open."""

    code: int
    text: str

    @property
    def is_open(self) -> bool:
        """Whether crash came to its commands, and found the kernel at its place in memory."""
        banner = "".join(
            re.findall(r"(?m)^[0-9a-f]{16}:(?:  ?[0-9a-f]{2}){1,16} +(.*)$", self.text)
        )
        return self.code == 0 and banner.startswith("Linux version")

    @property
    def message(self) -> str:
        """What it gave for a reason, the last line that is one."""
        found = re.findall(r"(?m)^crash: (?!.*not available in minimal mode)(.*\S)", self.text)
        return found[-1] if found else "says nothing"

    @property
    def kaslr_offset(self) -> int:
        """0 where it tells of none."""
        found = re.search(r"KASLR offset: ([0-9a-f]+)", self.text)
        return int(found[1], 16) if found else 0

    @property
    def stext(self) -> int:
        return self._hex(r"^([0-9a-f]{16}) \([Tt]\) _stext\b")

    @property
    def phys_base(self) -> int:
        """Signed, as in the note."""
        value = self._hex(r"^ +phys_base: ([0-9a-f]+)$")
        return value - (1 << 64) if value >> 63 else value

    @property
    def sme_mask(self) -> int:
        return self._hex(r"^ +sme_mask: ([0-9a-f]+)$")

    @property
    def kernel_image_size(self) -> int | None:
        """In bytes; None where it takes what it always took."""
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
        """Where the areas begin that `kmem -v` lists, in its order."""
        line = r"(?m)^[0-9a-f]{16}  [0-9a-f]{16}  ([0-9a-f]{16}) - [0-9a-f]{16} +\d+$"
        return [int(start, 16) for start in re.findall(line, self.text)]

    def physical(self, address: int) -> int | None:
        """Where `vtop` found an address by walking the page tables."""
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
    for _ in range(3):
        ran = subprocess.run(
            [crash, "-s", *options, vmlinux, dump],
            input=script,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=900,  # on a machine that does much else
        )
        # Now and then one finds its own heap corrupted, with any note, and aborts.
        if ran.returncode != -signal.SIGABRT:
            break
    return Session(ran.returncode, ran.stdout)


def minimal(crash: Path, vmlinux: Path, dump: Path, *options: str) -> Session:
    return run_crash(crash, vmlinux, dump, ["--minimal", *options], MINIMAL_COMMANDS)


def full(crash: Path, vmlinux: Path, dump: Path, *options: str, vmalloc: int) -> Session:
    """With the areas of vmalloc, and the translation of where it begins."""
    commands = [*MINIMAL_COMMANDS, "kmem -v", f"vtop {vmalloc:x}"]
    return run_crash(crash, vmlinux, dump, [*CAUTIOUS, *options], commands)
