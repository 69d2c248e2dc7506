# SPDX-License-Identifier: MIT
"""What releases of drgn do with real dumps is what is predicted: they open them, and translate by the note."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import vmcoreinfo
from tests.command import Run
from tests.compat.real import altered, at_addresses, judged, shifts_of
from tests.compat.translation import check
from tests.dump.real import CACHE, GUESTS, Guest, guest, kind_of_guest, name_of
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

RELEASES = ["0.0.26", "0.0.27", "0.0.33", "0.2.0"]

OPEN = "import sys, drgn; program = drgn.Program(); program.set_core_dump(sys.argv[1])\n"


def installed(release: str) -> Path:
    """A release of drgn in a folder of its own, beside the one that the tests use."""
    folder = CACHE / "drgn" / f"{release}-{sys.implementation.cache_tag}"
    if not (folder / "drgn").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        made = subprocess.run(
            [*command, folder, f"drgn=={release}"], capture_output=True, text=True, check=False
        )
        if made.returncode:
            pytest.skip(f"drgn {release} can't be had: {made.stderr.strip().splitlines()[-1]}")
    return folder


def probe(release: str, text: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text, *arguments],
        env={**os.environ, "PYTHONPATH": str(installed(release))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_translation_by_the_note(
    run: Run, tmp_path: Path, which: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on dumps of every kernel, their notes whole and without entries."""
    tools = {f"drgn@{release}": installed(release) for release in RELEASES}
    check(run, which, tools, tmp_path, capsys)


READ = """
import sys, drgn
program = drgn.Program()
program.set_core_dump(sys.argv[1])
print(hex(program.read_u64(int(sys.argv[2], 16))))
"""


@pytest.mark.parametrize("name", ["arm64-7.3", "arm64-6.12-16k"])
def test_a_changed_width_maps_the_linear_map(run: Run, tmp_path: Path, name: str) -> None:
    """A kernel of 52 bits on a CPU without them; its tables are found by the addresses in the headers."""
    dump = kind_of_guest(name) / "vmcore.elf"
    info = vmcoreinfo.parse(find_note(str(dump)).text)
    place = f"{info['SYMBOL(mem_section)']:x}"
    moved = at_addresses(altered(dump, tmp_path / "whole"), tmp_path / "moved", shifts_of(dump)[0])
    right = probe("0.2.0", READ, moved, place).stdout
    assert right.startswith("0x")
    for release in ("0.0.26", "0.0.27"):
        before = probe(release, READ, moved, place)
        assert before.returncode == 1 and "address is not mapped" in before.stderr
        copy = tmp_path / "copy"
        adapted = run("adapt", str(moved), "--for", f"drgn@{release}", "-o", str(copy))
        assert (adapted.code, "~ NUMBER(VA_BITS)=" in adapted.err) == (0, True)
        assert probe(release, READ, copy, place).stdout == right
        copy.unlink()
    moved.unlink()


@pytest.mark.parametrize("key", ["KERNELOFFSET", "NUMBER(phys_base)", "BUILD-ID", "SYMBOL(_stext)"])
def test_a_value_that_is_no_number(run: Run, tmp_path: Path, key: str) -> None:
    """A release that reads the key opens no such dump, with the words that are predicted."""
    dump = guest("6.12.*") / "with-device.elf"
    text, made = tmp_path / "text", tmp_path / "made.elf"
    lines = run("note", str(dump)).out.splitlines(keepends=True)
    text.write_text("".join(f"{key}=zz\n" if x.startswith(f"{key}=") else x for x in lines))
    assert run("attach", str(text), str(dump), "-o", str(made)).code == 0
    for release in RELEASES:
        found = run("compat", str(made), "--consumer", f"drgn@{release}", "--format", "json")
        (read,) = [p for p in found.json("compat")["purposes"] if p["purpose"] == "parse the note"]
        read["verdict"] = read["worked_out"] or read["verdict"]
        opened = probe(release, OPEN, made)
        assert (opened.returncode == 0) == (read["verdict"] == "ok"), (release, opened.stderr)
        assert read["seen"] in opened.stderr
    made.unlink()


@pytest.mark.parametrize("release", RELEASES)
def test_the_last_line_is_lost(run: Run, tmp_path: Path, release: str) -> None:
    """Without the newline behind it, PAGESIZE is not there for drgn, and no dump opens."""
    dump = guest("6.12.*") / "with-device.elf"
    note = run("note", str(dump)).out.replace("PAGESIZE=4096\n", "")
    codes = []
    for ending in ("\n", ""):
        text, cut = tmp_path / "text", tmp_path / "cut.elf"
        text.write_text(f"{note}PAGESIZE=4096{ending}")
        assert run("attach", str(text), str(dump), "-o", str(cut)).code == 0
        opened = probe(release, OPEN, cut)
        found = judged(run, cut, f"drgn@{release}")
        assert (opened.returncode == 0) == (found["open the dump"]["verdict"] == "ok"), (
            opened.stderr
        )
        codes.append(opened.returncode)
        cut.unlink()
    assert codes == [0, 1]
