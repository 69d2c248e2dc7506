# SPDX-License-Identifier: MIT
"""Findings as SARIF 2.1.0, which code hosts and editors show at the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import __version__
from ..record import Value


class Result(Value):
    """One finding; `rule` is the ID of a rule in the report."""

    rule: str
    level: str
    message: str
    file: str
    line: int


MOST_RESULTS = 25_000
"""GitHub accepts no run with more (docs.github.com, "SARIF results exceed one or more limits")."""
_LEVELS = ("error", "warning", "note")


class Collected:
    """The results of a run; the worst are kept, and among equals the first."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Result]] = {level: [] for level in _LEVELS}
        self._seen = dict.fromkeys(_LEVELS, 0)

    def add(self, results: Iterable[Result]) -> None:
        for result in results:
            self._seen[result.level] += 1
            if len(self._kept[result.level]) < MOST_RESULTS:
                self._kept[result.level].append(result)

    def report(self, rules: Mapping[str, str]) -> dict[str, Any]:
        """A SARIF log of one run; `rules` are IDs with their descriptions."""
        kept = [one for level in _LEVELS for one in self._kept[level]][:MOST_RESULTS]
        left_out = sum(self._seen.values()) - len(kept)
        run: dict[str, Any] = {
            "tool": {
                "driver": {
                    "name": "vmcoreinfo",
                    "version": __version__,
                    "rules": [
                        {"id": name, "shortDescription": {"text": text}}
                        for name, text in rules.items()
                    ],
                }
            },
            "results": [_shown(result) for result in kept],
        }
        if left_out:
            told = f"{left_out} least severe results left out; code hosts accept {MOST_RESULTS}"
            run["invocations"] = [
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": [{"level": "warning", "message": {"text": told}}],
                }
            ]
        return {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        }


def report(rules: Mapping[str, str], results: Iterable[Result]) -> dict[str, Any]:
    """A SARIF log of one run; `rules` are IDs with their descriptions."""
    collected = Collected()
    collected.add(results)
    return collected.report(rules)


def _shown(result: Result) -> dict[str, Any]:
    return {
        "ruleId": result.rule,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": result.file},
                    "region": {"startLine": max(result.line, 1)},
                }
            }
        ],
    }
