# SPDX-License-Identifier: MIT
"""Verdicts on tools as text: a single one with all purposes, several as a table."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from ..compat.overview import FAILING, tool_of, why_of
from ..model.vocabulary import Verdict
from ..query.interface.consumers import Compat, Overall, Overview, OverviewCell
from .layout import print_verdicts, prose_width, wrapped
from .output import counted, print_table

# Only summaries need the tally.
if TYPE_CHECKING:
    from typing import TextIO

    from ..compat.tally import Alike, Group, Tally

_WIDTH = 96
_MOST_GROUPS = 3
_MOST_ERRORS = 10
_MOST_CELL = 72

COLUMNS: Mapping[str, Callable[[OverviewCell], str]] = {
    "INPUT": lambda cell: cell.input or "",
    "KERNEL": lambda cell: cell.kernel,
    "ARCH": lambda cell: cell.arch,
    "TOOL": tool_of,
    "VERDICT": lambda cell: (
        cell.verdict + (f" ({cell.worked_out} by the schema)" if cell.worked_out else "")
    ),
    "RESTS ON": lambda cell: cell.rests_on,
    "WHY": why_of,
}


def row_of(cell: OverviewCell, columns: Sequence[str]) -> list[str]:
    return [COLUMNS[name](cell) for name in columns]


def print_overview(found: Overview, called: Mapping[str, str], out: TextIO | None = None) -> None:
    """Print every tool on every kernel or dump; `called` has the kernel that each name stands
    for.
    """
    columns = [*COLUMNS]
    if not any(cell.input for cell in found.cells):
        columns.remove("INPUT")
    if len({cell.arch for cell in found.cells}) < 2:
        columns.remove("ARCH")
    if found.cells:
        print_table(columns, [row_of(cell, columns) for cell in found.cells], out)
    for name in dict.fromkeys(cell.kernel for cell in found.cells):
        if called.get(name, name) != name:
            print(f"{name}: {called[name]}", file=out)


def print_tally(tally: Tally, out: TextIO | None = None) -> None:
    """Print counts of verdicts by tool, and of those that are not ok by kernel and reason."""
    print(wrapped(_counts(tally), "", "  ", out), file=out)
    if tally.tools:
        print(file=out)
        verdicts = [cast("Overall", one.value) for one in Verdict if one is not Verdict.FALLBACK]
        print_table(
            ["TOOL", *(verdict.upper() for verdict in verdicts)],
            [
                [f"{tool.consumer} {tool.build or tool.release}"]
                + [str(counts[verdict] or "-") for verdict in verdicts]
                for tool, counts in tally.tools.items()
            ],
            out,
        )
    _print_groups(tally, out)
    _print_errors(tally, out)


def _counts(tally: Tally) -> str:
    parts = [f"{tally.inputs - tally.failing} without a tool that is {_words()}"]
    if tally.failing > tally.unreadable:
        parts.append(f"{tally.failing - tally.unreadable} with one")
    if tally.unreadable:
        parts.append(f"{tally.unreadable} unreadable")
    return f"{counted(tally.inputs, 'input')}: {', '.join(parts)}"


def _words() -> str:
    *most, last = sorted(FAILING, key=lambda word: Verdict(word).rank)
    return f"{', '.join(most)} or {last}"


def _print_groups(tally: Tally, out: TextIO | None) -> None:
    rows = list(_groups(tally))
    if rows:
        print(file=out)
        header = ["VERDICT", "TOOL", "INPUTS", "KERNEL", "WHY", "EXAMPLE"]
        print_table(header, rows, out)


def _groups(tally: Tally) -> Iterator[list[str]]:
    """A row for each tool and verdict that is not ok, followed by its most frequent reasons."""
    from ..compat.tally import by_weight

    found: dict[tuple[Overall, str], list[tuple[Alike, Group]]] = {}
    for alike, group in by_weight(tally.groups, lambda alike: Verdict(alike.verdict).rank):
        if alike.verdict != "ok":
            tool = f"{alike.tool.consumer} {alike.tool.build or alike.tool.release}"
            found.setdefault((alike.verdict, tool), []).append((alike, group))
    for (verdict, tool), groups in found.items():
        first, *others = groups
        if not others:
            yield [verdict, tool, *_group(*first)]
            continue
        inputs = sum(group.inputs for _, group in groups)
        yield [verdict, tool, str(inputs), "", "", ""]
        yield from (["", "", *_group(*one)] for one in groups[:_MOST_GROUPS])
        if len(groups) > _MOST_GROUPS:
            yield ["", "", "", f"... and {len(groups) - _MOST_GROUPS} more", "", ""]


def _group(alike: Alike, group: Group) -> list[str]:
    return [str(group.inputs), alike.kernel or "-", _cell(alike.why), group.example]


def _print_errors(tally: Tally, out: TextIO | None) -> None:
    from ..compat.tally import by_weight

    if not tally.errors:
        return
    errors = by_weight(tally.errors, lambda _: 0)
    print(file=out)
    print_table(
        ["UNREADABLE", "INPUTS", "EXAMPLE"],
        [[_cell(error), str(one.inputs), one.example] for error, one in errors[:_MOST_ERRORS]],
        out,
    )
    if len(errors) > _MOST_ERRORS:
        print(f"... and {len(errors) - _MOST_ERRORS} more", file=out)


def _cell(text: str) -> str:
    return text if len(text) <= _MOST_CELL else f"{text[: _MOST_CELL - 3]}..."


def print_judged(judged: Compat) -> None:
    """Print one tool on one kernel or dump, with every purpose."""
    where = f" ({judged.input})" if judged.input else ""
    what = "".join(
        f", {name} {value}"
        for name, value in (("command", judged.command), ("level", judged.level))
        if value is not None
    )
    told = f"{judged.consumer} {judged.release} on {judged.kernel}, {judged.arch}{where}{what}"
    print_verdicts(wrapped(f"{told}: {_verdict(judged)}", "", "  "))
    for reason in judged.not_known:
        _wrapped(f"not known: {reason}", 2)
    for purpose in judged.purposes:
        told = f", {purpose.worked_out} by the schema" if purpose.worked_out else ""
        shows = (
            f", with {' and '.join(purpose.shows_with)} in the dump" if purpose.shows_with else ""
        )
        shows = shows if (purpose.worked_out or purpose.verdict) != "ok" else ""
        alone = f", only for {' and '.join(purpose.commands)}" if purpose.extra else ""
        text = f"{purpose.purpose}{told}{alone}{shows}"
        print_verdicts(wrapped(text, f"  {purpose.verdict:9} ", " " * 12))
        by_schema = purpose.worked_out or purpose.verdict
        if by_schema == "ok":
            continue
        later = (
            "the next release"
            if purpose.fixed_in == "next"
            else f"{judged.consumer} {purpose.fixed_in}"
        )
        falls_back = by_schema == "fallback"
        works = "ok since" if falls_back else "fixed in"
        none = "" if falls_back else "no release works"
        fixed = f"{works} {later}" if purpose.fixed_in else none
        for text in (purpose.seen, purpose.why, fixed):
            _wrapped(text, 12)
    if judged.declared is False and not judged.not_known:
        print(
            f"vmcoreinfo: {judged.consumer} {judged.release} does not declare support for this "
            "kernel and may warn about it; this does not affect the verdict",
            file=sys.stderr,
        )


def _wrapped(text: str, indent: int) -> None:
    width = prose_width(_WIDTH) - indent
    for line in textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False):
        print(f"{'':{indent}}{line}")


def _verdict(judged: Compat) -> str:
    """The verdict and its basis, in words; the verdict of most dumps comes first."""
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
