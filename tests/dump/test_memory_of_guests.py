# SPDX-License-Identifier: MIT
"""Memory of real dumps: whatever a guest's was compressed and filtered by, it is what the ELF dump has."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import releases_of
from tests.dump.real import guest, kind_of_guest
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.pages import read_pages
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.search import ALL, Piece
from vmcoreinfo_codegen.dump.source import File

pytestmark = pytest.mark.long

MIB = 1 << 20
OF_QEMU = [
    "x86_64-5.10", "x86_64-6.12", "x86_64-7.3-5level", "arm64-7.3", "arm64-6.12-16k",
]  # fmt: skip
FILTERED = [("x86_64-6.12", "amd64"), ("s390x-6.12", "s390x")]
# Debian builds makedumpfile without snappy, and without it -p writes pages as they are.
COMPRESSED = ["-c", "-l", "-z", "-p", "-F"]
NEEDLES = [b"Linux version ", b"IKCFG_ST", b"\x9f\xeb\x01\x00", b"\xeb\x9f\x00\x01"]


def pieces_of(dump: Path) -> Iterator[Piece]:
    with File(str(dump)) as file:
        memory = PhysicalMemory(file)
        for piece in memory._held.pieces(ALL[0]):
            data = memory.read(piece.start, piece.size)
            assert data == (bytes(piece.size) if piece.data is None else piece.data)
            yield piece._replace(data=data)


def holds_the_same(dump: Path, of: Path) -> int:
    """Bytes of the memory, each as in the ELF dump, and found in the same places."""
    reached = size = 0
    with File(str(of)) as file, File(str(dump)) as other:
        whole, memory = PhysicalMemory(file), PhysicalMemory(other)
        for piece in pieces_of(dump):
            assert piece.start >= reached
            assert whole.read(piece.start, piece.size) == piece.data
            reached = piece.start + piece.size
            size += piece.size
        hits = [
            (place, needle)
            for place, needle in whole.find_all(NEEDLES)
            if memory.read(place, len(needle)) == needle
        ]
        assert hits
        assert list(memory.find_all(NEEDLES)) == hits
    return size


def synthesised(run: Run, folder: Path, dump: Path, out: Path) -> bytes:
    facts = json.loads((folder / "facts.json").read_text())
    ran = run(
        "synth", "--kernel", facts["kernel"], "--arch", facts["arch"], "--btf", str(folder / "btf"),
        "--symbols", str(folder / "kallsyms"), "--config", str(folder / "config"), "--dump", str(dump),
        "-o", str(out),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    return out.read_bytes()


@pytest.mark.parametrize("name", OF_QEMU)
def test_of_qemu(run: Run, tmp_path: Path, name: str) -> None:
    folder = kind_of_guest(name)
    dump, whole = folder / "vmcore.kdump", folder / "vmcore.elf"
    assert holds_the_same(dump, whole) >= 128 * MIB
    made = [synthesised(run, folder, one, tmp_path / "note") for one in (dump, whole)]
    assert made[0] == made[1]


def test_flattened_by_qemu() -> None:
    folder = guest("6.12.*")
    assert holds_the_same(folder / "with-device.kdump", folder / "with-device.elf") >= 128 * MIB


@pytest.mark.parametrize(("name", "arch"), FILTERED)
def test_filtered_by_makedumpfile(run: Run, tmp_path: Path, name: str, arch: str) -> None:
    """At level 31, compressed in each way, and flattened: the same note, line by line."""
    folder = kind_of_guest(name)
    whole, tool = folder / "vmcore.elf", releases_of("makedumpfile", arch)["1.7.8"]
    note = synthesised(run, folder, whole, tmp_path / "note")
    assert len(note.splitlines()) > 80
    for option in COMPRESSED:
        dump = tmp_path / f"dump{option}"
        if option == "-F":
            with dump.open("wb") as out:
                subprocess.run(
                    [tool, "-c", "-d", "31", option, whole],
                    stdout=out,
                    check=True,
                    stderr=subprocess.PIPE,
                )
        else:
            subprocess.run([tool, option, "-d", "31", whole, dump], check=True, capture_output=True)
        assert MIB < holds_the_same(dump, whole) < whole.stat().st_size / 2
        assert synthesised(run, folder, dump, tmp_path / "made") == note, option


def test_zeros_are_never_left_out(tmp_path: Path) -> None:
    """Level 1 leaves out no page that level 0 has; what both leave out is offline or poisoned."""
    whole = kind_of_guest("x86_64-6.12") / "vmcore.elf"
    for release, tool in releases_of("makedumpfile").items():
        dumps = []
        for level in ("0", "1"):
            dump = tmp_path / level
            dump.unlink(missing_ok=True)
            ran = subprocess.run(
                [tool, "-c", "-d", level, whole, dump], check=False, capture_output=True
            )
            dumps += [read_pages(str(dump), 64)] if ran.returncode == 0 else []
        if len(dumps) == 2:
            assert dumps[0].bitmap == dumps[1].bitmap, release


def test_elf_that_makedumpfile_filtered(run: Run, tmp_path: Path) -> None:
    folder = kind_of_guest("x86_64-6.12")
    dump, tool = tmp_path / "dump", releases_of("makedumpfile")["1.7.8"]
    with dump.open("wb") as out:
        command: list[str | Path] = [tool, "-E", "-d", "31", "-F", folder / "vmcore.elf"]
        subprocess.run(command, stdout=out, check=True, stderr=subprocess.PIPE)
    assert holds_the_same(dump, folder / "vmcore.elf") > 32 * MIB
    made = [
        synthesised(run, folder, one, tmp_path / "note") for one in (dump, folder / "vmcore.elf")
    ]
    assert made[0] == made[1]


def test_one_of_several(tmp_path: Path) -> None:
    """makedumpfile --split, and what puts them together."""
    folder = kind_of_guest("x86_64-6.12")
    tool = releases_of("makedumpfile")["1.7.8"]
    parts, dump = [tmp_path / "part1", tmp_path / "part2"], tmp_path / "dump"
    subprocess.run(
        [tool, "-c", "-d", "31", "--split", folder / "vmcore.elf", *parts],
        check=True,
        capture_output=True,
    )
    for part in parts:
        with File(str(part)) as file, pytest.raises(DumpError, match="one of several files"):
            PhysicalMemory(file)
    subprocess.run([tool, "--reassemble", *parts, dump], check=True, capture_output=True)
    assert holds_the_same(dump, folder / "vmcore.elf") > 32 * MIB
