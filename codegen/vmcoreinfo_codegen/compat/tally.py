# SPDX-License-Identifier: MIT
"""Verdicts on many inputs: counts, with one example each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ..grouping import group_of, without_values
from ..model.vocabulary import Verdict
from ..query.interface.consumers import (
    AlikeErrors,
    AlikeInputs,
    CompatSummary,
    Overall,
    ToolCount,
    ToolVerdict,
)
from .notes import Judged
from .overview import why_of, worst_of

_MOST_WORDS = 200
_OTHERS = "others, too many to list"


class ToolName(NamedTuple):
    """A release of a tool, or a distribution's build of it."""

    consumer: str
    release: str
    build: str | None


class Alike(NamedTuple):
    """What inputs have in common; `kernel` is None in the group for those beyond the limit."""

    tool: ToolName
    verdict: Overall
    kernel: str | None
    why: str


@dataclass
class Group:
    """The number of inputs, and the first of them."""

    inputs: int = 0
    example: str = ""

    def add(self, inputs: int, example: str) -> None:
        self.example = self.example or example
        self.inputs += inputs


@dataclass
class Tally:
    """Counts over inputs; tallies of parts can be merged."""

    inputs: int = 0
    unreadable: int = 0
    failing: int = 0
    worst: Overall = "ok"
    tools: dict[ToolName, Counter[Overall]] = field(default_factory=dict)
    groups: dict[Alike, Group] = field(default_factory=dict)
    errors: dict[str, Group] = field(default_factory=dict)

    def add(self, one: Judged) -> None:
        self.inputs += 1
        self.failing += one.is_failing
        if one.verdicts is None:
            self.unreadable += 1
            self._error(_error_of(one)).add(1, one.path)
            return
        self.worst = worst_of((self.worst, one.verdicts.worst))
        kernel = one.verdicts.kernel[:_MOST_WORDS]
        for tool in one.verdicts.tools:
            alike = _alike(tool, kernel)
            self.tools.setdefault(alike.tool, Counter())[alike.verdict] += 1
            self._group(alike).add(1, one.path)

    def merge(self, other: Tally) -> None:
        """Add the counts of later inputs."""
        self.inputs += other.inputs
        self.unreadable += other.unreadable
        self.failing += other.failing
        self.worst = worst_of((self.worst, other.worst))
        for tool, counts in other.tools.items():
            self.tools.setdefault(tool, Counter()).update(counts)
        for alike, group in other.groups.items():
            self._group(alike).add(group.inputs, group.example)
        for error, group in other.errors.items():
            self._error(error).add(group.inputs, group.example)

    def _group(self, alike: Alike) -> Group:
        return group_of(self.groups, alike, alike._replace(kernel=None, why=_OTHERS), Group)

    def _error(self, error: str) -> Group:
        return group_of(self.errors, error, _OTHERS, Group)


def summary_of(tally: Tally) -> CompatSummary:
    return CompatSummary(
        inputs=tally.inputs,
        unreadable=tally.unreadable,
        failing=tally.failing,
        verdict=tally.worst,
        tools=[
            ToolCount(
                consumer=tool.consumer,
                release=tool.release,
                build=tool.build,
                ok=counts["ok"],
                degraded=counts["degraded"],
                unknown=counts["unknown"],
                wrong=counts["wrong"],
                fatal=counts["fatal"],
            )
            for tool, counts in tally.tools.items()
        ],
        groups=[
            AlikeInputs(
                consumer=alike.tool.consumer,
                release=alike.tool.release,
                build=alike.tool.build,
                verdict=alike.verdict,
                kernel=alike.kernel,
                why=alike.why,
                inputs=group.inputs,
                example=group.example,
            )
            for alike, group in by_weight(tally.groups, lambda one: Verdict(one.verdict).rank)
        ],
        errors=[
            AlikeErrors(error=error, inputs=group.inputs, example=group.example)
            for error, group in by_weight(tally.errors, lambda _: 0)
        ],
    )


Key = TypeVar("Key")


def by_weight(groups: dict[Key, Group], rank: Callable[[Key], int]) -> list[tuple[Key, Group]]:
    """The groups, the worst first, then by the number of inputs."""
    return sorted(groups.items(), key=lambda one: (-rank(one[0]), -one[1].inputs))


def _alike(tool: ToolVerdict, kernel: str) -> Alike:
    name = ToolName(tool.consumer, tool.release, tool.build)
    why = why_of(tool)
    # Purposes are fixed texts of the schema; reasons may have numbers of the dump.
    why = without_values(why) if tool.verdict == "unknown" else why
    return Alike(name, tool.verdict, kernel, why[:_MOST_WORDS])


def _error_of(one: Judged) -> str:
    """The error without the name of the input and its line number."""
    message = (one.error or "").removeprefix(one.path)
    return without_values(re.sub(r"^(?::\d+)?: ", "", message))[:_MOST_WORDS]
