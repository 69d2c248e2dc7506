# SPDX-License-Identifier: MIT
"""What is wrong with a schema, where, and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

LANGUAGE = "VMCI002"
"""The rule of everything that the language itself asks for."""

# Two letters wrong in a word of eight score 0.75.
_NEAR = 0.75


@dataclass(frozen=True, order=True)
class Location:
    """A place in a file; line and column count from 1, the column in characters."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Problem:
    """One error or warning of a schema; prints as `file:line:col: error: …`."""

    location: Location
    rule: str
    message: str
    hint: str = ""
    severity: str = field(default="error", compare=False)

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.location}: {self.severity}: {self.message}{hint} [{self.rule}]"


class SchemaError(Exception):
    """A schema that can't be used; carries every problem that was found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def near_misses(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known words nearest to `word`: those one edit away, then those alike, best first."""
    word = word.lower()
    lowered = {candidate.lower(): candidate for candidate in reversed(list(known))}
    close = [candidate for candidate in lowered if _one_edit_away(word, candidate)]
    close.sort(key=lambda candidate: (-_likeness(word, candidate), candidate))
    alike = difflib.get_close_matches(word, lowered, n=limit, cutoff=_NEAR)
    return [lowered[candidate] for candidate in dict.fromkeys([*close, *alike])][:limit]


def _likeness(word: str, other: str) -> float:
    return difflib.SequenceMatcher(None, word, other).ratio()


def _one_edit_away(word: str, other: str) -> bool:
    """Whether one letter put in, left out, replaced, or swapped with its neighbour does it."""
    if abs(len(word) - len(other)) > 1 or max(len(word), len(other)) < 2:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    one, two = word[start:], other[start:]
    swapped = one[1:2] + one[:1] + one[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped == two


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X or Y?`, or nothing where no known word is near."""
    found = near_misses(word, known)
    return f"did you mean {' or '.join(found)}?" if found else ""
