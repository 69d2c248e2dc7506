# SPDX-License-Identifier: MIT
"""Words, strings and signs of a source, in C or in Python."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..limits import Limit

_MOST_TOKENS = 4_000_000
_QUOTED = r'(?:"(?:\\.|[^"\\\n])*+"|\'(?:\\.|[^\'\\\n])*+\')'
_LONG = r'(?:"""(?s:\\.|.)*?"""|\'\'\'(?s:\\.|.)*?\'\'\')'
# A letter before a string is a prefix of it in Python; in C it can be the parameter of a macro.
_C = re.compile(rf"(?P<string>{_QUOTED})|(?P<word>[A-Za-z_]\w*+)|(?P<number>\d\w*+)|->|\.\.\.|\S")
_PYTHON = re.compile(
    rf"(?P<comment>#[^\n]*+)|(?P<newline>\n)|(?P<string>(?i:rb|br|rf|fr|[rbfu])?+(?:{_LONG}|{_QUOTED}))"
    r"|(?P<word>[A-Za-z_]\w*+)|(?P<number>\d\w*+)|->|\.\.\.|\S"
)
_OPENED = {"(": ")", "[": "]", "{": "}"}
_CLOSING = (*_OPENED.values(),)
_ENDS = (",", ";", "\n", *_CLOSING)

TokenKind = Literal["string", "word", "number", "sign"]
_KINDS: dict[str | None, TokenKind] = {"string": "string", "word": "word", "number": "number"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a source; a string is in its quotes still."""

    kind: TokenKind
    text: str
    at: int


class TooManyTokens(ValueError):
    """A source of more words and signs than any has."""


class Tokens:
    """The tokens of a source, and which brackets belong together. Raises TooManyTokens."""

    def __init__(self, name: str, text: str, is_python: bool = False) -> None:
        limit = Limit(name, _MOST_TOKENS, "words and signs", TooManyTokens)
        self.all = list(_scanned(text, _PYTHON if is_python else _C, limit))
        self._ends = _partners(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def is_at(self, place: int, *texts: str) -> bool:
        """Whether some signs or words follow each other from a place on."""
        found = self.all[place : place + len(texts)] if place >= 0 else []
        return [token.text for token in found] == list(texts)

    def end_of(self, place: int) -> int | None:
        """Where the bracket is that closes one."""
        end = self._ends[place]
        return end if end > place else None

    def start_of(self, place: int) -> int | None:
        """Where the bracket is that one closes."""
        start = self._ends[place]
        return start if 0 <= start < place else None

    def argument(self, place: int, stop: str = "") -> int | None:
        """Where an argument ends: before a comma, a bracket that it did not open, or `stop`.

        None if a bracket in it has no end.
        """
        while place < len(self.all):
            text = self.all[place].text
            if text in _ENDS or text == stop:
                return place
            end = self.end_of(place) if text in _OPENED else place
            if end is None:
                return None
            place = end + 1
        return place


def _scanned(text: str, wanted: re.Pattern[str], limit: Limit) -> Sequence[Token]:
    found = []
    depth = 0
    for match in wanted.finditer(text):
        kind, said = match.lastgroup, match[0]
        # In Python the end of a line ends a statement, but not in brackets.
        if kind == "comment" or (kind == "newline" and depth > 0):
            continue
        limit.spend()
        found.append(Token(_KINDS.get(kind, "sign"), said, match.start()))
        depth += (said in _OPENED) - (said in _CLOSING)
    return found


def _partners(tokens: Sequence[Token]) -> array[int]:
    """By place, where the other bracket of a pair is; -1 if there is none."""
    found = array("q", [-1]) * len(tokens)
    open_: list[int] = []
    for place, token in enumerate(tokens):
        if token.text in _OPENED:
            open_.append(place)
        elif token.text in _CLOSING:
            # A bracket of another kind is a macro's doing: what it leaves open has no end.
            while open_ and _OPENED[tokens[open_[-1]].text] != token.text:
                if token.text != "}":
                    break
                open_.pop()
            if open_ and _OPENED[tokens[open_[-1]].text] == token.text:
                start = open_.pop()
                found[start], found[place] = place, start
    return found
