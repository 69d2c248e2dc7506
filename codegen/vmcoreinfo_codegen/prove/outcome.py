# SPDX-License-Identifier: MIT
"""Runs of a tool, their outcomes, and correct results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..model.vocabulary import Verdict
from .running import Patience, Ran

_LEAST_SECONDS = 20
_SLOWER = 20
"""A tool may take at most this many times as long as its judge."""


class ProveError(Exception):
    """A tool or a reference that can't be used; the message says what to do."""


@dataclass(frozen=True)
class Run:
    """A run of a tool: a command of the schema, and a dump level if it has one."""

    name: str
    level: int | None = None

    def __str__(self) -> str:
        return self.name if self.level is None else f"{self.name} -d {self.level}"


@dataclass(frozen=True)
class Outcome:
    """The verdict of a run, and a short description of what was seen."""

    came: Verdict
    seen: str


class FailsItself(Exception):
    """The tool is its own judge, and fails with the complete note."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.seen)


@dataclass(frozen=True)
class Measure:
    """The right result for a dump, and who says so.

    `is_other` is False if that is the tool itself. `busy` is the CPU time that it took, in seconds.
    """

    by: str
    right: Any
    is_other: bool
    busy: float

    def patience(self, most: Patience) -> Patience:
        """The limits for a tool, by the time that its judge took."""
        return most._replace(busy=min(most.seconds, _LEAST_SECONDS + _SLOWER * self.busy))


def failed(ran: Ran, noise: Iterable[str] = ()) -> Outcome | None:
    """The outcome of a failed run, with its first line not in `noise`; None if it did not fail."""
    if not ran.ending:
        return None
    skipped = tuple(noise)
    told = next((line for line in ran.lines() if not line.startswith(skipped)), "")
    return Outcome(Verdict.FATAL, f"{ran.ending}: {told}" if told else ran.ending)
