# SPDX-License-Identifier: MIT
"""Patterns of code in the schema, such as `READ_SYMBOL(NAME, _)`, and their matches in a source.

`KEY` matches a string that is a key, `NAME` and `FIELD` strings that are part of one, `BASE` the
base of a number, `_` any argument, `...` all remaining arguments. `#NAME` matches a bare word,
`NAME...` consecutive strings, and `KEY=` only a string that ends in `=`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .tokens import Token, Tokens

HOLES = ("KEY", "NAME", "FIELD")
_MOST_HELD = 256


class PatternError(ValueError):
    """A text that is not a valid pattern; the message says why."""


@dataclass(frozen=True)
class Match:
    """A place that matches: its tokens, and the tokens that each hole matched."""

    start: int
    end: int
    held: Mapping[str, Sequence[Token]]


@dataclass(frozen=True)
class _Part:
    """A sign, a word or a hole."""

    text: str
    hole: str = ""
    is_word: bool = False
    is_list: bool = False
    has_equals: bool = False


@dataclass(frozen=True)
class Pattern:
    """A pattern of code."""

    text: str
    parts: tuple[_Part, ...]

    @property
    def head(self) -> str:
        """The first word or sign; candidates are found by it."""
        return self.parts[0].text

    @property
    def name(self) -> str:
        """The called function or macro, or "" if there is none."""
        for before, part in zip(self.parts, self.parts[1:], strict=False):
            if part.text == "(" and not before.hole:
                return before.text
        return ""

    @property
    def holes(self) -> tuple[str, ...]:
        return tuple(part.hole for part in self.parts if part.hole)

    @property
    def has_equals(self) -> bool:
        return any(part.has_equals for part in self.parts)

    @property
    def takes_words(self) -> bool:
        return any(part.is_word for part in self.parts)

    def match(self, tokens: Tokens, start: int) -> Match | None:
        """Match the pattern at a token, which has to be the head."""
        place = start
        held: dict[str, Sequence[Token]] = {}
        for part, behind in zip(self.parts, (*self.parts[1:], _Part("")), strict=True):
            if not part.hole:
                if place >= len(tokens) or tokens.all[place].text != part.text:
                    return None
                place += 1
                continue
            stop = behind.text if not behind.hole else ""
            end = _rest(tokens, place) if part.is_list else tokens.argument(place, stop)
            if end is None or (end == place and part.hole != "..."):
                return None
            if part.hole not in ("_", "..."):
                # This is longer than any key, so the remaining tokens don't matter.
                held[part.hole] = tokens.all[place : min(end, place + _MOST_HELD)]
            place = end
        return Match(start, place, held)


def _rest(tokens: Tokens, place: int) -> int | None:
    """The end of the last remaining argument."""
    while (end := tokens.argument(place)) is not None and tokens.is_at(end, ","):
        place = end + 1
    return end


@lru_cache(maxsize=1024)
def pattern(text: str) -> Pattern:
    """Parse a pattern. Raises PatternError."""
    tokens = Tokens(text, text).all
    parts: list[_Part] = []
    at = 0
    while at < len(tokens):
        token, behind = tokens[at], tokens[at + 1].text if at + 1 < len(tokens) else ""
        is_word = token.text == "#" and behind in HOLES
        if is_word:
            at += 1
            token, behind = tokens[at], tokens[at + 1].text if at + 1 < len(tokens) else ""
        if token.text in (*HOLES, "BASE"):
            is_list = behind == "..."
            has_equals = token.text == "KEY" and behind == "="
            parts.append(_Part("", token.text, is_word, is_list, has_equals))
            at += 1 if is_list or has_equals else 0
        elif token.text in ("_", "..."):
            parts.append(_Part("", token.text, is_list=token.text == "..."))
        else:
            parts.append(_Part(token.text))
        at += 1
    if not parts or parts[0].hole or not any(part.text.isidentifier() for part in parts):
        raise PatternError("it does not begin with a word of code")
    found = [part.hole for part in parts if part.hole in (*HOLES, "BASE")]
    if len(set(found)) != len(found):
        raise PatternError("a part of the key is in it twice")
    return Pattern(text, tuple(parts))


def matches(
    pattern: Pattern, tokens: Tokens, heads: Mapping[str, Sequence[int]]
) -> Iterator[Match]:
    """All matches in a source; `heads` are places by the text of their token."""
    for place in heads.get(pattern.head, ()):
        match = pattern.match(tokens, place)
        if match is not None:
            yield match
