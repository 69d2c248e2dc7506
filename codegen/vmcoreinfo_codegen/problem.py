# SPDX-License-Identifier: MIT
"""Problems of a schema: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from .record import Ordered, uncompared

LANGUAGE = "VMCI002"
"""The id for all problems that the language itself defines."""

# Two wrong letters in a word of eight give 0.75.
_NEAR = 0.75
_LONGEST_WORD = 200
_MOST_COMPARED = 2000
"""With more known words, only those one edit away are searched: computing a similarity is slow."""
_MOST_CLOSE = 100
_SHOWN = 100


class Location(Ordered):
    """A place in a file; line and column count from 1, the column in characters."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Problem(Ordered):
    """An error or warning in a schema; prints as `file:line:col: error: …`."""

    location: Location
    rule: str
    message: str
    hint: str = ""
    severity: str = uncompared(default="error")

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.location}: {self.severity}: {self.message}{hint} [{self.rule}]"


MOST_PROBLEMS = 1000
"""After so many problems the rest of a schema is not checked."""


class SchemaError(Exception):
    """A schema that can't be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def collect(problems: list[Problem], problem: Problem) -> None:
    """Add a problem. Raises SchemaError with all of them if there are too many."""
    problems.append(problem)
    if len(problems) >= MOST_PROBLEMS:
        message = f"more than {MOST_PROBLEMS - 1} problems; the rest is not checked"
        raise SchemaError([*problems, Problem(problem.location, LANGUAGE, message)])


def near_misses(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known words nearest to `word`: those one edit away, then similar ones, best first.

    A word that is too long has none.
    """
    if len(word) > _LONGEST_WORD:
        return []
    word = word.lower()
    lowered = {
        candidate.lower(): candidate
        for candidate in reversed(list(known))
        if len(candidate) <= _LONGEST_WORD
    }
    near = (candidate for candidate in lowered if _one_edit_away(word, candidate))
    close = list(islice(near, _MOST_CLOSE))
    close.sort(key=lambda candidate: (-_likeness(word, candidate), candidate))
    compared = lowered if len(lowered) <= _MOST_COMPARED else ()
    # Imported here because only wrong words need it.
    import difflib

    alike = difflib.get_close_matches(word, compared, n=limit, cutoff=_NEAR)
    return [lowered[candidate] for candidate in dict.fromkeys([*close, *alike])][:limit]


def _likeness(word: str, other: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, word, other).ratio()


def _one_edit_away(word: str, other: str) -> bool:
    """Whether one inserted, removed, replaced or swapped letter makes the words equal."""
    if abs(len(word) - len(other)) > 1 or max(len(word), len(other)) < 2:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    one, two = word[start:], other[start:]
    swapped = one[1:2] + one[:1] + one[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped == two


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X or Y?`, or nothing if no known word is near."""
    found = near_misses(word, known)
    return f"did you mean {' or '.join(found)}?" if found else ""


def shortened(word: str) -> str:
    """A word as a message shows it: a very long one is truncated."""
    return word if len(word) <= _SHOWN else f"{word[:_SHOWN]}…"
