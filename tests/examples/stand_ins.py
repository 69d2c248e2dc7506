# SPDX-License-Identifier: MIT
"""The stand-ins, built from a copy, and their output."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.examples.layout import VENV

SOURCES = ROOT / "examples" / "stand-ins"


def make(folder: Path, compiler: str, *options: str) -> Path:
    if not (shutil.which("make") and shutil.which(compiler)):
        pytest.skip(f"needs make and {compiler}")
    sources = folder / "sources"
    shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("build"))
    command = f"VMCOREINFO={VENV / 'bin/vmcoreinfo'}"
    made = subprocess.run(
        ["make", "-C", sources, command, f"CC={compiler}", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return sources / "build"


def output(*command: str | Path) -> str:
    ran = subprocess.run(command, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")[-2000:]
    return ran.stdout.decode(errors="replace")


def values(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())
