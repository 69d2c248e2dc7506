# SPDX-License-Identifier: MIT
"""Copies of the tree, and runs of the tests on a copy with a fault in it.

The checkout is only read. Changes that the tests make to a copy because of a fault are undone.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutants.fault import Fault

# Files that are built, installed or cached beside the sources.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)
# Left out of the comparison, as each run of Python writes them.
WRITTEN = {"__pycache__", ".hypothesis", ".pytest_cache"}
MEMORY = 4 << 30
NO_TESTS = int(pytest.ExitCode.NO_TESTS_COLLECTED)
KILLED, SURVIVED = "killed", "survived"


@dataclass(frozen=True)
class Job:
    """A fault, and the tests that may notice it, with the seconds each takes on the unchanged
    tree.
    """

    fault: Fault
    tests: dict[str, float]


class Copy:
    """A copy of the tree, in which one fault at a time is planted."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root = root
        self.path = path
        shutil.copytree(root, path, ignore=LEFT_OUT, symlinks=True)
        self._state = self._look()
        self._clock = time.time()

    @property
    def environment(self) -> dict[str, str]:
        """For processes started by tests: they use the copy's modules, and cache models in it."""
        places = [self.path / "codegen", self.path / "generated/python", self.path]
        return {
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            "XDG_CACHE_HOME": str(self.path.with_name(self.path.name + "-cache")),
        }

    def plant(self, fault: Fault) -> None:
        """Write the fault, with a distinct time: Python compares compiled modules by time and
        size.
        """
        file = self.path / fault.file
        file.write_text(fault.source)
        self._clock += 2
        os.utime(file, (self._clock, self._clock))

    def mend(self) -> None:
        """Restore files that differ from the tree, and remove those that it does not have."""
        now = self._look()
        for name in now.keys() - self._state.keys():
            (self.path / name).unlink()
        for name, state in self._state.items():
            if now.get(name) != state:
                file = self.path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.unlink(missing_ok=True)
                shutil.copy2(self.root / name, file, follow_symlinks=False)

    def _look(self) -> dict[str, tuple[int, int]]:
        found = {}
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if name not in WRITTEN]
            for name in files:
                path = os.path.join(folder, name)
                state = os.lstat(path)
                place = os.path.relpath(path, self.path)
                found[place] = (state.st_mtime_ns, state.st_size)
        return found


class _Chosen:
    """A pytest plugin that runs the chosen tests, in the given order.

    A test that takes five times its CPU time on the unchanged tree ends the process.
    """

    def __init__(self, tests: dict[str, float]) -> None:
        self.tests = tests
        self.places = {test: number for number, test in enumerate(tests)}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_PROF, 5 + 5 * self.tests[item.nodeid])
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid in self.places]
        items.sort(key=lambda item: self.places[item.nodeid])


def _run(copy: Copy, job: Job) -> None:
    """Run the tests in a separate process, as in a fresh Python."""
    os.setsid()
    os.chdir(copy.path)
    os.environ.update(copy.environment)
    os.environ["HYPOTHESIS_PROFILE"] = "fast"
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]
    with open(copy.path.with_name(copy.path.name + ".log"), "wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.path[:0] = copy.environment["PYTHONPATH"].split(os.pathsep)
    for name in [n for n in sys.modules if n.partition(".")[0] in ("tests", "vmcoreinfo_codegen")]:
        del sys.modules[name]
    # For imports; each test has its own limit.
    signal.setitimer(signal.ITIMER_PROF, 60)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files = list(dict.fromkeys(test.partition("::")[0] for test in job.tests))
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-seed=0"]
    code = pytest.main([*arguments, "-m", "not long", *files], plugins=[_Chosen(job.tests)])
    os._exit(code)


class Planter:
    """Runs jobs, as many at a time as it has copies."""

    def __init__(self, copies: list[Copy]) -> None:
        self.free = list(copies)
        self.running: dict[int, tuple[Copy, Job, float]] = {}

    def outcomes(self, jobs: list[Job]) -> Iterator[tuple[Job, str]]:
        """Each job with the outcome of its fault, as they end."""
        waiting = list(reversed(jobs))
        while waiting or self.running:
            while waiting and self.free:
                job = waiting.pop()
                if job.tests:
                    self._start(job)
                else:
                    yield job, SURVIVED
            if self.running:
                yield from self._ended()

    def _start(self, job: Job) -> None:
        copy = self.free.pop()
        copy.plant(job.fault)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            try:
                _run(copy, job)
            finally:
                os._exit(70)
        # The other limit is of CPU time; this one is for tests that wait.
        until = time.monotonic() + 60 + 30 * sum(job.tests.values())
        self.running[child] = (copy, job, until)

    def _ended(self) -> Iterator[tuple[Job, str]]:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child not in self.running:
            time.sleep(0.02)
            for late, (_, _, until) in self.running.items():
                if time.monotonic() > until:
                    os.kill(late, signal.SIGKILL)
            return
        copy, job, _ = self.running.pop(child)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        copy.mend()
        self.free.append(copy)
        noticed = status != 0 and os.waitstatus_to_exitcode(status) != NO_TESTS
        yield job, KILLED if noticed else SURVIVED
