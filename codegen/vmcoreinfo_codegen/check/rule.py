# SPDX-License-Identifier: MIT
"""Lint rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..model.schema import Schema
from ..problem import Location, Problem

Finding = tuple[Location, str] | tuple[Location, str, str]
"""The location, the message, and optionally what to do."""


MOST_FINDINGS = 200


@dataclass(frozen=True)
class Rule:
    """A lint rule.

    `example` is schema text that breaks it: the line at fault ends in `### message`. Declarations
    that every example needs (releases 6.8 to 6.10, arm64, x86_64, common macros) are added to it.
    """

    id: str
    name: str
    doc: str
    example: str
    check: Callable[[Schema], Iterator[Finding]]
    severity: str = "error"

    def run(self, schema: Schema) -> Iterator[Problem]:
        """The rule's findings in a schema, at most `MOST_FINDINGS`."""
        for number, (location, message, *hint) in enumerate(self.check(schema), 1):
            if number > MOST_FINDINGS:
                message = f"{self.name}: more than {MOST_FINDINGS} findings; the rest is left out"
                yield Problem(location, self.id, message, severity=self.severity)
                return
            yield Problem(location, self.id, message, "".join(hint), self.severity)
