# SPDX-License-Identifier: MIT
"""Of a compressed dump tools take from its header what its note lacks, or stop, as is predicted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.real import altered, judged, releases_of, renamed
from tests.compat.test_real_drgn import RELEASES, installed
from tests.compat.translation import opened
from tests.dump.real import GUESTS, Guest, core, guest

pytestmark = pytest.mark.long

PLACE = {
    "amd64": ("NUMBER(phys_base)", "location of the kernel image", "fallback"),
    "arm64": ("NUMBER(kimage_voffset)", "page table by its physical address", "fatal"),
}


def filtered(which: Guest, folder: Path) -> Path:
    """What Debian's makedumpfile makes of a guest's dump; QEMU's own kdumps drgn does not open."""
    releases = releases_of("makedumpfile", which[1])
    source, out = altered(guest(*which) / "with-device.elf", folder / "elf"), folder / "kdump"
    for tool in reversed(releases.values()):
        ran = subprocess.run(
            [tool, "-f", "-c", "-d", "1", source, out], capture_output=True, check=False
        )
        if ran.returncode == 0:
            source.unlink()
            return out
    pytest.skip(f"no release of makedumpfile here filters the dump of {which[0]}")


@pytest.mark.parametrize("which", [GUESTS[1], GUESTS[2]], ids=["amd64", "arm64"])
def test_drgn(run: Run, tmp_path: Path, which: Guest) -> None:
    key, purpose, verdict = PLACE[which[1]]
    dump = filtered(which, tmp_path)
    lacking = renamed(dump, tmp_path / "lacking", key)
    for release in RELEASES:
        assert judged(run, lacking, f"drgn@{release}")[purpose]["verdict"] == verdict
        cells = opened(run, f"drgn@{release}", installed(release), dump, key, code=0)
        assert [cell["came"] == "fatal" for cell in cells] == [False, verdict == "fatal"]


def test_makedumpfile(run: Run, tmp_path: Path) -> None:
    dump = core("x86_64-6.12.117+deb13-cloud-amd64.kdump")
    lacking = renamed(dump, tmp_path / "lacking", "NUMBER(phys_base)")
    for release, tool in releases_of("makedumpfile").items():
        place = judged(run, lacking, f"makedumpfile@{release}")["location of the kernel image"]
        assert place["verdict"] == "fallback"
        command: list[str | Path] = [tool, "-f", "--dump-dmesg", lacking, tmp_path / "log"]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert (tmp_path / "log").read_text().startswith("[    0.000000] ")
