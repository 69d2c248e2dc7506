# SPDX-License-Identifier: MIT
"""Which tests reach which line: measured once for a tree, used for each fault.

It measures as a pytest plugin: `-p tests.mutants.reach`, with the output file as REACH in the
environment. Each worker of pytest-xdist writes its own file, which ends with the worker's number.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import coverage
import pytest

from tests.mutants.code import CODE, PACKAGES


@dataclass
class Reach:
    """The tests that run each line of each file, and the seconds that each test takes.

    Lines that run during imports are reached by the test "".
    """

    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_of(self, file: str, lines: tuple[int, int]) -> dict[str, float]:
        """The tests that may notice a fault in these lines, with the seconds each takes.

        First come those that run any of the lines, the fastest first; then the others in the same
        test files, which may use what the first of them created. A statement that runs during
        import is reached by all tests that run anything in its file.
        """
        reached = self.lines.get(file, {})
        found: set[str] = set()
        for line in range(lines[0], lines[1] + 1):
            found.update(reached.get(line, ()))
        if found <= {""}:
            found = {test for tests in reached.values() for test in tests}
        found -= {""}
        files = {test.partition("::")[0] for test in found}
        others = {test for test in self.seconds if test.partition("::")[0] in files} - found
        return self._quickest_first(found) | self._quickest_first(others)

    def _quickest_first(self, tests: Iterable[str]) -> dict[str, float]:
        taken = {test: self.seconds.get(test, 0.0) for test in tests}
        return dict(sorted(taken.items(), key=lambda one: (one[1], one[0])))

    def dump(self, path: Path) -> None:
        """Write the measurement to a file."""
        path.write_text(json.dumps({"lines": self.lines, "seconds": self.seconds}))

    @classmethod
    def of(cls, paths: list[Path]) -> Reach:
        """The merged measurements of several workers."""
        merged: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        seconds: dict[str, float] = {}
        for path in paths:
            part = json.loads(path.read_text())
            seconds.update(part["seconds"])
            for file, lines in part["lines"].items():
                for line, tests in lines.items():
                    merged[file][int(line)].update(tests)
        lines = {f: {n: sorted(t) for n, t in of.items()} for f, of in merged.items()}
        return cls(lines, seconds)


class _Measurement:
    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        self.reach = Reach()
        sources = [str(self.root / CODE / package) for package in PACKAGES]
        self.coverage = coverage.Coverage(data_file=None, include=[f"{s}/*" for s in sources])
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        before = self.reach.seconds.get(report.nodeid, 0.0)
        self.reach.seconds[report.nodeid] = before + report.duration

    def pytest_sessionfinish(self) -> None:
        self.coverage.stop()
        data = self.coverage.get_data()
        for file in data.measured_files():
            name = str(Path(file).relative_to(self.root))
            self.reach.lines[name] = data.contexts_by_lineno(file)
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        self.reach.dump(Path(os.environ["REACH"] + worker))


def pytest_configure(config: pytest.Config) -> None:
    # The process that distributes tests to workers runs none.
    if os.environ.get("PYTEST_XDIST_WORKER") or not config.getoption("numprocesses", None):
        config.pluginmanager.register(_Measurement(config))
