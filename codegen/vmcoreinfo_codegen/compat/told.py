# SPDX-License-Identifier: MIT
"""Verdicts on an input, as an answer, and read back from one."""

from __future__ import annotations

from typing import Any, cast

from ..model.vocabulary import Verdict
from ..query.interface.consumers import JudgedInput, Otherwise, Overall, RestsOn, ToolVerdict
from .judge import Scope
from .notes import Judged
from .overview import Verdicts


def input_of(one: Judged, scope: Scope) -> JudgedInput:
    verdicts = one.verdicts
    return JudgedInput(
        input=one.path,
        error=one.error,
        remarks=list(one.remarks),
        format=verdicts.format if verdicts else None,
        kernel=verdicts.kernel if verdicts else None,
        line=verdicts.line if verdicts else None,
        arch=verdicts.arch if verdicts else None,
        command=scope.command,
        level=scope.level,
        verdict=verdicts.worst if verdicts else None,
        tools=list(verdicts.tools) if verdicts else [],
    )


def judged_of(told: Any, scope: Scope) -> Judged:
    """The input that `input_of` described, with the parts of its tools that a tally counts.

    Raises KeyError, TypeError or ValueError for anything else, and for another scope.
    """
    if Scope(told["command"], told["level"]) != scope:
        raise ValueError("of another command or level")
    path, error = str(told["input"]), told["error"]
    if error is not None:
        return Judged(path, None, str(error))
    tools = tuple(_tool(one) for one in told["tools"])
    return Judged(path, Verdicts(str(told["kernel"]), None, str(told["arch"]), None, tools))


def _tool(told: Any) -> ToolVerdict:
    verdict = cast("Overall", Verdict(told["verdict"]).value)
    not_known, purposes = list(map(str, told["not_known"])), list(map(str, told["purposes"]))
    if verdict == "unknown" and not not_known:
        raise ValueError("not known, without a reason")
    return ToolVerdict(
        consumer=str(told["consumer"]),
        release=str(told["release"]),
        build=told["build"],
        verdict=verdict,
        worked_out=told["worked_out"],
        rests_on=cast("RestsOn", told["rests_on"]),
        otherwise=None if told["otherwise"] is None else _otherwise(told["otherwise"]),
        not_known=not_known,
        purposes=purposes,
        fixed_in=told["fixed_in"],
    )


def _otherwise(told: Any) -> Otherwise:
    return Otherwise(
        verdict=cast("Overall", Verdict(told["verdict"]).value),
        rests_on=told["rests_on"],
        shows_with=[list(map(str, words)) for words in told["shows_with"]],
    )
