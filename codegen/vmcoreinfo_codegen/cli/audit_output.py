# SPDX-License-Identifier: MIT
"""The output of `audit` in each format: inputs are formatted in the process that audited them, the
rest in the first process."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any, Protocol, TextIO

from ..audit.answer import answer, input_of, overview
from ..audit.rule import Severity
from ..audit.run import Audited
from ..audit.tally import Tally
from .audit_text import print_each, print_overview, print_summary
from .interrupt import held
from .output import json_text, print_answer

UNREADABLE_DOC = "An input must be readable and have a note; the other inputs are still audited."


def asked_for(audited: Sequence[Audited], shown: str) -> list[Audited]:
    """The inputs to show: with `each` all, with `failing` those with a finding, with `summary`
    none.
    """
    if shown == "summary":
        return []
    return [one for one in audited if shown == "each" or not one.is_fine]


class Output(Protocol):
    """A format. The result of `part` is small, as it goes from one process to another."""

    def part(self, audited: Sequence[Audited]) -> Any:
        """The output for some inputs."""
        ...

    def take(self, part: Any) -> None:
        """Write a part; parts come in the order of the inputs."""
        ...

    def finish(self, tally: Tally) -> None:
        """Write what follows the inputs."""
        ...


class Table:
    """For people: all inputs, those with findings, or none; then a summary."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out

    def part(self, audited: Sequence[Audited]) -> list[Audited]:
        return asked_for(audited, self._shown)

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
    """One document, which is kept in memory until it is complete."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out
        self._audited: list[Audited] = []

    def part(self, audited: Sequence[Audited]) -> list[Audited]:
        return asked_for(audited, self._shown)

    def take(self, part: list[Audited]) -> None:
        self._audited += part

    def finish(self, tally: Tally) -> None:
        found = overview(tally) if self._shown == "summary" else None
        print_answer(found or answer(self._audited, tally, self._least), self._out)


class Lines:
    """One document per input and line, written as they come."""

    def __init__(self, shown: str, least: Severity, out: TextIO) -> None:
        self._shown = shown
        self._least = least
        self._out = out

    def part(self, audited: Sequence[Audited]) -> str:
        shown = asked_for(audited, self._shown)
        return "".join(json_text(asdict(input_of(one, self._least)), None) + "\n" for one in shown)

    def take(self, part: str) -> None:
        with held():
            self._out.write(part)
            # A reader may be waiting.
            self._out.flush()

    def finish(self, tally: Tally) -> None:
        pass
