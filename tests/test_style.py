# SPDX-License-Identifier: MIT
"""ruff and mypy are clean, every file says its licence, and no module grows past 500 lines."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache

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


@cache
def plain_words() -> list[tuple[re.Pattern[str], str]]:
    data = tomllib.loads((ROOT / "tests/plain_words.toml").read_text())
    return [(re.compile(one["phrase"]), one["better"]) for one in data["worse"]]


def worse_words(name: str, text: str) -> list[str]:
    """Each phrase of the list in a text, with its line and what to write instead."""
    return [
        f"{name}:{text.count(chr(10), 0, found.start()) + 1}: '{found[0]}': write: {better}"
        for phrase, better in plain_words()
        for found in phrase.finditer(text)
    ]


def test_words_are_plain() -> None:
    folders = [(ROOT / "codegen", "*"), (ROOT / "schema", "*.vmci"), (ROOT / "docs", "*.md")]
    files = [p for folder, pattern in folders for p in folder.rglob(pattern)]
    files += [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("packaging/**/*.md")]
    texts = {".py", ".j2", ".h", ".c", ".rs", ".js", ".md", ".vmci"}
    found = [
        line
        for path in files
        if path.suffix in texts
        for line in worse_words(str(path.relative_to(ROOT)), path.read_text())
    ]
    assert found == []


def test_worse_words_are_found() -> None:
    assert worse_words("x.py", "fine\nit came by commit 1, and is no number") == [
        "x.py:2: 'came by': write: added in, removed in, replaced by",
        "x.py:2: 'is no number': write: is not a",
    ]


@pytest.mark.parametrize("folder", ["codegen", "tests"])
def test_no_module_is_two(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".c", ".rs", ".js", ".mjs", ".j2")
        and (lines := len(path.read_text().splitlines())) > 500
    }
    assert long == {}
