# SPDX-License-Identifier: MIT
"""The tools of Debian's suites, side by side."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.command import ROOT
from tests.dump.real import CACHE, locked
from vmcoreinfo_codegen.dump import elf
from vmcoreinfo_codegen.dump.source import File


def releases_of(tool: str) -> dict[str, Path]:
    """The command of each release that a suite has; skips where none can be had."""
    folder = CACHE / "consumer-tools"
    with locked("consumer-tools"):
        made = subprocess.run(
            [ROOT / "tests/consumer-tools", folder], capture_output=True, text=True, check=False
        )
    if made.returncode == 2:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr
    found = {path.name.partition("-")[2]: path for path in sorted(folder.glob(f"{tool}-*"))}
    if not found:
        pytest.skip(f"no suite has {tool}")
    return found


def vmlinux(release: str) -> Path:
    """A kernel of Debian's with its debug information; skips where it can't be had."""
    folder = CACHE / "kernel-debug"
    with locked("kernel-debug"):
        made = subprocess.run(
            [ROOT / "tests/kernel-debug", folder, release],
            capture_output=True,
            text=True,
            check=False,
        )
    if made.returncode == 2:
        pytest.skip(made.stderr.strip().splitlines()[-1])
    assert made.returncode == 0, made.stderr
    return folder / f"vmlinux-{release}"


def has_addresses(dump: Path) -> bool:
    """Whether program headers say where the kernel ran; those of QEMU have physical addresses."""
    with File(str(dump)) as source:
        segments = elf.open_elf(source).segments()
        return any(s.virtual >> 63 for s in segments if s.type == elf.PT_LOAD)
