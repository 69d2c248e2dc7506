# SPDX-License-Identifier: MIT
"""The distributions as users get them: wheels, source distributions, and fresh environments."""

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
from tests.unpacking import unpack

PARSER = ROOT / "generated" / "python"
"""The project of the distribution `vmcoreinfo`; the project of `vmcoreinfo-codegen` is ROOT."""

_UNREACHABLE = "No matching distribution found"


def skip_without_index(said: str) -> None:
    """Skip if pip, or the program that ran it, found no package index."""
    if _UNREACHABLE in said:
        wanted = said.partition(_UNREACHABLE)[2].splitlines()[0].removeprefix(" for ")
        pytest.skip(f"no package index within reach: {wanted} can't be had")


def wheel(folder: Path, project: Path) -> Path:
    """The wheel of a project, built without the network into an empty or new folder."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(folder), str(project)], check=True)
    (built,) = folder.glob("*.whl")
    return built


def unpacked_sdist(folder: Path, project: Path) -> Path:
    """The source distribution of a project, built and unpacked; returns the folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(folder)]
    subprocess.run(build, cwd=project, capture_output=True, check=True)
    (built,) = folder.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        unpack(archive, folder)
    return folder / built.name.removesuffix(".tar.gz")


def python_at_hand(minor: int) -> str | None:
    """A Python 3.MINOR: the running one, in PATH or of pyenv."""
    if sys.version_info[:2] == (3, minor):
        return sys.executable
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for path in (shutil.which(name), *map(str, pyenv.glob(f"versions/3.{minor}.*/bin/{name}"))):
        # pyenv has shims even for releases that are not installed.
        if path and not subprocess.run([path, "-V"], capture_output=True).returncode:
            return path
    return None


def environment(folder: Path, *arguments: str) -> Path:
    """A fresh virtual environment after `pip install ARGUMENTS`; skips if there is no index."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    ran = subprocess.run([*pip, "install", "--quiet", *arguments], capture_output=True, text=True)
    if ran.returncode:
        skip_without_index(ran.stderr)
    assert ran.returncode == 0, ran.stderr
    return folder


def program(name: str) -> str:
    """The path of a system program; skips if it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} here; tests/setup installs it")
    return found


def said(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Standard output of a command that has to end with exit code `code`."""
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout
