# SPDX-License-Identifier: MIT
"""What crash of each Debian suite does without a vmlinux is what is predicted: with the note alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import altered, judged, releases_of
from tests.dump.real import GUESTS, Guest, guest, name_of

pytestmark = pytest.mark.long


def said(crash: Path, option: str, dump: Path) -> str:
    ran = subprocess.run(
        [crash, option, dump], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return (ran.stdout + ran.stderr).strip()


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_the_log(run: Run, which: Guest) -> None:
    """No release reads the ring buffer of 5.10 without a vmlinux, and each says so."""
    dump = guest(*which) / "with-device.kdump"
    for release, crash in releases_of("crash", which[1]).items():
        log = judged(run, dump, f"crash@{release}")["log without a vmlinux"]
        assert log["verdict"] == "fatal"
        assert log["seen"].partition(": ")[2] in said(crash, "--log", dump), release


@pytest.mark.parametrize("which", GUESTS, ids=name_of)
def test_the_release(run: Run, tmp_path: Path, which: Guest) -> None:
    """It is OSRELEASE that is printed, and without it unknown."""
    source = guest(*which) / "with-device.elf"
    release_of_guest = (source.parent / "release").read_text().strip()
    without = altered(source, tmp_path / "vmcore", ["OSRELEASE"])
    for release, crash in releases_of("crash", which[1]).items():
        for dump, printed in ((source, release_of_guest), (without, "unknown")):
            kernel = ("--kernel", release_of_guest)
            name = judged(run, dump, f"crash@{release}", *kernel)[
                "identify the kernel without a vmlinux"
            ]
            assert (name["verdict"] == "ok") == (printed != "unknown")
            assert said(crash, "--osrelease", dump) == printed, release


def test_a_longer_key_before_it(run: Run, tmp_path: Path) -> None:
    """Of a compressed dump crash takes XOSRELEASE for OSRELEASE, of an ELF dump it doesn't."""
    source = guest("6.12.*") / "with-device.elf"
    note, elf, kdump = (tmp_path / name for name in ("note", "vmcore.elf", "vmcore.kdump"))
    text = run("note", str(source)).out
    release = text.partition("\n")[0].removeprefix("OSRELEASE=")
    makedumpfile = list(releases_of("makedumpfile").values())[-1]
    for first, parsed, taken in (("", "ok", release), ("XOSRELEASE=0.0.1\n", "wrong", "0.0.1")):
        note.write_text(first + text)
        assert run("attach", str(note), str(source), "-o", str(elf)).code == 0
        subprocess.run(
            [makedumpfile, "-f", "-c", "-d", "31", elf, kdump], capture_output=True, check=True
        )
        for version, crash in releases_of("crash").items():
            found = judged(run, kdump, f"crash@{version}")
            assert found["parse the note"]["verdict"] == parsed
            assert said(crash, "--osrelease", kdump) == taken, version
            assert said(crash, "--osrelease", elf) == release, version
        elf.unlink()
        kdump.unlink()
