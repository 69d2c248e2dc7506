# SPDX-License-Identifier: MIT
"""What crash of each Debian suite does without a vmlinux is what is predicted: with the note alone."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import releases_of
from tests.dump.real import guest

pytestmark = pytest.mark.long


def said(crash: Path, option: str, dump: Path) -> str:
    ran = subprocess.run(
        [crash, option, dump], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    return (ran.stdout + ran.stderr).strip()


def purposes(run: Run, release: str, dump: Path) -> dict[str, tuple[str, str]]:
    consumer = f"crash@{release}"
    found = run("compat", str(dump), "--consumer", consumer, "--format", "json").json("compat")
    return {p["purpose"]: (p["verdict"], p["seen"]) for p in found["purposes"]}


@pytest.mark.parametrize("kernel", ["6.1.0-*", "6.12.*"])
def test_the_log(run: Run, kernel: str) -> None:
    """No release reads the ring buffer of 5.10 without a vmlinux, and each says so."""
    dump = guest(kernel) / "with-device.kdump"
    for release, crash in releases_of("crash").items():
        verdict, seen = purposes(run, release, dump)["log without a vmlinux"]
        assert verdict == "degraded"
        assert seen.partition(": ")[2] in said(crash, "--log", dump), release


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
            assert purposes(run, version, kdump)["parse the note"][0] == parsed
            assert said(crash, "--osrelease", kdump) == taken, version
            assert said(crash, "--osrelease", elf) == release, version
        elf.unlink()
        kdump.unlink()
