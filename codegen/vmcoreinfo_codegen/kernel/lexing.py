# SPDX-License-Identifier: MIT
"""Finds comments, literals and parentheses of C, each in one pass over the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_COMMENTS = re.compile(r"//|/\*|[\"']")
_PARENTHESES = re.compile(r"[()\"']")
_STOPS = {'"': re.compile(r'[\\\n"]'), "'": re.compile(r"[\\\n']")}
_DIRECTIVE = re.compile(r"^[ \t]*+#[ \t]*+(\w++)", re.MULTILINE)
_BESIDE_NEWLINES = re.compile(r"[^\n]+")


def spaces(text: str) -> str:
    """The text with all characters except newlines replaced by spaces."""
    return _BESIDE_NEWLINES.sub(lambda match: " " * len(match[0]), text)


def without_comments(text: str) -> str:
    """The text with comments replaced by spaces; strings and all offsets stay the same."""
    kept = []
    at = 0
    for start, end in _tokens(text, _COMMENTS, 0):
        if text[start] == "/":
            kept += [text[at:start], spaces(text[start:end])]
            at = end
    return "".join([*kept, text[at:]])


@dataclass(frozen=True, slots=True)
class Directive:
    """A preprocessor directive, joined with its continuation lines: its name and the rest."""

    start: int
    end: int
    name: str
    rest: str


def directives(text: str) -> Iterator[Directive]:
    """All directives of a text without comments."""
    at = 0
    while match := _DIRECTIVE.search(text, at):
        at = match.end() - 1
        while (at := text.find("\n", at + 1)) > 0 and text[at - 1] == "\\":
            pass
        at = len(text) if at < 0 else at
        rest = text[match.end() : at].replace("\\\n", " ").strip()
        yield Directive(match.start(), at, match[1], rest)


def ends_of_calls(code: str, starts: Iterable[int]) -> dict[int, int]:
    """For the offset of each `NAME(`, the end of its closing parenthesis.

    `starts` are in order. A call without an end is left out.
    """
    found: dict[int, int] = {}
    waiting = list(starts)[::-1]
    while waiting:
        depth = 0
        open_: list[tuple[int, int]] = []
        for start, end in _tokens(code, _PARENTHESES, waiting[-1]):
            while waiting and waiting[-1] <= start:
                open_.append((waiting.pop(), depth))
            if code[start] == "(":
                depth += 1
            elif code[start] == ")":
                depth -= 1
                while open_ and open_[-1][1] == depth:
                    found[open_.pop()[0]] = end
                if not open_:
                    break
            else:
                # Something like a call in a literal is none.
                while waiting and waiting[-1] < end:
                    waiting.pop()
        else:
            break
    return found


def _tokens(text: str, wanted: re.Pattern[str], at: int) -> Iterator[tuple[int, int]]:
    """Start and end of every token that begins as in `wanted`.

    A quote that is not closed in its line does not count. Neither does another one up to the end of
    that line: it is escaped, or it would have closed the first.
    """
    unclosed = {'"': 0, "'": 0}
    while match := wanted.search(text, at):
        start, token = match.start(), match[0]
        at = match.end()
        if token in _STOPS:
            if start < unclosed[token]:
                continue
            end = _end_of_literal(text, token, at)
            if text[end : end + 1] != token:
                unclosed[token] = end
                continue
            at = end + 1
        elif token == "//":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif token == "/*":
            end = text.find("*/", at)
            at = len(text) if end < 0 else end + 2
        yield start, at


def _end_of_literal(text: str, quote: str, at: int) -> int:
    """The offset of the quote that closes a literal, or of the end of the line if there is none."""
    while match := _STOPS[quote].search(text, at):
        if match[0] != "\\":
            return match.start()
        at = match.start() + 2
    return len(text)
