# SPDX-License-Identifier: MIT
"""Words, strings and signs of C and Python sources."""

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
# A letter before a string is its prefix in Python; in C it can be a macro parameter.
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
    """A token of a source; a string includes its quotes."""

    kind: TokenKind
    text: str
    at: int


class TooManyTokens(ValueError):
    """A source with more tokens than the limit."""


class Tokens:
    """The tokens of a source, and the pairs of its brackets. Raises TooManyTokens."""

    def __init__(self, name: str, text: str, is_python: bool = False) -> None:
        limit = Limit(name, _MOST_TOKENS, "words and signs", TooManyTokens)
        self.all = list(_scanned(text, _PYTHON if is_python else _C, limit))
        self._ends = _partners(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def is_at(self, place: int, *texts: str) -> bool:
        """Whether these tokens follow each other from a place on."""
        found = self.all[place : place + len(texts)] if place >= 0 else []
        return [token.text for token in found] == list(texts)

    def end_of(self, place: int) -> int | None:
        """The place of the matching closing bracket."""
        end = self._ends[place]
        return end if end > place else None

    def start_of(self, place: int) -> int | None:
        """The place of the matching opening bracket."""
        start = self._ends[place]
        return start if 0 <= start < place else None

    def argument(self, place: int, stop: str = "") -> int | None:
        """The end of an argument: a comma, an unmatched closing bracket, or `stop`.

        None if a bracket in it is not closed.
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
        # In Python a newline ends a statement, except inside brackets.
        if kind == "comment" or (kind == "newline" and depth > 0):
            continue
        limit.spend()
        found.append(Token(_KINDS.get(kind, "sign"), said, match.start()))
        depth += (said in _OPENED) - (said in _CLOSING)
    return found


def _partners(tokens: Sequence[Token]) -> array[int]:
    """For each place, the place of the matching bracket; -1 if there is none."""
    found = array("q", [-1]) * len(tokens)
    open_: list[int] = []
    for place, token in enumerate(tokens):
        if token.text in _OPENED:
            open_.append(place)
        elif token.text in _CLOSING:
            # Macros can leave a bracket of another kind open: it then has no end.
            while open_ and _OPENED[tokens[open_[-1]].text] != token.text:
                if token.text != "}":
                    break
                open_.pop()
            if open_ and _OPENED[tokens[open_[-1]].text] == token.text:
                start = open_.pop()
                found[start], found[place] = place, start
    return found
