# SPDX-License-Identifier: MIT
"""What tools do with kernels and dumps: one of them with every purpose, several as a table or a report."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping

from ..model.vocabulary import Verdict
from ..query.interface.consumers import Compat, Overview, OverviewCell
from .output import print_json, print_table

_WIDTH = 96
_LEVELS = {
    "degraded": "warning",
    "unknown": "warning",
    "wrong": "error",
    "fatal": "error",
}
_FAILED = ("unknown", "wrong", "fatal")
_UNREADABLE = "unreadable"


def print_overview(found: Overview, called: Mapping[str, str]) -> None:
    """Every tool on every kernel or dump; `called` is what a kernel's name is taken for."""
    columns = {
        "INPUT": lambda cell: cell.input or "",
        "KERNEL": lambda cell: cell.kernel,
        "ARCH": lambda cell: cell.arch,
        "TOOL": tool_of,
        "VERDICT": lambda cell: (
            cell.verdict + (f" ({cell.worked_out} by the schema)" if cell.worked_out else "")
        ),
        "RESTS ON": lambda cell: cell.rests_on,
        "WHY": _reasons,
    }
    if not any(cell.input for cell in found.cells):
        del columns["INPUT"]
    if len({cell.arch for cell in found.cells}) < 2:
        del columns["ARCH"]
    if found.cells:
        rows = [[text(cell) for text in columns.values()] for cell in found.cells]
        print_table(list(columns), rows)
    for name in dict.fromkeys(cell.kernel for cell in found.cells):
        if called.get(name, name) != name:
            print(f"{name}: {called[name]}")


def print_junit(found: Overview) -> None:
    """A kernel or dump is a suite, a tool a test of it; what fails is what ends the command with no 0."""
    # Most are asked for a table: XML takes a tenth of that time to load.
    from . import junit

    suites: dict[str, list[junit.Case]] = {}
    for cell in found.cells:
        failures = [_told(cell)] if cell.verdict in _FAILED else []
        case = junit.Case(tool_of(cell), failures, cell.verdict)
        suites.setdefault(cell.input or f"{cell.kernel} {cell.arch}", []).append(case)
    for one in found.unreadable:
        suites[one.input] = [junit.Case("the input", [one.error], _UNREADABLE)]
    print(junit.document("vmcoreinfo compat", suites.items()))


def print_sarif(found: Overview) -> None:
    """What is not ok, at the note or dump; of a prediction, which has no file, by the kernel's name."""
    from . import sarif

    rules = {verdict: Verdict(verdict).doc for verdict in _LEVELS}
    results = [
        sarif.Result(cell.verdict, _LEVELS[cell.verdict], _told(cell), cell.input or cell.kernel, 1)
        for cell in found.cells
        if cell.verdict in _LEVELS
    ]
    unread = [
        sarif.Result(_UNREADABLE, "error", one.error, one.input, 1) for one in found.unreadable
    ]
    rules[_UNREADABLE] = "the input can't be read"
    print_json(sarif.report(rules, [*results, *unread]))


def tool_of(cell: OverviewCell) -> str:
    return f"{cell.consumer} {cell.build or cell.release}"


def _told(cell: OverviewCell) -> str:
    why = _reasons(cell)
    return f"{tool_of(cell)} on {cell.kernel}, {cell.arch}: {cell.verdict}" + (
        f": {why}" if why else ""
    )


def _reasons(cell: OverviewCell) -> str:
    if cell.verdict == "unknown":
        return cell.not_known[0]
    if not cell.purposes:
        return "as it was seen" if cell.verdict != "ok" else ""
    more = f" and {len(cell.purposes) - 1} more" if len(cell.purposes) > 1 else ""
    alone = ""
    if cell.otherwise is not None:
        words = dict.fromkeys(" and ".join(one) for one in cell.otherwise.shows_with)
        alone = f"; {cell.otherwise.verdict} without {' or '.join(words)} in the dump"
    return f"{cell.purposes[0]}{more}{alone}"


def print_judged(judged: Compat) -> None:
    """One tool on one kernel or dump, with every purpose."""
    where = f" ({judged.input})" if judged.input else ""
    what = "".join(
        f", {name} {value}"
        for name, value in (("command", judged.command), ("level", judged.level))
        if value is not None
    )
    print(
        f"{judged.consumer} {judged.release} on {judged.kernel}, {judged.arch}{where}{what}: "
        f"{_verdict(judged)}"
    )
    for reason in judged.not_known:
        _wrapped(f"not known: {reason}", 2)
    for purpose in judged.purposes:
        told = f", {purpose.worked_out} by the schema" if purpose.worked_out else ""
        shows = (
            f", with {' and '.join(purpose.shows_with)} in the dump" if purpose.shows_with else ""
        )
        shows = shows if (purpose.worked_out or purpose.verdict) != "ok" else ""
        alone = f", for {' and '.join(purpose.commands)} alone" if purpose.extra else ""
        print(f"  {purpose.verdict:9} {purpose.purpose}{told}{alone}{shows}")
        by_schema = purpose.worked_out or purpose.verdict
        if by_schema == "ok":
            continue
        later = (
            "next release"
            if purpose.fixed_in == "next"
            else f"{judged.consumer} {purpose.fixed_in}"
        )
        falls_back = by_schema == "fallback"
        works = "ok" if falls_back else "works"
        none = "" if falls_back else "no release works"
        fixed = f"{works} from {later} on" if purpose.fixed_in else none
        for text in (purpose.seen, purpose.why, fixed):
            _wrapped(text, 12)
    if judged.declared is False and not judged.not_known:
        print(
            f"vmcoreinfo: {judged.consumer} {judged.release} does not declare this kernel, and may "
            "warn of it; the verdict does not rest on that",
            file=sys.stderr,
        )


def _wrapped(text: str, indent: int) -> None:
    for line in textwrap.wrap(text, _WIDTH - indent, break_long_words=False):
        print(f"{'':{indent}}{line}")


def _verdict(judged: Compat) -> str:
    """The verdict and what it rests on, in words; the one that most dumps get comes first."""
    if judged.rests_on == "not known":
        by_schema = f", {judged.worked_out} by the schema" if judged.worked_out else ""
        return judged.verdict + by_schema
    basis = _basis(judged, judged.verdict, judged.rests_on)
    other = judged.otherwise
    if other is None:
        return judged.verdict + basis
    words = dict.fromkeys(" and ".join(one) for one in other.shows_with)
    return (
        f"{other.verdict}{_basis(judged, other.verdict, other.rests_on)}; "
        f"{judged.verdict} with {' or '.join(words)} in the dump{basis}"
    )


def _basis(judged: Compat, verdict: str, rests_on: str) -> str:
    if rests_on == "worked out":
        return ", worked out"
    came = [run for run in judged.seen if run.came == verdict]
    kernels = sorted({run.kernel for run in came})
    times = len(came)
    return f", seen {times} time{'s' if times != 1 else ''} on {', '.join(kernels[:3])}"
