# SPDX-License-Identifier: MIT
"""Plants faults one after the other, and finds out which of them the tests notice."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.mutants import code, data
from tests.mutants.fault import Fault, Name
from tests.mutants.plant import KILLED, Copy, Job, Planter
from tests.mutants.reach import Reach

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
KEPT = ROOT / "build/mutants"
DATA = "data"
PARTS = (*code.PACKAGES, DATA)
# The fast tests that may notice a fault. `data.TESTS` are those for a fault in the schema, as a
# changed product does not tell which one is right.
TESTS = (
    *("audit", "cli", "compat", "debuginfo", "dump", "model"),
    *("proof", "query", "subset", "sync", "synth"),
)
BAR = 0.95


@cache
def faults_of(part: str) -> tuple[Fault, ...]:
    """Every fault of a package, or of the data."""
    if part == DATA:
        return tuple(data.faults_of_schema(ROOT))
    return tuple(code.faults_of_package(ROOT, part))


@dataclass
class Tally:
    """Faults by their outcome. Equivalent ones are in none of the lists."""

    killed: list[Fault] = field(default_factory=list)
    survived: list[Fault] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.killed) + len(self.survived)

    @property
    def share(self) -> float:
        return len(self.killed) / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{len(self.killed)} of {self.total} killed, {self.share:.1%}"


def equivalent() -> dict[Name, str]:
    """Faults without an effect that a user could see, each with its reason."""
    listed = tomllib.loads((HERE / "equivalent.toml").read_text())["fault"]
    return {
        (f["file"], f["within"], f["line"], f["becomes"], f.get("number", 0)): f["reason"]
        for f in listed
    }


def tree_state(root: Path = ROOT) -> str:
    """A hash of everything that influences a result: code, grammar, schema, tests."""
    digest = hashlib.sha256()
    for folder in ("codegen", "grammar", "schema", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.parent != HERE:
                digest.update(str(path.relative_to(root)).encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@contextmanager
def copies(count: int) -> Iterator[list[Copy]]:
    """Copies of this tree, in a temporary folder that is removed with them."""
    with tempfile.TemporaryDirectory(prefix="vmcoreinfo-mutants-") as folder:
        yield [Copy(ROOT, Path(folder) / f"tree{number}") for number in range(count)]


def measure(copy: Copy, jobs: int, tests: Iterable[str] = TESTS) -> Reach:
    """Run the tests in a copy, all of which have to pass, and measure which lines each reaches."""
    out = copy.path.with_name("reach")
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "tests.mutants.reach",
        ]
        + ["-n", str(jobs), "-m", "not long and not mutations", "--hypothesis-seed=0"]
        + [f"tests/{folder}" for folder in tests],
        cwd=copy.path,
        env={**os.environ, **copy.environment, "REACH": str(out)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    copy.mend()
    return Reach.of(sorted(out.parent.glob("reach*")))


def reach_of_this_tree(copy: Copy, jobs: int) -> Reach:
    """The earlier measurement if nothing has changed since, else a new one."""
    path = KEPT / f"reach-{tree_state()}.json"
    if not path.exists():
        reach = measure(copy, jobs)
        KEPT.mkdir(parents=True, exist_ok=True)
        for old in KEPT.glob("reach-*.json"):
            old.unlink()
        reach.dump(path)
    return Reach.of([path])


def plant(faults: list[Fault], reach: Reach, where: list[Copy]) -> Iterator[tuple[Fault, str]]:
    """Plant each fault; yields its outcome as its tests end."""
    of_data = data.tests_of_data(reach.seconds.items())

    def job(fault: Fault) -> Job:
        if fault.file.startswith(f"{data.SCHEMA}/"):
            return Job(fault, of_data)
        return Job(fault, reach.tests_of(fault.file, fault.lines))

    for done, outcome in Planter(where).outcomes([job(fault) for fault in faults]):
        yield done.fault, outcome


class Results:
    """The outcomes of faults in a tree; kept, so that a run can continue where it stopped."""

    def __init__(self, tree: str) -> None:
        self.tree = tree
        self.path = KEPT / f"results-{tree}.jsonl"
        self.of: dict[str, str] = {}
        if self.path.exists():
            for line in self.path.read_text().splitlines():
                self.of.update(json.loads(line))

    def add(self, fault: Fault, outcome: str) -> None:
        key = fault.key(self.tree)
        self.of[key] = outcome
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps({key: outcome}) + "\n")


def tally(faults: Iterable[Fault], results: Results) -> Tally:
    """The results of some faults, without equivalent ones."""
    harmless = equivalent()
    made = Tally()
    for fault in faults:
        if fault.name not in harmless:
            noticed = results.of[fault.key(results.tree)] == KILLED
            (made.killed if noticed else made.survived).append(fault)
    return made


def run(faults: Iterable[Fault], results: Results, jobs: int) -> Iterator[Fault]:
    """Plant the faults without a result that are not equivalent; yields each when done."""
    harmless = equivalent()
    left = [
        fault
        for fault in faults
        if fault.name not in harmless and fault.key(results.tree) not in results.of
    ]
    if not left:
        return
    with copies(jobs) as trees:
        reach = reach_of_this_tree(trees[0], jobs)
        for fault, outcome in plant(left, reach, trees):
            results.add(fault, outcome)
            yield fault
