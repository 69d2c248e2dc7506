# SPDX-License-Identifier: MIT
"""Real dumps and real tools for the long tests: found or made, else the test is skipped by name."""

from __future__ import annotations

import fcntl
import lzma
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.dump.attach import attach

CORES = ROOT.parent / "shared" / "cores"
CACHE = Path.home() / ".cache" / "vmcoreinfo"


def core(name: str) -> Path:
    """A file of `../shared/cores`, unpacked where it is packed."""
    path = CORES / name
    if path.exists():
        return path
    packed = path.with_name(f"{name}.xz")
    if not packed.exists():
        pytest.skip(f"{name} is not in {CORES}")
    unpacked = CACHE / "cores" / name
    unpacked.parent.mkdir(parents=True, exist_ok=True)
    with locked("cores"):
        if not unpacked.exists():
            partial = unpacked.with_suffix(".partial")
            with lzma.open(packed) as source, partial.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            partial.replace(unpacked)
    return unpacked


def guest(glob: str) -> Path:
    """The folder with dumps of a Debian kernel booted in QEMU."""
    folder = CACHE / f"guest-{re.sub(r'[^0-9.]', '', glob).strip('.')}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked("guest"):
        made = subprocess.run(
            [ROOT / "tests/guest-dumps", folder, glob], capture_output=True, text=True, check=False
        )
    if made.returncode == 2:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr[-2000:]
    return folder


class locked:
    """The tests run in several processes, and one of them makes what all use."""

    def __init__(self, name: str) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        self._file = (CACHE / f"{name}.lock").open("w")

    def __enter__(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def without_note(dump: Path, folder: Path) -> Path:
    out = folder / "without-note.elf"
    attach(None, str(dump), str(out))
    return out


_COUNTER = re.compile(r"^ *([A-Z][\w -]+?) *: (0x[0-9a-f]{16})$", re.MULTILINE)


def filtered(dump: Path, folder: Path, note: Path | None = None) -> dict[str, int]:
    """What makedumpfile counts when it filters a dump at level 31, with `note` given by -i."""
    if not shutil.which("makedumpfile"):
        pytest.skip("makedumpfile is not here")
    out = folder / "filtered.kdump"
    given: list[str | Path] = ["-i", note] if note else []
    ran = subprocess.run(
        [
            "makedumpfile", "-f", "-c", "-d", "31", "--message-level", "31",
            *given, dump, out,
        ],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0, (ran.stdout + ran.stderr)[-2000:]
    counters = _COUNTER.findall((ran.stdout + ran.stderr).replace("\r", "\n"))
    return {name: int(number, 16) for name, number in counters}
