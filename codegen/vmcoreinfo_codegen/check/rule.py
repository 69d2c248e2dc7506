# SPDX-License-Identifier: MIT
"""What a lint rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..model.schema import Schema
from ..problem import Location, Problem

Finding = tuple[Location, str] | tuple[Location, str, str]
"""Where, what is wrong, and what to do about it."""


@dataclass(frozen=True)
class Rule:
    """One lint rule.

    `example` is schema text that breaks it: the line at fault ends in
    `### message`, what the rule says there. Declarations that every example
    needs (releases 6.8 to 6.10, arm64, x86_64, common macros) are added to it.
    """

    id: str
    name: str
    doc: str
    example: str
    check: Callable[[Schema], Iterator[Finding]]
    severity: str = "error"

    def run(self, schema: Schema) -> Iterator[Problem]:
        for location, message, *hint in self.check(schema):
            yield Problem(location, self.id, message, "".join(hint), self.severity)
