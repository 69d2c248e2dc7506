# SPDX-License-Identifier: MIT
"""Tools do with a dump and the note that was made of it what they do with the kernel's own note."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drgn
import pytest
from drgn.helpers.linux.pid import for_each_task

from tests.command import Run
from tests.compat.real import release_of, vmlinux
from tests.dump.real import guest, kind_of_guest
from vmcoreinfo import parse
from vmcoreinfo_codegen.debuginfo.btf import Btf
from vmcoreinfo_codegen.dump.attach import attach
from vmcoreinfo_codegen.dump.kdump import open_kdump
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.source import File

pytestmark = pytest.mark.long

_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)


@dataclass(frozen=True)
class Pair:
    """A dump without a note, and two with one: the kernel's own, and what was made of the dump."""

    bare: Path
    own: Path
    made: Path
    text: Path


@dataclass(frozen=True)
class Ran:
    """How makedumpfile ended, the pages that it counted, and the dump without headers and notes."""

    code: int
    said: list[str]
    counters: dict[str, int]
    pages: bytes


def pair(run: Run, dump: Path, folder: Path) -> Pair:
    """Of a dump with its own note: as it would have been without."""
    made = Pair(*(folder / name for name in ("bare", "own", "made", "note.txt")))
    attach(None, str(dump), str(made.bare))
    attach(find_note(str(dump)).text, str(dump), str(made.own))
    assert run("synth", "--dump", str(made.bare), "-o", str(made.text)).code == 0
    assert run("attach", str(made.text), str(made.bare), "-o", str(made.made)).code == 0
    return made


def filtered(tool: Path, dump: Path, note: Path | None = None) -> Ran:
    out = dump.with_suffix(".filtered")
    given: list[str | Path] = ["-i", note] if note else []
    command = [tool, "-f", "-l", "-d", "31", "--message-level", "31", *given, dump, out]
    ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    text = (ran.stdout + ran.stderr).replace("\r", "\n")
    pages = b""
    if ran.returncode == 0:
        with File(str(out)) as source:
            pages = out.read_bytes()[open_kdump(source)[0].bitmaps.offset :]
        out.unlink()
    counters = {name: int(number, 16) for name, number in _COUNTER.findall(text)}
    # What it says of its progress names files and times.
    said = re.findall(r"^\w+: (.*)$", text, re.MULTILINE) if ran.returncode else []
    return Ran(ran.returncode, [re.sub(r"\S*/\S*", "FILE", line) for line in said], counters, pages)


def same(one: Ran, other: Ran) -> None:
    """Not in one comparison, as pytest would show the bytes."""
    assert (one.code, one.said, one.counters) == (other.code, other.said, other.counters)
    assert one.pages == other.pages, "the same counters, and other bytes"


def right(ran: Ran) -> None:
    assert ran.code == 0, ran.said
    assert ran.counters["Free pages"] > 1000 < ran.counters["Remaining pages"]
    assert ran.counters["User process data pages"] > 0


# The releases that filter each kernel at level 31 at all; 1.7.6 finds no free page of 6.12.
X86_64 = {"6.1": ["1.7.2"], "6.12": ["1.6.8", "1.7.2", "1.7.6", "1.7.8"], "7.3": ["1.7.8"]}


@pytest.mark.parametrize("series", X86_64)
def test_makedumpfile(run: Run, tmp_path: Path, series: str) -> None:
    """The same counters and bytes, whether the note is in the dump or beside it."""
    if series == "7.3":
        dump = kind_of_guest("x86_64-7.3-5level") / "vmcore.elf"
    else:
        dump = guest("6.1.0-*" if series == "6.1" else "6.12.*") / "with-device.elf"
    found = pair(run, dump, tmp_path)
    own = tmp_path / "own.txt"
    own.write_bytes(find_note(str(dump)).text)
    for release in X86_64[series]:
        tool = release_of("makedumpfile", release)
        attached = filtered(tool, found.made)
        if release == "1.7.6":
            assert (attached.code, attached.counters["Free pages"]) == (0, 0)
        else:
            right(attached)
        same(attached, filtered(tool, found.own))
        if series == "6.12":
            beside = filtered(tool, found.bare, found.text)
            same(beside, filtered(tool, found.bare, own))
            assert beside.counters == ({} if release == "1.6.8" else attached.counters)


def test_drgn(run: Run, tmp_path: Path) -> None:
    folder = guest("6.12.*")
    kernel = vmlinux((folder / "release").read_text().strip())
    found = pair(run, folder / "with-device.elf", tmp_path)
    text = found.text.read_bytes()
    counted = [tasks(found.own, kernel), tasks(found.made, kernel)]
    counted += [tasks(found.bare, kernel, vmcoreinfo=text)]
    assert counted[0] == counted[1] == counted[2]
    assert len(counted[0]) > 40 and "swapper/0" not in counted[0]


