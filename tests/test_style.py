# SPDX-License-Identifier: MIT
"""ruff and mypy are clean, every file says its licence, and no module grows past 500 lines."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

PYTHON = sorted(
    p
    for folder in ("codegen", "generated", "tests", "bench")
    for p in (ROOT / folder).rglob("*.py")
)


def run(*command: str) -> None:
    ran = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_ruff() -> None:
    run("ruff", "check", ".")


def test_ruff_format() -> None:
    run("ruff", "format", "--check", ".")


@pytest.mark.first
def test_mypy_strict() -> None:
    run("mypy")


def test_every_file_says_its_licence() -> None:
    files = [*PYTHON, *ROOT.glob("grammar/*.lark"), *ROOT.glob("schema/**/*.vmci")]
    files += [p for p in ROOT.glob("generated/c/*") if p.suffix in (".c", ".h")]
    files += [
        p for folder in ("codegen", "generated", "tests") for p in (ROOT / folder).rglob("*.rs")
    ]
    assert len(files) > 100
    silent = [
        str(path.relative_to(ROOT))
        for path in files
        if "SPDX-License-Identifier: MIT" not in path.read_text()[:200] and path.stat().st_size
    ]
    assert silent == []


@pytest.mark.parametrize("folder", ["codegen", "tests"])
def test_no_module_is_two(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".c", ".rs", ".j2")
        and (lines := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
