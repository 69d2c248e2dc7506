# SPDX-License-Identifier: MIT
"""`pip install .` into an empty virtual environment gives a working command.

The wheel carries grammar and schema, so the command needs no source tree.
"""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTE = ROOT / "tests/corpus/notes/s390x-6.1.0-47-s390x.note"


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed by pip; its dependencies come from the package index."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    ran = subprocess.run([*pip, "install", str(ROOT)], capture_output=True, text=True)
    if ran.returncode and "No matching distribution found" in ran.stderr:
        pytest.skip("no package index within reach: lark, pydantic, jinja2, shtab can't be had")
    assert ran.returncode == 0, ran.stderr
    return folder / "bin" / "vmcoreinfo"


def output(command: Path, *arguments: str, cwd: Path) -> str:
    ran = subprocess.run(
        [str(command), *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    return ran.stdout


def test_the_installed_command_works(command: Path, tmp_path: Path) -> None:
    assert output(command, "parse", str(NOTE), "--get", "PAGESIZE", cwd=tmp_path) == "4096\n"
    assert "until 6.9" in output(command, "explain", "SYMBOL(vmap_area_list)", cwd=tmp_path)
    assert output(command, "check", cwd=tmp_path) == ""
    output(command, "generate", "--out", "made", cwd=tmp_path)
    made = tmp_path / "made" / "c" / "vmcoreinfo.h"
    assert made.read_bytes() == (ROOT / "generated/c/vmcoreinfo.h").read_bytes()
    output(command, "completion", "bash", cwd=tmp_path)


def test_without_a_source_tree_generate_asks_where_to_write(command: Path, tmp_path: Path) -> None:
    ran = subprocess.run([command, "generate"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "--out DIR" in ran.stderr


def test_what_is_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("vmcoreinfo-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        f"vmcoreinfo_codegen/data/{p.relative_to(ROOT)}" for p in ROOT.glob("schema/**/*.vmci")
    }
    assert shipped and shipped <= names
    assert {
        "vmcoreinfo/__init__.py",
        "vmcoreinfo/py.typed",
        "vmcoreinfo_codegen/data/grammar/schema.lark",
        "vmcoreinfo_codegen/emit/c/templates/vmcoreinfo.c.j2",
    } <= names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]
