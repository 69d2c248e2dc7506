# SPDX-License-Identifier: MIT
"""Strings of a source, and macros and constants that stand for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..core.tokens import Token, Tokens

_MOST_NESTED = 8
_MOST_LENGTH = 4096
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class Named:
    """A macro or a constant that stands for a text; its `parameters` stand for texts in it."""

    name: str
    tokens: Sequence[Token]
    parameters: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Strings:
    """Texts by their names in the sources."""

    named: Mapping[str, Named] = field(default_factory=dict)

    def with_own(self, own: Iterable[Named]) -> Strings:
        """The strings with those of a file, which replace others of the same name."""
        found = {one.name: one for one in own}
        return Strings({**self.named, **found}) if found else self

    def text_of(self, tokens: Sequence[Token]) -> str | None:
        """The text of adjacent strings, or names for them; None for anything else."""
        return self._text(tokens, {}, _MOST_NESTED)

    def _text(self, tokens: Sequence[Token], given: Mapping[str, str], left: int) -> str | None:
        found: list[str] = []
        at = 0
        while at < len(tokens):
            token = tokens[at]
            text: str | None = None
            if token.kind == "string":
                text, at = unquoted(token.text), at + 1
            elif token.text in given:
                text, at = given[token.text], at + 1
            elif left and (one := self.named.get(token.text)) is not None:
                if one.parameters is None:
                    text, at = self._text(one.tokens, {}, left - 1), at + 1
                else:
                    end = _call(tokens, at)
                    text, at = self._expanded(one, tokens[at + 2 : end], given, left - 1), end + 1
            if text is None:
                return None
            found.append(text)
            if sum(map(len, found)) > _MOST_LENGTH:
                return None
        return "".join(found) if found else None

    def _expanded(
        self, macro: Named, argument: Sequence[Token], given: Mapping[str, str], left: int
    ) -> str | None:
        """The text of a macro with one argument."""
        text = self._text(argument, given, left)
        if text is None or macro.parameters is None or len(macro.parameters) != 1:
            return None
        return self._text(macro.tokens, {macro.parameters[0]: text}, left)


def _call(tokens: Sequence[Token], at: int) -> int:
    """The place of the bracket that closes a macro's arguments; the end if there is none."""
    depth = 0
    for place in range(at + 1, len(tokens)):
        depth += (tokens[place].text == "(") - (tokens[place].text == ")")
        if depth <= 0:
            return place
    return len(tokens)


def constants(tokens: Tokens) -> Iterable[Named]:
    """Constants such as `name[] = "text"`."""
    all_ = tokens.all
    for place in range(3, len(all_)):
        if all_[place].kind != "string" or not tokens.is_at(place - 3, "[", "]", "="):
            continue
        end = place
        while end < len(all_) and all_[end].kind == "string":
            end += 1
        if place > 3 and all_[place - 4].kind == "word":
            yield Named(all_[place - 4].text, all_[place:end])


def unquoted(text: str) -> str | None:
    """The text of a string literal, also a raw one; None if it has values in it."""
    start = min((at for quote in "\"'" if (at := text.find(quote)) >= 0), default=0)
    prefix, quote = text[:start].lower(), text[start]
    is_long = text[start : start + 3] == quote * 3 and len(text) >= start + 6
    inside = text[start + 3 : -3] if is_long else text[start + 1 : -1]
    if "f" in prefix and "{" in inside:
        return None
    # An escape of a regular expression means the character itself; keys have no other escapes of C.
    return _ESCAPED.sub(r"\1", inside)
