# SPDX-License-Identifier: MIT
"""Real dumps and real tools for the long tests: found or made, else the test is skipped."""

from __future__ import annotations

import fcntl
import lzma
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.dump.attach import attach

CORES = ROOT.parent / "shared" / "cores"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vmcoreinfo"


def core(name: str) -> Path:
    """A file in `../shared/cores`, unpacked if it is compressed."""
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


# Debian kernels that tests/guest-dumps boots: glob, architecture, CPU. The arm64 kernel of 6.12 is
# built for 52-bit addresses, which the last CPU supports and the first does not.
Guest = tuple[str, str, str]
GUESTS: list[Guest] = [
    ("6.1.0-*", "amd64", ""),
    ("6.12.*", "amd64", ""),
    ("6.1.0-*", "arm64", ""),
    ("6.12.*", "arm64", ""),
    ("6.12.*", "arm64", "max,pauth-impdef=on"),
]


def name_of(guest: Guest) -> str:
    return " ".join(filter(None, guest))


def guest(glob: str, arch: str = "amd64", cpu: str = "") -> Path:
    """The folder with dumps of a Debian kernel booted in QEMU; `cpu` is by default QEMU's usual
    one.
    """
    name = [] if arch == "amd64" else [arch]
    name += [re.sub(r"[^0-9.]", "", glob).strip("."), *re.findall(r"^\w+", cpu)]
    folder = CACHE / "-".join(["guest", *name])
    folder.parent.mkdir(parents=True, exist_ok=True)
    prepared("guest-dumps", folder, glob, arch, *([cpu] if cpu else []))
    return folder


def kind_of_guest(name: str) -> Path:
    """The folder of a guest of tests/guest_kinds.py, with a dump that has pages of every kind."""
    prepared("guest_boots.py", CACHE / "guests", name)
    return CACHE / "guests" / name


def prepared(script: str, folder: Path, *arguments: str) -> None:
    """Run a script of tests/ that fills a folder; skips with its message if that is not possible.

    Tests run in several processes: one of them makes the files for all.
    """
    path = ROOT / "tests" / script
    with locked(path.name):
        made = subprocess.run(
            [*([sys.executable] if path.suffix == ".py" else []), path, folder, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode == 2:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr[-2000:]


class locked:
    """A lock between the processes of the tests, so that only one makes the files for all."""

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


def filtered(
    dump: Path, folder: Path, note: Path | None = None, tool: str | Path = "makedumpfile"
) -> dict[str, int]:
    """The page counts of makedumpfile when it filters a dump at level 31, with `note` given by
    -i.
    """
    if not shutil.which(tool):
        pytest.skip("makedumpfile is not here")
    out = folder / "filtered.kdump"
    given: list[str | Path] = ["-i", note] if note else []
    ran = subprocess.run(
        [
            tool, "-f", "-c", "-d", "31", "--message-level", "31",
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
