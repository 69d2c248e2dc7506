# SPDX-License-Identifier: MIT
"""`/proc/kcore`: what of it is memory is looked through, and no copy of it is made."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from tests.command import Run
from tests.dump.make import TEXT, elf
from vmcoreinfo_codegen.dump import live
from vmcoreinfo_codegen.dump.kcore import memory_in
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.source import File

PAGE = 4096
IMAGE, RAM, NOTHING = 4 * PAGE, 8 * PAGE, 32 * PAGE
OTHER = TEXT.replace(b"6.12.0", b"5.10.0")


def kcore(path: Path, bits: int = 64, physical: bool = True) -> None:
    """Two pages of the image, which is in memory too, 16 of memory, and addresses without any.

    In memory is a note, at physical address 0x13000, and in what is none another one.
    """
    none = (1 << bits) - 1
    data = bytearray(elf(None, bits, segments=4).ljust(IMAGE, b"\0"))
    at, size = {64: (64, 56), 32: (52, 32)}[bits]
    segments = [
        (IMAGE, 0x12000, 2 * PAGE),
        (RAM, 0x10000, 16 * PAGE),
        (NOTHING, none, 1 << (46 if bits == 64 else 31)),
    ]
    for number, (offset, where, length) in enumerate(segments, 1):
        where = where if physical else 0
        if bits == 64:
            fields: tuple[int, ...] = (
                1,
                7,
                offset,
                offset + (1 << 63),
                where,
                length,
                length,
                PAGE,
            )
        else:
            fields = (1, offset, offset, where, length, length, 7, PAGE)
        struct.pack_into("<IIQQQQQQ" if bits == 64 else "<8I", data, at + number * size, *fields)
    page = build(TEXT, "<").ljust(PAGE, b"\0")
    data += bytes(PAGE) + page + bytes(2 * PAGE)
    data += bytes(3 * PAGE) + page + bytes(12 * PAGE)
    path.write_bytes(bytes(data.ljust(NOTHING, b"\0")) + build(OTHER, "<"))


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in place of `/proc/kcore`, by another path."""
    path = tmp_path / "kcore"
    kcore(path)
    monkeypatch.setattr(live, "KCORE", str(path))
    link = tmp_path / "link"
    link.symlink_to(path)
    return link


@pytest.mark.parametrize("bits", [32, 64])
def test_memory_is_what_has_a_physical_address_each_page_once(bits: int, tmp_path: Path) -> None:
    kcore(tmp_path / "kcore", bits)
    with File(str(tmp_path / "kcore")) as source:
        parts = memory_in(source)
        assert sum(end - start for start, end in parts) == 16 * PAGE
        assert all(end <= NOTHING for _, end in parts)
        memory = PhysicalMemory(source)
        assert list(memory.find(TEXT)) == [0x13000 + 24]
        assert list(memory.find(OTHER)) == []


def test_a_kernel_that_does_not_say_what_is_memory(tmp_path: Path) -> None:
    kcore(tmp_path / "kcore", physical=False)
    with File(str(tmp_path / "kcore")) as source, pytest.raises(DumpError) as error:
        memory_in(source)
    assert "this kernel does not show which parts are memory" in str(error.value)
    assert "'vmcoreinfo note live'" in str(error.value)


def test_find_ends(run: Run, running: Path) -> None:
    """Of the file all is there, so what ends it is that the rest is no memory."""
    answer = run("find", str(running), "--format", "json").json("find")
    (note,) = answer["notes"]
    assert (note["physical"], note["release"], note["place"]) == (0x13000 + 24, "6.12.0", "note")
    copy = running.with_name("copy")
    os.link(running.resolve(), copy)
    assert len(run("find", str(copy), "--format", "json").json("find")["notes"]) == 1


def test_find_in_a_dump_looks_everywhere(run: Run, tmp_path: Path) -> None:
    kcore(tmp_path / "vmcore")
    answer = run("find", str(tmp_path / "vmcore"), "--format", "json").json("find")
    assert sorted(note["release"] for note in answer["notes"]) == ["5.10.0", "6.12.0", "6.12.0"]


def test_find_in_an_old_kernel_says_what_to_do(run: Run, running: Path) -> None:
    kcore(running, physical=False)
    ran = run("find", str(running))
    assert (ran.code, "use 'vmcoreinfo note live' for the note" in ran.err) == (2, True)


@pytest.mark.parametrize("name", ["live", "kcore", "link"])
def test_no_copy_is_made_of_it(name: str, run: Run, running: Path, tmp_path: Path) -> None:
    running.write_bytes(elf())
    path = name if name == "live" else str(tmp_path / name)
    out = tmp_path / "copy"
    for verb in (
        ("adapt", path, "--for", "makedumpfile@1.7.8", "--arch", "x86_64", "-o", str(out)),
        ("attach", path, path, "-o", str(out)),
    ):
        ran = run(*verb)
        assert (ran.code, ran.out, out.exists()) == (2, "", False)
        assert ran.err.startswith(f"vmcoreinfo: error: {path}: the running kernel's memory")
        assert ran.err.count("\n") == 1


def test_adapt_of_the_running_kernel(run: Run, running: Path) -> None:
    running.write_bytes(elf())
    ran = run(
        "adapt", "live", "--for", "makedumpfile@1.7.8", "--arch", "x86_64", "--format", "json"
    )
    assert ran.json("adapt")["format"] == "elf"
    ran = run("adapt", "-", "--for", "drgn", "--arch", "x86_64", "-o", "copy", stdin=elf())
    assert (ran.code, "<stdin>: only a file can be copied" in ran.err) == (2, True)
