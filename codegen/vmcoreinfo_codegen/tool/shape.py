# SPDX-License-Identifier: MIT
"""Finds out from the code around a read whether it goes on without the key."""

from __future__ import annotations

from ..core.code import Match
from ..core.tokens import Tokens

_GIVES_UP = ("return", "goto", "break")
_FATAL = "FATAL"
_MOST_BEHIND = 80
"""Number of tokens that are examined before or after a read."""


def is_required(tokens: Tokens, match: Match) -> bool | None:
    """Whether the function gives up if the key is missing; None if the code does not show it."""
    start, negated = _before(tokens, match.start)
    if start >= 2 and tokens.all[start - 1].text == "=":
        return _assigned(tokens, start - 2, match.end)
    condition = _enclosing_if(tokens, match.start)
    if condition is None:
        return None
    end = tokens.end_of(condition)
    if end is None:
        return None
    if negated:
        return _gives_up(tokens, end + 1)
    otherwise = _else(tokens, end + 1)
    return otherwise is not None and _gives_up(tokens, otherwise)


def _before(tokens: Tokens, place: int) -> tuple[int, bool]:
    """Where the expression around a call begins, and whether it is negated: `!(x = CALL)`."""
    negated = False
    while place > 0 and tokens.all[place - 1].text == "!":
        place, negated = place - 1, True
    if tokens.is_at(place - 1, "=") and tokens.is_at(place - 3, "("):
        # (x = CALL)
        inner = place - 3
        negated = negated or tokens.is_at(inner - 1, "!")
        return inner, negated
    return place, negated


def _enclosing_if(tokens: Tokens, place: int) -> int | None:
    """The bracket of the `if (` that contains a call."""
    at = place - 1
    for _ in range(_MOST_BEHIND):
        if at < 1 or tokens.all[at].text in (";", "{", "}"):
            return None
        if tokens.is_at(at - 1, "if", "("):
            return at
        at = (tokens.start_of(at) or at) - 1
    return None


def _assigned(tokens: Tokens, variable: int, end: int) -> bool | None:
    """`v = CALL; if (v != OK) return …`, or `if (!v)`, or `if (v)`."""
    name = tokens.all[variable].text
    if not tokens.is_at(end, ";", "if", "("):
        return None
    condition = end + 2
    close = tokens.end_of(condition)
    if close is None:
        return None
    inside = [token.text for token in tokens.all[condition + 1 : min(close, condition + 5)]]
    if inside == ["!", name] or inside[:3] == [name, "!", "="]:
        return _gives_up(tokens, close + 1)
    if inside == [name] or (inside[:3] == [name, "=", "="] and inside[-1].endswith("OK")):
        otherwise = _else(tokens, close + 1)
        return otherwise is not None and _gives_up(tokens, otherwise)
    return None


def _else(tokens: Tokens, place: int) -> int | None:
    """Where the statement after `else` begins, for the `if` whose statement is at `place`."""
    end = tokens.end_of(place) if tokens.is_at(place, "{") else _semicolon(tokens, place)
    if end is None or not tokens.is_at(end + 1, "else"):
        return None
    return end + 2


def _semicolon(tokens: Tokens, place: int) -> int | None:
    end = min(place + _MOST_BEHIND, len(tokens))
    return next((at for at in range(place, end) if tokens.all[at].text == ";"), None)


def _gives_up(tokens: Tokens, place: int) -> bool:
    """Whether a statement, or the last one of a block, leaves the function."""
    start, end = place, _semicolon(tokens, place)
    if tokens.is_at(place, "{"):
        end = tokens.end_of(place)
        # The last statement begins after the last `;` but one.
        start = end - 1 if end is not None else place
        while start > place + 1 and tokens.all[start - 1].text not in (";", "{", "}"):
            start -= 1
    words = [token.text for token in tokens.all[start : min(end or start, start + _MOST_BEHIND)]]
    return bool(words) and (words[0] in _GIVES_UP or _FATAL in words)
