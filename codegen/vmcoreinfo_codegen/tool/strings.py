# SPDX-License-Identifier: MIT
"""Strings of a source, and names that macros and constants give them."""

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
    """A macro or a constant that stands for a text; with `parameters`, which stand for texts in it."""

    name: str
    tokens: Sequence[Token]
    parameters: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Strings:
    """Texts by the names that sources have for them."""

    named: Mapping[str, Named] = field(default_factory=dict)

    def with_own(self, own: Iterable[Named]) -> Strings:
        """Those of a file, which come before others of the same name."""
        found = {one.name: one for one in own}
        return Strings({**self.named, **found}) if found else self

    def text_of(self, tokens: Sequence[Token]) -> str | None:
        """The text of strings that follow each other, or of names for them; None if it is none."""
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
        """What a macro of one argument makes of it."""
        text = self._text(argument, given, left)
        if text is None or macro.parameters is None or len(macro.parameters) != 1:
            return None
        return self._text(macro.tokens, {macro.parameters[0]: text}, left)


def _call(tokens: Sequence[Token], at: int) -> int:
    """Where the bracket is that closes the arguments of a macro; the end, if there is none."""
    depth = 0
    for place in range(at + 1, len(tokens)):
        depth += (tokens[place].text == "(") - (tokens[place].text == ")")
        if depth <= 0:
            return place
    return len(tokens)


def constants(tokens: Tokens) -> Iterable[Named]:
    """`name[] = "text"`."""
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
    """What a string says, a raw one too; None of one that has values in it."""
    start = min((at for quote in "\"'" if (at := text.find(quote)) >= 0), default=0)
    prefix, quote = text[:start].lower(), text[start]
    is_long = text[start : start + 3] == quote * 3 and len(text) >= start + 6
    inside = text[start + 3 : -3] if is_long else text[start + 1 : -1]
    if "f" in prefix and "{" in inside:
        return None
    # An escape of a regular expression is the sign itself; one of C that is another is in no key.
    return _ESCAPED.sub(r"\1", inside)
