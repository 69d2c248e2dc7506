# SPDX-License-Identifier: MIT
"""A source of a tool: its tokens, and what surrounds each."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from ..core.condition import ALWAYS, NEVER, All, Condition, Symbol, TooLarge
from ..core.tokens import Token, Tokens, TooManyTokens
from ..kernel.gathered import SourceFile, TreeError
from ..kernel.source import Source
from .strings import Named, constants

_DEF = re.compile(r"^[ \t]*+(?:async[ \t]++)?def[ \t]++(\w++)", re.MULTILINE)


class ToolSource:
    """A file of a tool in C, or in Python if its name says so. Raises TreeError."""

    def __init__(self, file: SourceFile) -> None:
        try:
            text = file.data.decode("utf-8")
        except UnicodeDecodeError:
            text = file.data.decode("latin-1")
        self.path = file.path
        self.is_python = file.path.endswith(".py")
        self.text = text.replace("\r\n", " \n")
        self._c = None if self.is_python else Source(file.path, self.text)
        try:
            code = self._c.code if self._c else self.text
            self.tokens = Tokens(file.path, code, self.is_python)
        except TooManyTokens as error:
            raise TreeError(str(error)) from error

    @cached_property
    def _lines(self) -> Sequence[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def line_of(self, token: Token) -> int:
        return bisect_right(self._lines, token.at) + 1

    def line_at(self, token: Token) -> str:
        """The line of a token."""
        start = self.text.rfind("\n", 0, token.at) + 1
        end = self.text.find("\n", token.at)
        return self.text[start : end if end >= 0 else len(self.text)].strip()

    def function_at(self, token: Token) -> str | None:
        """The function whose body contains a token; in Python, the last one that began before
        it.
        """
        if self._c is not None:
            return self._c.function_at(token.at)
        starts, names = self._defined
        place = bisect_right(starts, token.at)
        return names[place - 1] if place else None

    @cached_property
    def _defined(self) -> tuple[list[int], list[str]]:
        found = list(_DEF.finditer(self.text))
        return [match.start() for match in found], [match[1] for match in found]

    def names_around(self, token: Token) -> Sequence[str] | None:
        """The macros that have to be defined for a token to be compiled; None if it never is."""
        try:
            condition = self._c.condition_at(token.at) if self._c else ALWAYS
        except TooLarge:
            return ()
        return None if condition == NEVER else tuple(_needed(condition))

    def strange(self) -> Iterator[tuple[int, str, str]]:
        """Directives without their other end, as in a truncated file: line, text and reason."""
        for one in self._c.strange if self._c else ():
            if one.stand_in is None:
                yield one.line, one.text, one.reason

    @cached_property
    def heads(self) -> Mapping[str, Sequence[int]]:
        """The places of each word and punctuator."""
        found: dict[str, list[int]] = defaultdict(list)
        for place, token in enumerate(self.tokens.all):
            if token.kind != "string":
                found[token.text].append(place)
        return found

    def named(self) -> Iterator[Named]:
        """Macros and constants that stand for texts."""
        for define in self._c.defines if self._c else ():
            if '"' in define.body:
                yield Named(define.name, self._tokens(define.body))
        for macro in self._c.macros if self._c else ():
            if '"' in macro.body and len(macro.parameters) == 1:
                yield Named(macro.name, self._tokens(macro.body), macro.parameters)
        yield from constants(self.tokens)

    def _tokens(self, body: str) -> Sequence[Token]:
        try:
            return Tokens(self.path, body).all
        except TooManyTokens as error:
            raise TreeError(str(error)) from error


def _needed(condition: Condition) -> Iterator[str]:
    """The symbols that have to be set for a condition."""
    if isinstance(condition, Symbol):
        yield condition.name
    elif isinstance(condition, All):
        for term in condition.terms:
            yield from _needed(term)
