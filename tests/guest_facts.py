# SPDX-License-Identifier: MIT
"""The facts of a dumped guest, from its note, its meminfo and its kpageflags."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.guest_kinds import MACHINES, Kind
from vmcoreinfo_codegen.dump.problem import NoNote
from vmcoreinfo_codegen.dump.reader import find_note

FLAGS = {
    "dirty": 4, "lru": 5, "slab": 7, "buddy": 10, "mmap": 11, "anon": 12, "swapbacked": 14,
    "compound_head": 15, "compound_tail": 16, "hugetlb": 17, "hwpoison": 19, "nopage": 20,
    "thp": 22, "offline": 23, "zero_page": 24, "pgtable": 26, "reserved": 32, "private": 35,
}  # fmt: skip
"""Bits of /proc/kpageflags."""
SHOWN = {
    "user": "anon", "cache": "cache", "private-cache": "cache_private", "slab": "slab",
    "free": "buddy", "hugetlb": "hugetlb", "thp": "thp", "offline": "offline", "hwpoison": "hwpoison",
}  # fmt: skip
"""What a dump "has", with the flag of such pages."""


def pages_of(path: Path, little: bool = True) -> dict[str, int]:
    """The number of pages with each flag."""
    counts = dict.fromkeys([*FLAGS, "cache", "cache_private"], 0)
    data = path.read_bytes()
    for at in range(0, len(data) - 7, 8):
        word = int.from_bytes(data[at : at + 8], "little" if little else "big")
        for name, bit in FLAGS.items():
            counts[name] += word >> bit & 1
        if word >> FLAGS["lru"] & 1 and not word >> FLAGS["anon"] & 1:
            counts["cache_private" if word >> FLAGS["private"] & 1 else "cache"] += 1
    return {name: count for name, count in counts.items() if count}


def text_of(path: Path) -> bytes:
    """The text of the note in a file."""
    return find_note(str(path)).text


def has_note(path: Path) -> bool:
    try:
        return bool(text_of(path))
    except NoNote:
        return False


# Where the kernel is without KASLR.
UNMOVED = {"x86_64": ("_text", 0xFFFFFFFF81000000), "riscv64": ("_start", 0xFFFFFFFF80000000)}


def boot_of(kind: Kind, note: dict[str, str], kallsyms: str, folder: Path) -> list[str]:
    """How the guest was booted, according to the note and the guest."""
    told = []
    if kind.machine in UNMOVED:
        name, start = UNMOVED[kind.machine]
        place = re.search(rf"^(\w+) \w {name}$", kallsyms, re.MULTILINE)
        told.append("kaslr" if place and int(place[1], 16) != start else "nokaslr")
    elif kind.machine == "arm64":
        # An offset below 64 KiB comes from where it was loaded.
        offset = int(note.get("KERNELOFFSET", "0"), 16)
        told.append("kaslr" if offset >> 16 else "nokaslr")
    elif kind.machine == "s390x":
        # KERNELOFFSET is not 0 even without KASLR; QEMU 7.2 with TCG has no random numbers.
        told.append("nokaslr")
    if kind.machine == "x86_64":
        five = note.get("NUMBER(pgtable_l5_enabled)", "0") != "0"
        told.append("5-level" if five else "4-level")
    elif kind.machine == "riscv64":
        levels = {"57": "5-level", "48": "4-level", "39": "3-level"}
        told.append(levels[note["NUMBER(VA_BITS)"]])
    elif kind.machine == "arm64":
        told.append(f"{64 - int(note['NUMBER(TCR_EL1_T1SZ)'], 0)}-bit")
    elif kind.machine == "ppc64":
        told += ["radix" if "Radix" in (folder / "meminfo").read_text() else "hash"]
    page = note["PAGESIZE"]
    return told if page == "4096" else [*told, f"{int(page) // 1024}k pages"]


def facts_of(kind: Kind, package: str, folder: Path) -> dict[str, Any]:
    lines = text_of(folder / "vmcore.elf").decode().splitlines()
    note = dict(line.split("=", 1) for line in lines)
    release = (folder / "release").read_text().strip()
    if note["OSRELEASE"] != release:
        raise RuntimeError(f"the note is not of {release}")
    flags = folder / "kpageflags"
    pages = pages_of(flags, kind.machine != "s390x") if flags.exists() else {}
    has = [name for name, flag in SHOWN.items() if pages.get(flag)]
    kallsyms = (folder / "kallsyms").read_text()
    return {
        "name": kind.name,
        "arch": kind.machine,
        "kernel": release,
        "package": package,
        "boot": boot_of(kind, note, kallsyms, folder),
        "has": has,
        "pages": pages,
        "page_size": int(note["PAGESIZE"]),
        "tasks": int((folder / "tasks").read_text()),
        "memory": MACHINES[kind.machine].memory,
        "formats": [name for name in ("elf", "kdump") if (folder / f"vmcore.{name}").exists()],
    }
