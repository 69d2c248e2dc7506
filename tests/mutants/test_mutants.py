# SPDX-License-Identifier: MIT
"""Faults are planted soundly, the list of equivalent ones is true, and the tests notice the others.

`make mutants` plants all of them; here it is a sample, the same until the code changes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.mutants import code, data
from tests.mutants.fault import Fault, sample
from tests.mutants.plant import KILLED, SURVIVED, Copy, Job, Planter
from tests.mutants.run import PARTS, equivalent, faults_of

MODULE = '''\
"""A module."""


class Range:
    limit: int | None = 3

    @property
    def is_wide(self) -> bool:
        """Whether it is."""
        if self.limit is None and not self.open:
            return False
        self.note(self.limit, loud=True)
        return self.limit >= 4
'''


def changes(faults: list[Fault]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for fault in faults:
        found.setdefault(fault.line, set()).add(fault.becomes)
    return found


def test_faults_of_a_module() -> None:
    """Decorated functions and class bodies have them; annotations and texts for people none."""
    faults = list(code.faults_of("x.py", MODULE))
    assert changes(faults) == {
        "limit: int | None = 3": {"limit: int | None = 4"},
        "if self.limit is None and not self.open:": {
            "if self.limit is not None and not self.open:",
            "if self.limit is None or not self.open:",
            "if self.limit is None and self.open:",
            "if not (self.limit is None and not self.open):",
        },
        "return False": {"return True"},
        "self.note(self.limit, loud=True)": {
            "pass",
            "self.note(self.limit, loud=False)",
            "self.note(self.limit, )",
        },
        "return self.limit >= 4": {"return self.limit > 4", "return self.limit >= 5"},
    }
    assert {fault.within for fault in faults} == {"Range", "Range.is_wide"}
    for fault in faults:
        compile(fault.source, "x.py", "exec")


def test_faults_of_data() -> None:
    text = (
        'NUMBER(a) on x86_64 arm64 {\n\tdoc\t\t"Since 6.9."\n\tvalue\t\tsigned bit\n'
        "\tdepends on\tCONFIG_A\n\tsince\t\t6.9 commit 0123456789ab\n\tbackport\t6.6.3\n}\n"
    )
    assert changes(list(data.faults_of("x.vmci", text))) == {
        "NUMBER(a) on x86_64 arm64 {": {"NUMBER(a) on x86_64 {"},
        "value\t\tsigned bit": {"value\t\thex bit", "value\t\tsigned address"},
        "depends on\tCONFIG_A": {"depends on\t!CONFIG_A"},
        "since\t\t6.9 commit 0123456789ab": {
            "since\t\t6.8 commit 0123456789ab",
            "since\t\t6.9 commit 0123457789ab",
        },
        "backport\t6.6.3": {"backport\t6.6.2"},
    }


@pytest.mark.long
@pytest.mark.parametrize("part", PARTS)
def test_faults_are_many_and_each_changes_its_file(part: str) -> None:
    faults = faults_of(part)
    assert len(faults) > 200
    names = [fault.name for fault in faults]
    assert len(set(names)) == len(names)
    for fault in faults:
        assert fault.line != fault.becomes
    assert sample(faults, 20) == sample(reversed(faults), 20)


@pytest.mark.long
def test_equivalent_faults_are_still_there() -> None:
    """A reason is about a line as it stands: an edit of the line asks for it again."""
    there = {fault.name for part in PARTS for fault in faults_of(part)}
    listed = equivalent()
    assert [name for name in listed if name not in there] == []
    assert all(reason.endswith(".") for reason in listed.values())


SOUND = """
def add(a: int, b: int) -> int:
    return a + b
"""
NOTICES = """
import time
from pathlib import Path
from package.add import add

def test_touches() -> None:
    Path("left.txt").write_text("x")
    Path("data.txt").write_text("y")

def test_adds() -> None:
    assert add(1, 1) == 2

def test_elsewhere() -> None:
    pass
"""


@pytest.mark.long
def test_what_becomes_of_faults(tmp_path: Path) -> None:
    """Noticed or not, that and no more; endless ones end, and a copy is whole again each time."""
    root = tmp_path / "root"
    for name, text in {
        "package/__init__.py": "",
        "package/add.py": SOUND,
        "tests/test_add.py": NOTICES,
        "data.txt": "x",
        "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n"
        "markers = ['long']\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def fault(body: str) -> Fault:
        source = SOUND.replace("return a + b", body)
        return Fault("package/add.py", "add", "return a + b", body, 0, (3, 3), source)

    first, adds, last = (
        f"tests/test_add.py::test_{name}" for name in ("touches", "adds", "elsewhere")
    )
    both = {first: 0.0, adds: 0.0}
    jobs = {
        "return a + b  # alike": both,
        "return a - b": both,
        "return a * b": {last: 0.0},
        "return (": {adds: 0.0},
        "while True: pass": {adds: 0.0},
        "return 3": {},
    }
    copies = [Copy(root, tmp_path / "copy")]
    planter = Planter(copies)
    made = [Job(fault(body), tests) for body, tests in jobs.items()]
    outcomes = {job.fault.becomes: outcome for job, outcome in planter.outcomes(made)}
    assert outcomes == {
        "return a + b  # alike": SURVIVED,
        "return a - b": KILLED,
        "return a * b": SURVIVED,
        "return (": KILLED,
        "while True: pass": KILLED,
        "return 3": SURVIVED,
    }
    assert {path: path.read_bytes() for path in before} == before
    assert not (tmp_path / "copy/left.txt").exists()
    assert (tmp_path / "copy/data.txt").read_text() == "x"


def test_an_unknown_part_is_told() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.mutants", "nothing"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, "choose from compat" in ran.stderr) == (2, True)
