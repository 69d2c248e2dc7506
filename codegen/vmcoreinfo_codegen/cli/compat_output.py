# SPDX-License-Identifier: MIT
"""The output of `compat` for inputs in each format: inputs are formatted in the process that judged
them, the rest in the first process."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TextIO

from ..compat.judge import Scope
from ..compat.notes import Judged
from ..compat.overview import FAILING, Verdicts, overview
from ..compat.tally import Tally, summary_of
from ..compat.told import input_of
from ..query.interface.consumers import OverviewCell, Unreadable
from . import junit, layout, parquet, sarif
from .compat_report import RULES, TITLE, case_of, results_of, unread_case, unread_result
from .compat_text import COLUMNS, print_overview, print_tally, row_of
from .inputs import FEW, LINES
from .interrupt import held
from .output import json_text, print_answer, print_json

_MOST_TEXTS = 1024


@dataclass(frozen=True)
class Asked:
    """What to write: `shown` is `each`, `failing` or `summary`."""

    shown: str
    scope: Scope
    distribution: str | None

    def has(self, one: Judged) -> bool:
        return self.shown == "each" or (self.shown == "failing" and one.is_failing)


class Output(Protocol):
    """A format. The result of `part` is small, as it goes from one process to another."""

    def part(self, judged: Sequence[Judged]) -> Any:
        """The output for some inputs."""
        ...

    def take(self, part: Any) -> None:
        """Write a part; parts come in the order of the inputs."""
        ...

    def finish(self, tally: Tally) -> None:
        """Write what follows the inputs."""
        ...


@dataclass(frozen=True)
class _Part:
    """Inputs as in an answer, and the remarks for people."""

    cells: list[OverviewCell]
    unreadable: list[Unreadable]
    remarks: list[str]
    inputs: int

    @classmethod
    def of(cls, judged: Sequence[Judged], asked: Asked) -> _Part:
        shown = [one for one in judged if asked.has(one)]
        return cls(
            [cell for one in shown for cell in _cells(one)],
            [_unreadable(one) for one in shown if one.error is not None],
            [f"{one.path}: {remark}" for one in shown for remark in one.remarks],
            len(judged),
        )


class _Told:
    """Messages to people on stderr; only the first unreadable inputs, as the answer has them
    all.
    """

    def __init__(self, most: int | None = FEW) -> None:
        self._left = most

    def tell(self, part: _Part) -> None:
        for remark in part.remarks:
            self._print(remark)
        for one in part.unreadable:
            self._print(f"error: {one.error}")

    def _print(self, text: str) -> None:
        if self._left is None or self._left > 0:
            text = layout.wrapped(f"vmcoreinfo: {text}", "", "  ", sys.stderr)
            print(text, file=sys.stderr)
        elif self._left == 0:
            print("vmcoreinfo: more messages; see the output for all", file=sys.stderr)
        if self._left is not None:
            self._left -= 1


class Table:
    """For people: all inputs, those that fail, or none; then a summary, unless there are few
    inputs.
    """

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._asked = asked
        self._out = out
        self._first: list[_Part] = []
        self._inputs = 0
        self._table = layout.Table([*COLUMNS], out)
        # The table has no rows for unreadable inputs.
        self._told = _Told(None)

    def part(self, judged: Sequence[Judged]) -> _Part:
        return _Part.of(judged, self._asked)

    def take(self, part: _Part) -> None:
        self._inputs += part.inputs
        self._told.tell(part)
        if self._asked.shown == "summary":
            return
        # Few inputs are kept, so that columns are as wide as needed.
        self._first.append(part)
        if self._inputs > FEW:
            self._write()

    def finish(self, tally: Tally) -> None:
        if self._asked.shown == "each" and self._inputs <= FEW:
            print_overview(overview(self._cells(), [], None), {}, self._out)
            return
        self._write()
        print_tally(tally, self._out)

    def _write(self) -> None:
        cells = self._cells()
        self._first.clear()
        if self._asked.shown == "failing":
            cells = [cell for cell in cells if cell.verdict in FAILING]
        if cells:
            with held():
                self._table.write([row_of(cell, [*COLUMNS]) for cell in cells])
                self._out.flush()

    def _cells(self) -> list[OverviewCell]:
        return [cell for part in self._first for cell in part.cells]


class Json:
    """One document, which is kept in memory until it is complete."""

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._asked = asked
        self._out = out
        self._cells: list[OverviewCell] = []
        self._unreadable: list[Unreadable] = []
        self._told = _Told()

    def part(self, judged: Sequence[Judged]) -> _Part:
        return _Part.of(judged, self._asked)

    def take(self, part: _Part) -> None:
        self._told.tell(part)
        self._cells += part.cells
        self._unreadable += part.unreadable

    def finish(self, tally: Tally) -> None:
        if self._asked.shown == "summary":
            print_answer(summary_of(tally), self._out)
            return
        found = overview(self._cells, self._unreadable, self._asked.distribution, tally.worst)
        print_answer(found, self._out)


class Lines:
    """One document per input and line, written as they come."""

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._asked = asked
        self._out = out
        self._texts: dict[int, tuple[Verdicts, str]] = {}

    def part(self, judged: Sequence[Judged]) -> str:
        return "".join(self._line(one) for one in judged if self._asked.has(one))

    def _line(self, one: Judged) -> str:
        own = {"input": one.path, "error": one.error, "remarks": list(one.remarks)}
        return f"{json_text(own, None)[:-1]}, {self._rest(one)}\n"

    def _rest(self, one: Judged) -> str:
        """The part of the line that is the same for all inputs with these verdicts."""
        verdicts = one.verdicts
        if verdicts is None:
            return self._text(one)
        if id(verdicts) not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            # The verdicts are kept with it, so that no other object gets their id.
            self._texts[id(verdicts)] = verdicts, self._text(one)
        return self._texts[id(verdicts)][1]

    def _text(self, one: Judged) -> str:
        answer = asdict(input_of(one, self._asked.scope))
        return json_text({k: v for k, v in answer.items() if k not in _OWN}, None)[1:]

    def take(self, part: str) -> None:
        with held():
            self._out.write(part)
            # A reader may be waiting.
            self._out.flush()

    def finish(self, tally: Tally) -> None:
        pass


_OWN = ("input", "error", "remarks")


class Parquet:
    """A table with one row per input and tool."""

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._asked = asked
        self._writer = parquet.Writer(out)
        self._told = _Told()

    def part(self, judged: Sequence[Judged]) -> tuple[Any, _Part]:
        from ..compat.arrow import table_of

        return table_of([one for one in judged if self._asked.has(one)]), _beside(judged)

    def take(self, part: tuple[Any, _Part]) -> None:
        self._writer.add(part[0])
        self._told.tell(part[1])

    def finish(self, tally: Tally) -> None:
        from ..compat.arrow import SCHEMA_OF_FILES

        self._writer.close(SCHEMA_OF_FILES)


class Sarif:
    """For code hosts: the worst results, as many as they accept."""

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._out = out
        self._collected = sarif.Collected()
        self._told = _Told()

    def part(self, judged: Sequence[Judged]) -> tuple[list[sarif.Result], _Part]:
        results = [result for one in judged for result in _results(one)]
        return results, _beside(judged)

    def take(self, part: tuple[list[sarif.Result], _Part]) -> None:
        self._collected.add(part[0])
        self._told.tell(part[1])

    def finish(self, tally: Tally) -> None:
        print_json(self._collected.report(RULES), self._out)


class Junit:
    """For test reports: one suite per input, one test per tool."""

    def __init__(self, asked: Asked, out: TextIO) -> None:
        self._out = out
        self._suites = junit.Spool()
        self._told = _Told()

    def part(self, judged: Sequence[Judged]) -> tuple[str, junit.Counts, _Part]:
        texts: list[str] = []
        totals = junit.Counts()
        for one in judged:
            cases = _cases(one)
            counts = junit.Counts.of(cases)
            totals = totals.plus(counts)
            head, tail = junit.suite(one.path, counts)
            texts += [head, *(junit.shown(case, one.path) for case in cases), tail]
        return "".join(texts), totals, _beside(judged)

    def take(self, part: tuple[str, junit.Counts, _Part]) -> None:
        self._suites.add(*part[:2])
        self._told.tell(part[2])

    def finish(self, tally: Tally) -> None:
        self._suites.write(self._out, junit.root(TITLE, self._suites.counts))


def _cells(one: Judged) -> list[OverviewCell]:
    return one.verdicts.cells(one.path) if one.verdicts else []


def _unreadable(one: Judged) -> Unreadable:
    return Unreadable(input=one.path, error=one.error or "")


def _beside(judged: Sequence[Judged]) -> _Part:
    """The messages to people about some inputs."""
    unread = [_unreadable(one) for one in judged if one.verdicts is None]
    remarks = [f"{one.path}: {remark}" for one in judged for remark in one.remarks]
    return _Part([], unread, remarks, len(judged))


def _cases(one: Judged) -> list[junit.Case]:
    if one.verdicts is None:
        return [unread_case(_unreadable(one))]
    return [case_of(cell) for cell in _cells(one)]


def _results(one: Judged) -> list[sarif.Result]:
    if one.verdicts is None:
        return [unread_result(_unreadable(one))]
    return list(results_of(_cells(one)))


OUTPUTS: Mapping[str, Callable[[Asked, TextIO], Output]] = {
    "table": Table,
    "json": Json,
    LINES: Lines,
    "parquet": Parquet,
    "sarif": Sarif,
    "junit": Junit,
}
