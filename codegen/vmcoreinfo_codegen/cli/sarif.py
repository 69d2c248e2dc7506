# SPDX-License-Identifier: MIT
"""Findings as SARIF 2.1.0, which code hosts and editors show beside the line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import __version__
from ..record import Value


class Result(Value):
    """One finding; `rule` is the id of a rule of the report."""

    rule: str
    level: str
    message: str
    file: str
    line: int


def report(rules: Mapping[str, str], results: Iterable[Result]) -> dict[str, Any]:
    """A SARIF log of one run; `rules` are ids with what they find."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
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
                "results": [
                    {
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
                    for result in results
                ],
            }
        ],
    }
