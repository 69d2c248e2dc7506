# SPDX-License-Identifier: MIT
"""One C file: its code, its macro definitions, and what encloses each place of it.

Only islands are looked at: directives, calls, function heads. Offsets are those
of the file as it is, for comments and directives are blanked, not cut out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from ..terms.condition import ALWAYS, All, Any, Condition, Constant, Not, all_of
from .conditions import NotUnderstood, condition_of

_COMMENT_OR_STRING = re.compile(
    r'//[^\n]*|/\*.*?(?:\*/|\Z)|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w+)((?:\\\r?\n|[^\n])*)", re.MULTILINE)
_GUARD = re.compile(r"\s*#\s*ifndef\s+(\w+)\s*\n\s*#\s*define\s+(\w+)")
_DEFINITION = re.compile(r"\s*(\w+)\(([^()]*)\)(.*)", re.DOTALL)
# Kernel style: the brace that opens a function stands alone in the first column.
_FUNCTION = re.compile(r"\b(\w+)\s*\([^;{}]*\)[^;{}()]*\n\{", re.MULTILINE)


@dataclass(frozen=True)
class Macro:
    """A function-like macro as it is defined."""

    name: str
    parameters: tuple[str, ...]
    body: str
    file: str
    line: int


@dataclass(frozen=True)
class Strange:
    """A place that could not be understood, and why."""

    line: int
    text: str
    reason: str
    stand_in: str | None = None
    """The symbol that stands for it in conditions, where it is one."""


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without_comments(text: str) -> str:
    """The text with comments blanked; strings stay, and so do all offsets."""
    return _COMMENT_OR_STRING.sub(lambda m: _spaces(m[0]) if m[0][0] == "/" else m[0], text)


@dataclass
class _Frame:
    """One open `#if`: the condition of its present branch, and those before it."""

    line: int
    branch: Condition
    earlier: list[Condition] = field(default_factory=list)


class Source:
    """A file with its islands. `strange` gathers directives that are not understood."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.bare = without_comments(text)
        self.macros: list[Macro] = []
        self.strange: list[Strange] = []
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._changes: list[int] = [0]
        self._conditions: list[Condition] = [ALWAYS]
        self.code = self._read_directives()

    def line_of(self, offset: int) -> int:
        return bisect_right(self._ends, offset - 1) + 1

    def condition_at(self, offset: int) -> Condition:
        """All enclosing conditions as one."""
        return self._conditions[bisect_right(self._changes, offset) - 1]

    def function_at(self, offset: int) -> str | None:
        """The name of the function whose body encloses a place."""
        place = bisect_right(self._functions[0], offset) - 1
        if place < 0:
            return None
        start, end, name = self._functions[1][place]
        return name if start <= offset < end else None

    @cached_property
    def _functions(self) -> tuple[list[int], list[tuple[int, int, str]]]:
        found = []
        for match in _FUNCTION.finditer(self.code):
            end = self.code.find("\n}", match.end())
            found.append((match.end(), end if end >= 0 else len(self.code), match[1]))
        return [start for start, _, _ in found], found

    def _read_directives(self) -> str:
        """Follow the directives; returns the code with all of them blanked."""
        frames: list[_Frame] = []
        guard = self._guard()
        for match in _DIRECTIVE.finditer(self.bare):
            word = match[1]
            rest = re.sub(r"\\\r?\n", " ", match[2]).strip()
            line = self.line_of(match.start())
            if word == "define":
                self._define(rest, line)
                continue
            if word in ("if", "ifdef", "ifndef"):
                guards = word == "ifndef" and rest == guard
                frames.append(_Frame(line, ALWAYS if guards else self._parse(word, rest, line)))
                guard = None if guards else guard
            elif word in ("else", "elif", "elifdef", "elifndef") and frames:
                frame = frames[-1]
                frame.earlier.append(frame.branch)
                word = word.removeprefix("el")
                frame.branch = ALWAYS if word == "se" else self._parse(word, rest, line)
            elif word == "endif" and frames:
                frames.pop()
            elif word in ("else", "elif", "endif"):
                self.strange.append(Strange(line, match[0].strip(), f"#{word} without an #if"))
                continue
            else:
                continue
            self._changes.append(match.end())
            self._conditions.append(_joined(frames))
        self.strange += [
            Strange(frame.line, "#if", "no #endif for it: the file may be cut") for frame in frames
        ]
        code = _DIRECTIVE.sub(lambda match: _spaces(match[0]), self.bare)
        return re.sub(r"\\(?=[ \t]*\n)", " ", code)

    def _guard(self) -> str | None:
        """The macro that guards a header against being read twice."""
        match = _GUARD.match(self.bare)
        return match[1] if match and match[1] == match[2] else None

    def _define(self, rest: str, line: int) -> None:
        match = _DEFINITION.match(rest)
        if match:
            parameters = tuple(part.strip() for part in match[2].split(",") if part.strip())
            self.macros.append(Macro(match[1], parameters, match[3].strip(), self.path, line))

    def _parse(self, word: str, rest: str, line: int) -> Condition:
        expression = rest
        if word in ("ifdef", "ifndef"):
            expression = f"{'!' if word == 'ifndef' else ''}defined({rest.split(' ')[0]})"
        try:
            return condition_of(expression)
        except NotUnderstood as error:
            name = error.stand_in.name
            self.strange.append(Strange(line, f"#{word} {rest}", str(error), name))
            return error.stand_in


def _joined(frames: list[_Frame]) -> Condition:
    terms: list[Condition] = []
    for frame in frames:
        for condition in (*map(_negated, frame.earlier), frame.branch):
            terms += condition.terms if isinstance(condition, All) else (condition,)
    return all_of(*dict.fromkeys(terms))


def _negated(condition: Condition) -> Condition:
    match condition:
        case Not(term=term):
            return term
        case Constant(value=value):
            return Constant(not value)
        case Any(terms=terms):
            return All(tuple(_negated(term) for term in terms))
    return Not(condition)
