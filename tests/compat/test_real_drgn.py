# SPDX-License-Identifier: MIT
"""What releases of drgn do with real dumps is what is predicted: they open them, and translate by the note."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import has_addresses
from tests.dump.real import CACHE, guest

pytestmark = pytest.mark.long

RELEASES = ["0.0.26", "0.0.27", "0.0.33", "0.2.0"]

PROBE = r"""
import re, sys, drgn
program = drgn.Program()
program.set_core_dump(sys.argv[1])
text = program["VMCOREINFO"].string_()
address = int(re.search(rb"SYMBOL\(init_uts_ns\)=([0-9a-f]+)", text)[1], 16)
assert program.read(address, 5) == b"Linux"
"""


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


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("kernel", ["6.1.0-*", "6.12.*"])
def test_translation_by_the_note(run: Run, release: str, kernel: str) -> None:
    dump = guest(kernel) / "with-device.elf"
    found = run("compat", str(dump), "--consumer", f"drgn@{release}", "--format", "json").json(
        "compat"
    )
    purposes = {p["purpose"]: p["verdict"] for p in found["purposes"]}
    assert purposes["open the dump"] == purposes["page tables"] == "ok"
    by_note = purposes["place of the kernel image"] == "ok"
    environment = {**os.environ, "PYTHONPATH": str(installed(release))}
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, dump],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode == 0) == (by_note or has_addresses(dump)), ran.stderr
    if ran.returncode:
        assert "recursive address translation" in ran.stderr


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
        found = run("compat", str(cut), "--consumer", f"drgn@{release}", "--format", "json")
        purposes = {p["purpose"]: p["verdict"] for p in found.json("compat")["purposes"]}
        opened = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, drgn; drgn.Program().set_core_dump(sys.argv[1])",
                cut,
            ],
            env={**os.environ, "PYTHONPATH": str(installed(release))},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (opened.returncode == 0) == (purposes["open the dump"] == "ok"), opened.stderr
        codes.append(opened.returncode)
        cut.unlink()
    assert codes == [0, 1]
