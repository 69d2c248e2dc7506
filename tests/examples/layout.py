# SPDX-License-Identifier: MIT
"""An example in a tree of its own: a copy, beside it what it looks for in the project's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed import program

# What is not found in a clean clone, but was left by a build in the example's own folder.
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
"""The examples, and the programs that each is built and run by."""
_FLAGS = "-O0 -Wall -Wextra -Wconversion -Werror"
VENV = Path(sys.executable).parent.parent


def example(name: str, tree: Path) -> Path:
    """The folder of a copy, below a tree with `.venv`, `cmake` and `tests` of the project's."""
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
    """A copy of the schema, which the command of the tree's `.venv` reads from now on."""
    (tree / ".venv").unlink()
    command = tree / ".venv/bin/vmcoreinfo"
    command.parent.mkdir(parents=True)
    command.write_text(
        f'#!/bin/sh\nexec "{VENV}/bin/vmcoreinfo" "$@" --schema "{tree / "schema"}"\n'
    )
    command.chmod(0o755)
    # A copy: pkg-config would follow a link to the other command.
    shutil.copytree(VENV / "share/pkgconfig", tree / ".venv/share/pkgconfig")
    shutil.copytree(ROOT / "schema", tree / "schema")
    return tree / "schema"


def ran(*command: str | Path, cwd: Path, code: int = 0, **variables: str) -> str:
    """Both outputs of a command; no `vmcoreinfo`, of any checkout, is on `PATH`, and a warning is an error."""
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
