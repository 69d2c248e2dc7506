# SPDX-License-Identifier: MIT
"""What releases of drgn do with real dumps is what is predicted: they open them, and translate by the note."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import (
    GUESTS,
    Guest,
    altered,
    at_addresses,
    judged,
    name_of,
    shifts_of,
    stops,
)
from tests.dump.real import CACHE, guest
from vmcoreinfo_codegen.dump.reader import find_note

pytestmark = pytest.mark.long

RELEASES = ["0.0.26", "0.0.27", "0.0.33", "0.2.0"]

OPEN = "import sys, drgn; program = drgn.Program(); program.set_core_dump(sys.argv[1])\n"
# What is at the virtual address is what is at the physical one.
READ = (
    OPEN
    + "v, p = (int(a, 16) for a in sys.argv[2:]); "
    + ("assert program.read(v, 64) == program.read(p, 64, True) != bytes(64)\n")
)
NAME = OPEN + "assert b'Linux' in program.read(int(sys.argv[2], 16), 16)\n"

PURPOSES = [
    "open the dump",
    "page tables",
    "width of addresses",
    "addresses of a 52-bit kernel on a 48-bit CPU",
    "place of the kernel image",
    "page table by its physical address",
]
NUMBERS = [f"NUMBER({name})" for name in ("TCR_EL1_T1SZ", "VA_BITS", "kimage_voffset")]
ALTERED: dict[str, list[list[str]]] = {
    "amd64": [[], ["SYMBOL(swapper_pg_dir)"], ["NUMBER(phys_base)"]],
    "arm64": [[], ["SYMBOL(swapper_pg_dir)"], *([key] for key in NUMBERS), NUMBERS[:2]],
}


def installed(release: str) -> Path:
    """A release of drgn in a folder of its own, beside the one that the tests use."""
    folder = CACHE / "drgn" / release
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


def symbol(dump: Path, name: str) -> int:
    found = re.search(
        rb"^SYMBOL\(%s\)=([0-9a-f]+)$" % name.encode(), find_note(str(dump)).text, re.M
    )
    assert found
    return int(found[1], 16)


def dumps_of(source: Path, arch: str, folder: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """Dumps of one guest, by name, with what the probe is to do with each.

    Through QEMU's headers a name in the image is read. Where headers have the addresses of
    the image those need no tables, and a place in the linear map is read.
    """
    name = [NAME, f"{symbol(source, 'init_uts_ns'):x}"]
    for without in ALTERED[arch]:
        title = f"without {' '.join(without)}" if without else "as it is"
        copy = altered(source, folder / "altered.elf", without)
        yield title, copy, name
        if arch == "arm64":
            image, linear = shifts_of(source)
            place = symbol(source, "mem_section")
            physical = (place - linear) % (1 << 64)
            moved = at_addresses(copy, folder / "moved.elf", image)
            yield f"{title}, with addresses", moved, [READ, f"{place:x}", f"{physical:x}"]


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_translation_by_the_note(
    run: Run, tmp_path: Path, which: Guest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every release on dumps of every kernel, their notes whole and without entries."""
    rows, wrong = [], []
    for title, dump, (text, *arguments) in dumps_of(
        guest(*which) / "with-device.elf", which[1], tmp_path
    ):
        for release in RELEASES:
            found = judged(run, dump, f"drgn@{release}")
            bad = [p for p in PURPOSES if p in found and stops(found[p], dump)]
            ran = probe(release, text, dump, *arguments)
            last = (ran.stderr.strip().splitlines() or ["works"])[-1]
            rows.append(f"{release:7} {title}: predicted {', '.join(bad) or 'to work'}; {last}")
            if (ran.returncode == 0) == bool(bad):
                wrong.append(rows[-1])
    with capsys.disabled():
        print(f"\n{name_of(which)}: drgn\n" + "\n".join(rows))
        print(f"{len(rows) - len(wrong)} of {len(rows)} cells agree")
    assert not wrong
    assert len(rows) >= len(RELEASES) * len(ALTERED[which[1]])


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
