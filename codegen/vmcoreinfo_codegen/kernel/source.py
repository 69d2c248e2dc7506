# SPDX-License-Identifier: MIT
"""One C file: its code, its macro definitions, and the conditions and function around each place.

Only directives, calls and function heads are parsed. Comments and directives are replaced by
spaces, so offsets are those in the file.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ..core.condition import (
    ALWAYS,
    All,
    Any,
    Condition,
    Constant,
    Not,
    Symbol,
    TooLarge,
    all_of,
    minimal,
    size_of,
)
from ..limits import Limit
from .conditions import NotUnderstood, condition_of
from .lexing import directives, spaces, without_comments

# Possessive quantifiers (`++`) prevent backtracking that is quadratic in the length of a line.
_GUARD = re.compile(r"\s*+#\s*+ifndef\s++(\w++)[^\S\n]*+\n\s*+#\s*+define\s++(\w++)")
_DEFINITION = re.compile(r"\s*+(\w++)\(([^()]*+)\)(.*)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*+")
_HEAD = re.compile(r"\b(\w++)\s*+\(")
_CONTINUED = re.compile(r"\\(?=[ \t]*+\n)")
# Conditions around a line in a kernel have at most ten operands.
_MOST_OPERANDS = 256
_MOST_STEPS = 20_000
_STEPS_A_CHARACTER = 2
AROUND = "#if around"
"""Prefix of the symbols that stand for the unknown conditions around an excerpt."""


@dataclass(frozen=True)
class Macro:
    """The definition of a function-like macro."""

    name: str
    parameters: tuple[str, ...]
    body: str
    file: str
    line: int


@dataclass(frozen=True)
class Define:
    """The definition of an object-like macro; its body as written."""

    name: str
    body: str
    line: int


@dataclass(frozen=True)
class Strange:
    """A place that was not understood, and why."""

    line: int
    text: str
    reason: str
    stand_in: str | None = None
    """The symbol that stands for it in conditions, if there is one."""


class _Expression:
    """The expression of an `#if`, parsed when a condition in its branch is needed."""

    def __init__(self, name: str, rest: str, line: int, known: Condition | None = None) -> None:
        self.name = name
        self.rest = rest
        self.line = line
        self._known = known

    def condition(self, strange: list[Strange]) -> Condition:
        if self._known is None:
            self._known = self._read(strange)
        return self._known

    def _read(self, strange: list[Strange]) -> Condition:
        expression = self.rest
        if self.name in ("ifdef", "ifndef"):
            macro = self.rest.split(" ")[0]
            expression = f"{'!' if self.name == 'ifndef' else ''}defined({macro})"
        try:
            return condition_of(expression)
        except NotUnderstood as error:
            stand_in = error.stand_in_at(self.line)
            text = f"#{self.name} {self.rest}"
            strange.append(Strange(self.line, text, str(error), stand_in.name))
            return stand_in


class _Branch:
    """A branch of an `#if`: its expression or the negation of one, and the branch around it.

    A linked list from the inside out, so that a branch costs the same at any depth.
    """

    __slots__ = ("_condition", "depth", "expression", "negated", "outer")

    def __init__(self, outer: _Branch | None, expression: _Expression, negated: bool) -> None:
        self.outer = outer
        self.expression = expression
        self.negated = negated
        self.depth: int = outer.depth + 1 if outer else 1
        self._condition: Condition | TooLarge | None = None

    def condition(self, strange: list[Strange], steps: Limit) -> Condition:
        """The conjunction of all branches, without those that others imply. Raises TooLarge."""
        if self._condition is None:
            own = Limit("its condition", min(_MOST_STEPS, steps.left), "steps", TooLarge)
            try:
                self._condition = minimal(self._joined(strange), own)
            except TooLarge as error:
                self._condition = error
            # A failed attempt counts as well.
            steps.spend(own.most - max(own.left, 0))
        if isinstance(self._condition, TooLarge):
            raise self._condition
        return self._condition

    def _joined(self, strange: list[Strange]) -> Condition:
        if self.depth > _MOST_OPERANDS:
            raise TooLarge(f"it is nested in more than {_MOST_OPERANDS} conditions")
        found: list[Condition] = []
        branch: _Branch | None = self
        while branch is not None:
            condition = branch.expression.condition(strange)
            found.append(_negated(condition) if branch.negated else condition)
            branch = branch.outer
        if sum(map(size_of, found)) > _MOST_OPERANDS:
            raise TooLarge(f"its conditions have more than {_MOST_OPERANDS} operands")
        terms: list[Condition] = []
        for condition in reversed(found):
            terms += condition.terms if isinstance(condition, All) else (condition,)
        return all_of(*dict.fromkeys(terms))


@dataclass
class _Frame:
    """One open `#if`: the branch around its next branch, and its current one."""

    line: int
    outer: _Branch | None
    expression: _Expression
    branch: _Branch | None


@dataclass(frozen=True)
class Excerpt:
    """A piece of a file, such as a hunk of a patch, whose surroundings are unknown.

    `name` is the same for both versions of a piece, and so are the `labels` of lines in both.
    """

    name: str
    first_line: int
    labels: Sequence[str]


class Source:
    """A file, or an excerpt of one. `strange` collects directives that are not understood.

    `unbalanced` are the directives of an excerpt whose other end is outside it, in order.
    """

    def __init__(self, path: str, text: str, excerpt: Excerpt | None = None) -> None:
        self.path = path
        self.text = text
        self._excerpt = excerpt
        self.macros: list[Macro] = []
        self.defines: list[Define] = []
        self.strange: list[Strange] = []
        self.unbalanced: list[str] = []
        self.bare = without_comments(text)
        self._ends = array("Q", (match.start() for match in re.finditer("\n", text)))
        self._changes = array("Q", (0,))
        self._branches: list[_Branch | None] = [self._surroundings("0")]
        self._steps = Limit(
            path, _MOST_STEPS + _STEPS_A_CHARACTER * len(text), "steps for its conditions", TooLarge
        )
        self.code = self._read_directives()

    @property
    def first_line(self) -> int:
        return self._excerpt.first_line if self._excerpt else 1

    def line_of(self, offset: int) -> int:
        return bisect_right(self._ends, offset - 1) + self.first_line

    def line_at(self, offset: int) -> str:
        """The text from a place to the end of its line."""
        end = self.text.find("\n", offset)
        return self.text[offset : end if end >= 0 else len(self.text)].strip()

    def condition_at(self, offset: int) -> Condition:
        """The conjunction of all conditions around a place. Raises TooLarge."""
        branch = self._branches[bisect_right(self._changes, offset) - 1]
        return ALWAYS if branch is None else branch.condition(self.strange, self._steps)

    def function_at(self, offset: int) -> str | None:
        """The name of the function whose body contains a place."""
        starts, found = self._functions
        place = bisect_right(starts, offset) - 1
        if place < 0:
            return None
        end, name = found[place]
        return name if offset < end else None

    @cached_property
    def _functions(self) -> tuple[list[int], list[tuple[int, str]]]:
        """Starts of function bodies, and for each its end and name. A body starts after its
        brace.
        """
        # Kernel style: the braces of a function are in the first column.
        ends = [match.start() for match in re.finditer(r"\n\}", self.code)]
        starts = []
        found = []
        before = 0
        for match in re.finditer(r"[;{}]", self.code):
            at = match.start()
            if match[0] == "{" and self.code[at - 1 : at] == "\n":
                head = _HEAD.search(self.code, before, at)
                if head and self.code.rfind(")", before, at) > self.code.rfind("(", before, at):
                    starts.append(at + 1)
                    end = bisect_left(ends, at + 1)
                    found.append((ends[end] if end < len(ends) else len(self.code), head[1]))
            before = at + 1
        return starts, found

    def _read_directives(self) -> str:
        """Process the directives; returns the code with all of them replaced by spaces."""
        frames: list[_Frame] = []
        outermost = self._branches[0]
        guard = self._guard()
        kept: list[str] = []
        at = 0
        for directive in directives(self.bare):
            kept += [
                self.bare[at : directive.start],
                spaces(self.bare[directive.start : directive.end]),
            ]
            at = directive.end
            name, rest = directive.name, directive.rest
            line = self.line_of(directive.start)
            if name == "define":
                self._define(rest, line)
                continue
            if name in ("if", "ifdef", "ifndef"):
                guards = name == "ifndef" and rest == guard
                guard = None if guards else guard
                expression = _Expression(name, rest, line, ALWAYS if guards else None)
                outer = frames[-1].branch if frames else outermost
                frames.append(_Frame(line, outer, expression, _Branch(outer, expression, False)))
            elif name in ("else", "elif", "elifdef", "elifndef") and frames:
                frame = frames[-1]
                frame.outer = _Branch(frame.outer, frame.expression, True)
                known = ALWAYS if name == "else" else None
                frame.expression = _Expression(name.removeprefix("el"), rest, line, known)
                frame.branch = _Branch(frame.outer, frame.expression, False)
            elif name == "endif" and frames:
                frames.pop()
            elif name in ("else", "elif", "elifdef", "elifndef", "endif") and self._excerpt:
                label = self._excerpt.labels[line - self._excerpt.first_line]
                outermost = self._surroundings(label)
                self.unbalanced.append(f"#{name} {rest}".strip())
            elif name in ("else", "elif", "endif"):
                text = self.bare[directive.start : directive.end].strip()
                self.strange.append(Strange(line, text, f"#{name} without an #if"))
                continue
            else:
                continue
            self._changes.append(directive.end)
            self._branches.append(frames[-1].branch if frames else outermost)
        if self._excerpt:
            self.unbalanced += [f"#{f.expression.name} {f.expression.rest}" for f in frames]
        else:
            self.strange += [
                Strange(frame.line, "#if", "missing #endif; the file may be truncated")
                for frame in frames
            ]
        return _CONTINUED.sub(" ", "".join([*kept, self.bare[at:]]))

    def _surroundings(self, label: str) -> _Branch | None:
        """A branch for the unknown conditions around an excerpt from a line on."""
        if self._excerpt is None:
            return None
        around = Symbol(f"{AROUND} {self._excerpt.name}/{label}")
        return _Branch(None, _Expression("if", "", 0, around), False)

    def _guard(self) -> str | None:
        """The macro that is the include guard of a header."""
        match = _GUARD.match(self.bare)
        return match[1] if match and match[1] == match[2] else None

    def _define(self, rest: str, line: int) -> None:
        match = _DEFINITION.match(rest)
        if match:
            parameters = tuple(part.strip() for part in match[2].split(",") if part.strip())
            self.macros.append(Macro(match[1], parameters, match[3].strip(), self.path, line))
            return
        name, _, body = rest.partition(" ")
        name, tab, more = name.partition("\t")
        if _WORD.fullmatch(name):
            self.defines.append(Define(name, f"{more}{tab}{body}".strip(), line))


def _negated(condition: Condition) -> Condition:
    match condition:
        case Not(term=term):
            return term
        case Constant(value=value):
            return Constant(not value)
        case Any(terms=terms):
            return All(tuple(_negated(term) for term in terms))
    return Not(condition)
