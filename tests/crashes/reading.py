# SPDX-License-Identifier: MIT
"""The results of a crash's runs: the tool's output, and its dump compared with the guest's own
data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import drgn
from drgn.helpers.linux.pid import for_each_task

from tests.crashes.runs import ZERO, Run
from tests.guest_facts import FLAGS
from tests.guest_forms import put_together
from vmcoreinfo_codegen.dump.pages import Pages, read_pages
from vmcoreinfo_codegen.dump.problem import DumpError

_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)
_PROGRESS = re.compile(
    r"^(?:Copying data|Checking for memory holes|Excluding unnecessary pages|STEP) .*$"
)
_OF_NOTE = re.compile(r"[A-Z]+\(")
_MOST_TOLD = 12
# The kinds of pages by flags of /proc/kpageflags; a page with none of these is the kernel's own.
LEFT_OUT = {
    "free": ("buddy",),
    "user": ("anon", "hugetlb", "thp"),
    "cache": ("lru",),
    "offline": ("offline",),
    "hwpoison": ("hwpoison",),
}
KERNELS = ("slab", "pgtable")


class Guest:
    """The guest's own data about its pages before the crash, as numbers with one bit per page."""

    def __init__(self, kpageflags: Path) -> None:
        masks = {name: bytearray(kpageflags.stat().st_size // 64 + 1) for name in (*FLAGS, "any")}
        data = kpageflags.read_bytes()
        for page in range(len(data) // 8):
            word = int.from_bytes(data[page * 8 : page * 8 + 8], "little")
            if word >> FLAGS["nopage"] & 1:
                continue
            masks["any"][page >> 3] |= 1 << (page & 7)
            for name, bit in FLAGS.items():
                if word >> bit & 1:
                    masks[name][page >> 3] |= 1 << (page & 7)
        self.flags = {name: int.from_bytes(mask, "little") for name, mask in masks.items()}

    def having(self, *names: str) -> int:
        found = 0
        for name in names:
            found |= self.flags[name]
        return found

    def left_out(self, what: str) -> int:
        """Pages that a level leaves out. Slab pages use the bit of anon for numbers."""
        others = LEFT_OUT["user"] if what == "cache" else ()
        return self.having(*LEFT_OUT[what]) & ~self.having(*KERNELS, *others)

    @property
    def kernels(self) -> int:
        """Pages that no level leaves out, unless they are zero."""
        kept = self.flags["any"]
        for what in LEFT_OUT:
            kept &= ~self.left_out(what)
        return kept


def bits_of(pages: Pages) -> int:
    """The pages of a dump as a number with one bit per page."""
    return int.from_bytes(pages.bitmap, "little")


def told_of(folder: Path) -> dict[str, Any]:
    """Exit code, seconds, size, counters and messages of a run."""

    def read(name: str) -> str:
        path = folder / name
        return path.read_text(errors="replace").strip() if path.exists() else ""

    start, end = map(float, read("seconds").split())
    out = read("stdout").replace("\r", "\n")
    lines = [*read("stderr").replace("\r", "\n").splitlines(), *out.splitlines()]
    counters = {name: int(number, 16) for name, number in _COUNTER.findall(out)}
    said = [line.strip() for line in lines if line.strip() and not _PROGRESS.match(line.strip())]
    return {
        "exit": int(read("exit")),
        "seconds": round(end - start, 1),
        "size": int(read("size") or 0),
        "counters": counters,
        "said": said,
        "out": out,
    }


def whole(dump: Path) -> None:
    """Reassemble a flattened dump."""
    with dump.open("rb") as file:
        is_flattened = file.read(12) == b"makedumpfile"
    if is_flattened:
        flattened = dump.with_name("dump.flattened")
        dump.rename(flattened)
        put_together(flattened, dump)
        flattened.unlink()


def count_tasks(dump: Path, vmlinux: Path) -> int | str:
    """The number of tasks in a dump, or why they can't be counted."""
    program = drgn.Program()
    try:
        program.set_core_dump(str(dump))
        program.load_debug_info([str(vmlinux)])
        names = [task.comm.string_() for task in for_each_task(program)]
    except Exception as error:  # errors of libkdumpfile have no class of their own
        return re.sub(r"0x[0-9a-f]+", "ADDRESS", str(error).splitlines()[0])
    return len(names)


def rows(folder: Path, runs: list[Run], vmlinux: Path | None) -> Iterator[dict[str, Any]]:
    """A row for each run, in their order."""
    guest = Guest(folder / "first/kpageflags")
    dumps = {run.name: folder / "runs" / run.name / "dump" for run in runs}
    not_zero = next(
        (
            bits_of(read_pages(str(dumps[run.name]), 64))
            for run in runs
            if run.level == ZERO and dumps[run.name].exists()
        ),
        guest.flags["any"],
    )
    for run in runs:
        row: dict[str, Any] = {"name": run.name, "tool": run.tool, "command": list(run.command)}
        row |= {"level": run.level, "fault": run.fault, "rescued": run.is_rescued}
        told = told_of(folder / "runs" / run.name)
        row |= {key: told[key] for key in ("exit", "seconds", "size", "counters")}
        if not run.level and run.is_rescued:
            row["out"] = told["out"]
        row["said"] = [line for line in told["said"] if _matters(line)][:_MOST_TOLD]
        if dumps[run.name].exists():
            whole(dumps[run.name])
            row |= _seen(dumps[run.name], guest, not_zero)
            row["tasks"] = None
            if vmlinux and not row["exit"]:
                row["tasks"] = count_tasks(dumps[run.name], vmlinux)
        yield row


def _matters(line: str) -> bool:
    if _OF_NOTE.match(line) or line.startswith("command line:"):
        return False
    words = (
        "rescue",
        "fail",
        "error",
        "can't",
        "cannot",
        "doesn't",
        "left",
        "there before",
        "running",
        "exit of",
    )
    return any(word in line.lower() for word in words)


def _seen(dump: Path, guest: Guest, not_zero: int) -> dict[str, Any]:
    """Pages of the kernel that a dump lacks, and unneeded pages that it has."""
    try:
        pages = bits_of(read_pages(str(dump), 64))
    except (OSError, DumpError) as error:
        return {"pages": str(error).replace(str(dump), "dump")}
    missing = guest.kernels & not_zero & ~pages
    found = {"kernel": missing.bit_count()}
    found |= {name: (missing & guest.flags[name]).bit_count() for name in KERNELS}
    extra = {name: (pages & not_zero & guest.left_out(name)).bit_count() for name in LEFT_OUT}
    return {"pages": pages.bit_count(), "missing": found, "without_need": extra}
