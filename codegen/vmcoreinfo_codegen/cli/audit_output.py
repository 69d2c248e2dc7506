# SPDX-License-Identifier: MIT
"""What `audit` writes, format by format: each input in the process that audited it, all in the first one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any, Protocol, TextIO

from ..audit import all_rules
from ..audit.answer import answer, input_of, overview
from ..audit.rule import Finding, Severity
from ..audit.run import UNREADABLE, Audited
from ..audit.tally import Tally
from . import junit, parquet, sarif
from .audit_text import print_each, print_overview, print_summary
from .interrupt import held
from .output import json_text, print_answer, print_json

UNREADABLE_DOC = "An input has a note, and can be read; the others are audited all the same."
_TITLE = "vmcoreinfo audit"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


class Output(Protocol):
    """A format. What `part` gives is small, as it goes from one process to another."""

    def part(self, audited: Sequence[Audited]) -> Any:
        """What is to be written of some inputs."""
        ...

    def take(self, part: Any) -> None:
        """Write it, in the order of the inputs."""
        ...

    def finish(self, tally: Tally) -> None:
        """Write what stands behind them."""
        ...


class Table:
    """For people: inputs in full, those that have findings, or none; then a summary."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out

    def part(self, audited: Sequence[Audited]) -> list[Audited]:
        if self._shown == "summary":
            return []
        return [one for one in audited if self._shown == "each" or not one.is_fine]

    def take(self, part: list[Audited]) -> None:
        with redirect_stdout(self._out):
            for one in part:
                print_each(one, self._least)

    def finish(self, tally: Tally) -> None:
        with redirect_stdout(self._out):
            if self._shown == "each":
                print_summary(tally, self._least)
            else:
                print_overview(tally, self._least)


class Json:
    """One document, which is held in memory until it is whole."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out
        self._audited: list[Audited] = []

    def part(self, audited: Sequence[Audited]) -> list[Audited]:
        if self._shown == "summary":
            return []
        return [one for one in audited if self._shown == "each" or not one.is_fine]

    def take(self, part: list[Audited]) -> None:
        self._audited += part

    def finish(self, tally: Tally) -> None:
        found = overview(tally) if self._shown == "summary" else None
        print_answer(found or answer(self._audited, tally, self._least), self._out)


class Lines:
    """A document an input, a line each, as they come."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out

    def part(self, audited: Sequence[Audited]) -> str:
        shown = (one for one in audited if self._shown == "each" or not one.is_fine)
        return "".join(json_text(asdict(input_of(one, self._least)), None) + "\n" for one in shown)

    def take(self, part: str) -> None:
        with held():
            self._out.write(part)
            # Somebody may be reading.
            self._out.flush()

    def finish(self, tally: Tally) -> None:
        pass


class Parquet:
    """A table, a row an input, for what asks many at once."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._writer = parquet.Writer(out)

    def part(self, audited: Sequence[Audited]) -> Any:
        from ..audit.arrow import table_of

        shown = [one for one in audited if self._shown == "each" or not one.is_fine]
        return table_of(shown, self._least)

    def take(self, part: Any) -> None:
        self._writer.add(part)

    def finish(self, tally: Tally) -> None:
        from ..audit.arrow import SCHEMA_OF_FILES

        self._writer.close(SCHEMA_OF_FILES)


class Sarif:
    """For code hosts: of the worst results as many as they take."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._least = least
        self._out = out
        self._collected = sarif.Collected()

    def part(self, audited: Sequence[Audited]) -> list[sarif.Result]:
        return [
            sarif.Result(f.rule, _LEVELS[f.severity], _text(f), one.path, f.line or 1)
            for one in audited
            for f in one.of_severity(self._least)
        ]

    def take(self, part: list[sarif.Result]) -> None:
        self._collected.add(part)

    def finish(self, tally: Tally) -> None:
        rules = {UNREADABLE: UNREADABLE_DOC} | {rule.id: rule.doc for rule in all_rules()}
        print_json(self._collected.report(rules), self._out)


class Junit:
    """For test reports: a case an input, which fails where it has a finding that counts."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._least = least
        self._out = out
        self._cases = junit.Spool()

    def part(self, audited: Sequence[Audited]) -> tuple[str, junit.Counts]:
        cases = [self._case(one) for one in audited]
        return "".join(junit.shown(case, _TITLE) for case in cases), junit.Counts.of(cases)

    def _case(self, one: Audited) -> junit.Case:
        failed = [f for f in one.of_severity(self._least) if f.severity is not Severity.INFO]
        messages = [": ".join((f.rule, _text(f))) for f in failed]
        return junit.Case(one.path, messages, failed[0].severity.value if failed else "")

    def take(self, part: tuple[str, junit.Counts]) -> None:
        self._cases.add(*part)

    def finish(self, tally: Tally) -> None:
        counts = self._cases.counts
        self._cases.write(self._out, junit.root(_TITLE, counts), junit.suite(_TITLE, counts))


def _text(finding: Finding) -> str:
    about = f"{finding.key}: " if finding.key else ""
    return about + finding.message + (f" ({finding.remedy})" if finding.remedy else "")
