# SPDX-License-Identifier: MIT
"""`find --what`: what a kernel has of itself in memory, listed and written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command import Run
from tests.debuginfo.memory import CONFIG, ikconfig, image, kernel_btf
from tests.dump.make import elf_of, kdump
from vmcoreinfo_codegen.dump import live

BANNER = b"Linux version 6.12.117 (gcc 14) #1 SMP Debian\n\0"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "memory.raw"
    btf = kernel_btf()
    parts = {0x8000: BANNER, 0x10000: btf, 0x80000: ikconfig(), 0x90000: ikconfig(b"CONFIG_A=y\n")}
    path.write_bytes(image(2 << 20, {**parts, 0x100000: btf, 0x180000: kernel_btf(">", 2800)}))
    return path


def test_btf(run: Run, raw: Path, tmp_path: Path) -> None:
    ran = run("find", str(raw), "--what", "btf")
    assert ran.code == 0
    size = len(kernel_btf())
    assert [line.split(maxsplit=5) for line in ran.out.splitlines()] == [
        ["#", "OFFSET", "BYTES", "TYPES", "BYTE", "ORDER  RELEASE"],
        ["1", "0x10000", str(size), "3006", "little", "6.12.117"],
        ["2", "0x100000", str(size), "3006", "little", "6.12.117  (the same as 1)"],
        ["3", "0x180000", str(len(kernel_btf(">", 2800))), "2806", "big", "6.12.117"],
    ]
    answer = run("find", str(raw), "--what", "btf", "--format", "json").json("find")
    assert answer["image"] == str(raw)
    assert answer["btf"][1] == {
        "physical": None, "offset": 0x100000, "bytes": size, "types": 3006,
        "byte_order": "little", "release": "6.12.117", "same_as": 1,
    }  # fmt: skip
    out = tmp_path / "btf"
    assert run("find", str(raw), "--what", "btf", "-o", str(out)).code == 0
    assert out.read_bytes() == kernel_btf()
    assert run("find", str(raw), "--what", "btf", "--number", "3", "-o", str(out)).code == 0
    assert out.read_bytes() == kernel_btf(">", 2800)
    ran = run("find", str(raw), "--what", "btf", "--number", "4")
    assert (ran.code, "3 BTF found, but number 4 was requested" in ran.err) == (1, True)


def test_config(run: Run, raw: Path) -> None:
    ran = run("find", str(raw), "--what", "config")
    assert ran.code == 0
    assert [line.split(maxsplit=4) for line in ran.out.splitlines()] == [
        ["#", "OFFSET", "BYTES", "OPTIONS", "TITLE"],
        ["1", "0x80000", str(len(CONFIG)), "3", "Linux/x86 6.12.117 Kernel Configuration"],
        ["2", "0x90000", "11", "1", "-"],
    ]
    answer = run("find", str(raw), "--what", "config", "--format", "json").json("find")
    assert [one["title"] for one in answer["configs"]] == [
        "Linux/x86 6.12.117 Kernel Configuration",
        None,
    ]
    assert run("find", str(raw), "--what", "config", "-o", "-").out == CONFIG.decode()
    assert run("find", str(raw), "--what", "config", "--number", "2").out == "CONFIG_A=y\n"


def test_dump_tells_physical_addresses(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "vmcore"
    path.write_bytes(elf_of({0x40000000: image(1 << 20, {0x10000: kernel_btf(), 0: ikconfig()})}))
    ran = run("find", str(path), "--what", "btf")
    assert (ran.code, ran.out.split()[1], ran.out.split()[8]) == (0, "PHYSICAL", "0x40010000")
    for what, key in (("btf", "btf"), ("config", "configs")):
        answer = run("find", str(path), "--what", what, "--format", "json").json("find")
        assert [one["offset"] for one in answer[key]] == [None]
    assert answer["configs"][0]["physical"] == 0x40000000


@pytest.mark.parametrize(
    ("what", "hint"), [("btf", "CONFIG_DEBUG_INFO_BTF"), ("config", "CONFIG_IKCONFIG")]
)
def test_none(run: Run, tmp_path: Path, what: str, hint: str) -> None:
    path = tmp_path / "memory.raw"
    path.write_bytes(bytes(100_000))
    for options in ([], ["-o", str(tmp_path / "out")]):
        ran = run("find", str(path), "--what", what, *options)
        assert (ran.code, ran.out, hint in ran.err) == (1, "", True)
    assert not (tmp_path / "out").exists()
    answer = run("find", str(path), "--what", what, "--format", "json").json("find")
    assert list(answer.values()) == [str(path), []]
    path.write_bytes(b"\xfd7zXZ\0" + bytes(100))
    ran = run("find", str(path), "--what", what)
    assert (ran.code, "it is compressed; unpack it first with xz" in ran.err) == (1, True)


def test_what_is_not_whole_is_told(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "memory.raw"
    data = bytearray(image(1 << 20, {0x10000: kernel_btf()}))
    data[0x12000:0x13000] = bytes(4096)
    path.write_bytes(data)
    ran = run("find", str(path), "--what", "btf")
    assert ran.code == 1
    assert "one begins at 0x10000" in ran.err
    assert "4096 bytes from 0x12000 on are not in the dump, or zeros" in ran.err


def test_what_has_no_memory_by_address(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = tmp_path / "kcore"
    running.write_bytes(b"")
    monkeypatch.setattr(live, "KCORE", str(running))
    cut = tmp_path / "kdump"
    cut.write_bytes(kdump())
    for path, message in (
        ("-", "<stdin>: memory can't be read from a pipe"),
        (pipe, "memory can't be read from a pipe"),
        (running, "the running kernel's memory; its BTF is /sys/kernel/btf/vmlinux"),
        (cut, "bytes of bitmaps at byte 8192 reach beyond the end"),
        (tmp_path, "a folder"),
        (tmp_path / "absent", "No such file"),
    ):
        ran = run("find", str(path), "--what", "btf")
        assert (ran.code, message in ran.err) == (2, True), ran.err


def test_btf_is_not_for_a_terminal(run: Run, raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    ran = run("find", str(raw), "--what", "btf", "--number", "1")
    assert (ran.code, "use -o FILE" in ran.err) == (2, True)
