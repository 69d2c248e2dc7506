# SPDX-License-Identifier: MIT
"""A copy of an example in its own tree, with the parts of the project that it looks for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed import program

# Files that are not in a clean clone, but left by a build in the example's folder.
_BUILT = shutil.ignore_patterns(
    "build", "build-aux", "autom4te.cache", "aclocal.m4", "configure", "configure~", "Makefile.in"
)
TOOLS = {
    "make": ("make", "gcc"),
    "cmake": ("cmake", "make", "gcc"),
    "meson": ("meson", "ninja", "gcc"),
    "autotools": ("autoreconf", "automake", "pkg-config", "make", "gcc"),
    "python-vendored": (),
    "drgn": ("xz",),
}
"""The examples, and the programs needed to build and run each."""
_FLAGS = "-O0 -Wall -Wextra -Wconversion -Werror"
VENV = Path(sys.executable).parent.parent


def example(name: str, tree: Path) -> Path:
    """The folder of a copy, below a tree with the project's `.venv`, `cmake` and `tests`."""
    for tool in TOOLS[name]:
        program(tool)
    if not (VENV / "bin/vmcoreinfo").exists():
        pytest.skip("the command is not installed")
    folder = tree / "examples" / name
    shutil.copytree(ROOT / "examples" / name, folder, ignore=_BUILT)
    (tree / "cmake").symlink_to(ROOT / "cmake")
    (tree / "tests").symlink_to(ROOT / "tests")
    (tree / ".venv").symlink_to(VENV)
    return folder


def with_schema(tree: Path) -> Path:
    """Copy the schema, and let the command in the tree's `.venv` read the copy."""
    (tree / ".venv").unlink()
    command = tree / ".venv/bin/vmcoreinfo"
    command.parent.mkdir(parents=True)
    command.write_text(
        f'#!/bin/sh\nexec "{VENV}/bin/vmcoreinfo" "$@" --schema "{tree / "schema"}"\n'
    )
    command.chmod(0o755)
    # A copy, as pkg-config would follow a link to the other command.
    shutil.copytree(VENV / "share/pkgconfig", tree / ".venv/share/pkgconfig")
    shutil.copytree(ROOT / "schema", tree / "schema")
    return tree / "schema"


def ran(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Both outputs of a command, without any `vmcoreinfo` in `PATH`; a warning is an error."""
    folders = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(one for one in folders if not (Path(one) / "vmcoreinfo").exists())
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, "CFLAGS": _FLAGS, "PATH": path, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == code, done.stdout
    return done.stdout
