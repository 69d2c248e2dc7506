# SPDX-License-Identifier: MIT
"""Verdicts on tools as JUnit and SARIF: at once for predictions, in parts for inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ..compat.overview import FAILING, tool_of, why_of
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Overview, OverviewCell, Unreadable
from . import junit, sarif
from .output import print_json

TITLE = "vmcoreinfo compat"
_UNREADABLE = "unreadable"
_LEVELS: Mapping[str, str] = {
    "degraded": "warning",
    "unknown": "warning",
    "wrong": "error",
    "fatal": "error",
}
RULES = {verdict: Verdict(verdict).doc for verdict in _LEVELS} | {
    _UNREADABLE: "the input can't be read"
}


def print_junit(found: Overview) -> None:
    """Each kernel is a suite, each tool a test; it fails if the verdict makes the exit code
    non-zero.
    """
    suites = [
        (f"{kernel} {arch}", [case_of(cell) for cell in cells])
        for (kernel, arch), cells in groupby(found.cells, lambda cell: (cell.kernel, cell.arch))
    ]
    print(junit.document(TITLE, suites), end="")


def print_sarif(found: Overview) -> None:
    """Verdicts that are not ok, at the kernel's name, as a prediction has no file."""
    print_json(sarif.report(RULES, results_of(found.cells)))


def case_of(cell: OverviewCell) -> junit.Case:
    failures = [_told(cell)] if cell.verdict in FAILING else []
    return junit.Case(tool_of(cell), failures, cell.verdict)


def unread_case(one: Unreadable) -> junit.Case:
    return junit.Case("the input", [one.error], _UNREADABLE)


def results_of(cells: Sequence[OverviewCell]) -> Iterator[sarif.Result]:
    """Verdicts that are not ok, at the note or dump, or at the kernel's name."""
    for cell in cells:
        if cell.verdict in _LEVELS:
            where = cell.input or cell.kernel
            yield sarif.Result(cell.verdict, _LEVELS[cell.verdict], _told(cell), where, 1)


def unread_result(one: Unreadable) -> sarif.Result:
    return sarif.Result(_UNREADABLE, "error", one.error, one.input, 1)


def _told(cell: OverviewCell) -> str:
    why = why_of(cell)
    return f"{tool_of(cell)} on {cell.kernel}, {cell.arch}: {cell.verdict}" + (
        f": {why}" if why else ""
    )
