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
"""A tool may take so many times as long as its judge."""


class ProveError(Exception):
    """A tool or a reference that can't be used; says what to do."""


@dataclass(frozen=True)
class Run:
    """Something that a tool does: a command of the schema, and the dump level where there is one."""

    name: str
    level: int | None = None

    def __str__(self) -> str:
        return self.name if self.level is None else f"{self.name} -d {self.level}"


@dataclass(frozen=True)
class Outcome:
    """What came of a run, and what was seen, in short."""

    came: Verdict
    seen: str


class FailsItself(Exception):
    """A tool that was to be its own judge, and fails on the whole note."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome.seen)


@dataclass(frozen=True)
class Measure:
    """What is right for a dump, as far as a tool is judged by it, and who says so.

    `is_other` is False if that is the tool itself. `busy` are the seconds of the processor that it
    took.
    """

    by: str
    right: Any
    is_other: bool
    busy: float

    def patience(self, most: Patience) -> Patience:
        """When a tool does not end, where a judge ended so soon."""
        return most._replace(busy=min(most.seconds, _LEAST_SECONDS + _SLOWER * self.busy))


def failed(ran: Ran, noise: Iterable[str] = ()) -> Outcome | None:
    """The outcome of a run that failed, by the first line that tells something; None if it did not."""
    if not ran.ending:
        return None
    skipped = tuple(noise)
    told = next((line for line in ran.lines() if not line.startswith(skipped)), "")
    return Outcome(Verdict.FATAL, f"{ran.ending}: {told}" if told else ran.ending)