def tasks(dump: Path, kernel: Path, **options: Any) -> list[str]:
    program = drgn.Program(**options)
    program.set_core_dump(str(dump))
    program.load_debug_info([str(kernel)])
    return sorted(task.comm.string_().decode() for task in for_each_task(program))


def test_arm64(run: Run, tmp_path: Path) -> None:
    """A kernel of 52 bits, which makedumpfile filters after `adapt` alone, with any note."""
    folder = kind_of_guest("arm64-7.3")
    tool = release_of("makedumpfile", "1.7.8", "arm64")
    found = pair(run, folder / "vmcore.elf", tmp_path)
    counted = [processes(found.own, folder), processes(found.made, folder)]
    counted += [processes(found.bare, folder, vmcoreinfo=found.text.read_bytes())]
    assert counted[0] == counted[1] == counted[2]
    assert "kthreadd" in counted[0] and len(counted[0]) > 40
    ran = []
    for dump in (found.own, found.made):
        adapted = tmp_path / "adapted"
        told = run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(adapted))
        assert told.code == 0, told.err
        ran.append(filtered(tool, adapted))
    right(ran[0])
    same(*ran)


def test_symbols_of_functions_alone(run: Run, tmp_path: Path) -> None:
    """Debian's arm64 6.1, without CONFIG_KALLSYMS_ALL: the three lines that are left out neither tool needs."""
    dump = guest("6.1.0-*", "arm64") / "with-device.elf"
    found = pair(run, dump, tmp_path)
    own = parse(find_note(str(dump)).text)
    name = own["SYMBOL(init_uts_ns)"] + own["OFFSET(uts_namespace.name)"]
    read = [kernel_release(path, name) for path in (found.own, found.made)]
    read.append(kernel_release(found.bare, name, vmcoreinfo=found.text.read_bytes()))
    assert read == [own["OSRELEASE"]] * 3
    for release in ("1.7.2", "1.7.8"):
        tool = release_of("makedumpfile", release, "arm64")
        ran = filtered(tool, found.made)
        right(ran)
        same(ran, filtered(tool, found.own))


def kernel_release(dump: Path, name: int, **options: Any) -> str:
    """Of new_utsname at a virtual address."""
    program = drgn.Program(**options)
    program.set_core_dump(str(dump))
    text: bytes = program.read_c_string(name + 2 * 65)
    return text.decode()


def processes(dump: Path, folder: Path, **options: Any) -> list[str]:
    """By the list that init_task is in, without debug information."""
    types = Btf((folder / "btf").read_bytes())
    types.load(["task_struct"])
    ((tasks,), (comm,)) = (types.offsets("task_struct", name) for name in ("tasks", "comm"))
    symbols = next(path for path in folder.glob("*kallsyms") if "without" not in path.name)
    (line,) = re.findall(r"^(\w+) . init_task$", symbols.read_text(), re.MULTILINE)
    program = drgn.Program(**options)
    program.set_core_dump(str(dump))
    names, first = [], int(line, 16) + tasks
    at = program.read_u64(first)
    while at != first:
        names.append(program.read_c_string(at - tasks + comm).decode())
        at = program.read_u64(at)
    return sorted(names)


@pytest.mark.parametrize("arch", ["amd64", "arm64"])
def test_raw_image(run: Run, tmp_path: Path, arch: str) -> None:
    """Of the moment of a dump that has the note: the same pages, the same tasks."""
    folder = guest("6.12.*", arch)
    text, made, own = (tmp_path / name for name in ("note.txt", "made", "own"))
    raw, dump = folder / "memory.raw", folder / "with-device.elf"
    assert run("synth", "--dump", str(raw), "-o", str(text)).code == 0
    start = [] if arch == "amd64" else ["--memory-start", "0x40000000"]
    assert run("attach", str(text), str(raw), *start, "-o", str(made)).code == 0
    assert processes(made, folder) == processes(dump, folder)
    run("attach", str(dump), str(dump), "-o", str(own))
    counters = []
    for copy in (made, own):
        adapted = copy
        if arch == "arm64":
            adapted = tmp_path / "adapted"
            run("adapt", str(copy), "--for", "makedumpfile@1.7.8", "-o", str(adapted))
        ran = filtered(release_of("makedumpfile", "1.7.8", arch), adapted)
        right(ran)
        counters.append(ran.counters)
    assert counters[0] == counters[1]
