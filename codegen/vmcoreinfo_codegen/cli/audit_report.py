# SPDX-License-Identifier: MIT
"""The output of `audit` for other programs: tables, code hosts, test reports.

Loading this takes longer than auditing a note, so it is loaded only when needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from ..audit import all_rules
from ..audit.rule import Finding, Severity
from ..audit.run import UNREADABLE, Audited
from ..audit.tally import Tally
from . import junit, parquet, sarif
from .audit_output import UNREADABLE_DOC, Output, asked_for
from .output import print_json

TITLE = "vmcoreinfo audit"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


class Parquet:
    """A table, one row per input, for queries of many at once."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._writer = parquet.Writer(out)

    def part(self, audited: Sequence[Audited]) -> Any:
        from ..audit.arrow import table_of

        return table_of(asked_for(audited, self._shown), self._least)

    def take(self, part: Any) -> None:
        self._writer.add(part)

    def finish(self, tally: Tally) -> None:
        from ..audit.arrow import SCHEMA_OF_FILES

        self._writer.close(SCHEMA_OF_FILES)


class Sarif:
    """For code hosts: the worst results, as many as they accept."""

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
    """For test reports: one case per input, which fails if it has a finding that counts."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._least = least
        self._out = out
        self._cases = junit.Spool()

    def part(self, audited: Sequence[Audited]) -> tuple[str, junit.Counts]:
        cases = [self._case(one) for one in audited]
        return "".join(junit.shown(case, TITLE) for case in cases), junit.Counts.of(cases)

    def _case(self, one: Audited) -> junit.Case:
        failed = [f for f in one.of_severity(self._least) if f.severity is not Severity.INFO]
        messages = [": ".join((f.rule, _text(f))) for f in failed]
        return junit.Case(one.path, messages, failed[0].severity.value if failed else "")

    def take(self, part: tuple[str, junit.Counts]) -> None:
        self._cases.add(*part)

    def finish(self, tally: Tally) -> None:
        counts = self._cases.counts
        self._cases.write(self._out, junit.root(TITLE, counts), junit.suite(TITLE, counts))


def _text(finding: Finding) -> str:
    about = f"{finding.key}: " if finding.key else ""
    return about + finding.message + (f" ({finding.remedy})" if finding.remedy else "")


REPORTS: Mapping[str, Callable[[str, Severity, TextIO], Output]] = {
    "parquet": Parquet,
    "sarif": Sarif,
    "junit": Junit,
}
