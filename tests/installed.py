# SPDX-License-Identifier: MIT
"""The project as users get it: its wheel, its source distribution, and a fresh environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

from tests.conftest import ROOT

_UNREACHABLE = "No matching distribution found"


def skip_without_index(said: str) -> None:
    """Skip where pip, or what ran it, says that it found no package index."""
    if _UNREACHABLE in said:
        wanted = said.partition(_UNREACHABLE)[2].splitlines()[0].removeprefix(" for ")
        pytest.skip(f"no package index within reach: {wanted} can't be had")


def wheel(folder: Path) -> Path:
    """The wheel, built here without the network."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (built,) = folder.glob("vmcoreinfo-*.whl")
    return built


def unpacked_sdist(folder: Path) -> Path:
    """The source distribution, built here, as the folder that it unpacks to."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, capture_output=True, check=True)
    (built,) = folder.glob("vmcoreinfo-*.tar.gz")
    with tarfile.open(built) as archive:
        archive.extractall(folder, filter="data")
    return folder / built.name.removesuffix(".tar.gz")


def environment(folder: Path, *arguments: str) -> Path:
    """A fresh virtual environment after `pip install ARGUMENTS`; skips where no index is."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    ran = subprocess.run([*pip, "install", "--quiet", *arguments], capture_output=True, text=True)
    if ran.returncode:
        skip_without_index(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    return folder


def program(name: str) -> str:
    """A program of the system; skips where it is not there."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here; tests/setup installs it")
    return found


def said(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Standard output of a command that ends with that exit code."""
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout
