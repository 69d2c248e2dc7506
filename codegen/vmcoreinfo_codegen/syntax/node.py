# SPDX-License-Identifier: MIT
"""The parts of syntax tree nodes, and how a class describes its text.

A class of `tree.py` names its rule of the grammar. The rule's children, in their order, are the
fields of the class, None if an optional one is absent. Its layout says how they are written;
without one they follow each other behind the keyword.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from ..core import expression
from ..core.condition import Condition

RULES: dict[str, type[Part] | type[Listed]] = {}
"""Classes by their rules of the grammar."""

_PLACE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")


@dataclass(frozen=True)
class Word:
    """A piece of text with its place: line and column, from 1."""

    text: str
    line: int
    column: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Quoted(Word):
    """A word in double quotes, without them."""


@dataclass(frozen=True)
class Text(Quoted):
    """A text over one or more strings, joined by single spaces, at the place of the first."""

    comment: str = field(default="", compare=False)


class Eol(str):
    """The end of a line: the comment on it, or nothing."""

    __slots__ = ()


class Listed(tuple[Any, ...]):
    """Words or parts of one kind, one behind the other."""

    __slots__ = ()
    between: ClassVar[str] = " "

    def __init_subclass__(cls, rule: str, between: str = " ") -> None:
        cls.between = between
        RULES[rule] = cls


@dataclass(frozen=True)
class Part:
    """A part of a line, or a whole one.

    In a layout `{field}` stands for a field, `[…]` for what is left out where its fields are absent,
    and in a clause a tab for the column at which values begin.
    """

    layout: ClassVar[str] = ""

    def __init_subclass__(cls, rule: str = "", layout: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.layout = layout
        if rule:
            RULES[rule] = cls

    @classmethod
    def made(cls, line: int, column: int, children: Sequence[Any]) -> Self:
        """The part of a rule's children."""
        return cls(*children)

    def own(self) -> Iterator[str]:
        """The names of what the text says, in its order."""
        return (one.name for one in fields(self))


@dataclass(frozen=True)
class Node(Part):
    """A line or a block; `comment` is what follows on its own line, or lines."""

    line: int
    column: int
    comment: str

    def own(self) -> Iterator[str]:
        return (one.name for one in fields(self) if one.name not in _OF_NODES)


@dataclass(frozen=True)
class Blank(Node):
    """One or more blank lines."""


@dataclass(frozen=True)
class Comment(Node):
    """A comment on a line of its own, with its `#`."""


@dataclass(frozen=True)
class Line(Node):
    """A line that begins with a keyword."""

    keyword: ClassVar[str] = ""

    def __init_subclass__(cls, rule: str = "", keyword: str = "", **rest: Any) -> None:
        super().__init_subclass__(rule=rule, **rest)
        cls.keyword = keyword or rule

    @classmethod
    def made(cls, line: int, column: int, children: Sequence[Any]) -> Self:
        said = [child for child in children if not isinstance(child, Eol)]
        return cls(line, column, _comments(children), *said)


@dataclass(frozen=True)
class Clause(Line):
    """A line in a block."""


@dataclass(frozen=True)
class TextClause(Clause):
    """A keyword and a text."""

    text: Quoted


@dataclass(frozen=True)
class WordsClause(Clause):
    """A keyword and its words."""

    words: tuple[Word, ...]

    @classmethod
    def made(cls, line: int, column: int, children: Sequence[Any]) -> Self:
        said = tuple(child for child in children if not isinstance(child, Eol))
        return cls(line, column, _comments(children), said)


@dataclass(frozen=True)
class Block(Line):
    """`head {`, lines, `}`; `comment` stands behind the `{`, `end_comment` behind the `}`."""

    body: tuple[Node, ...]
    end_comment: str

    @classmethod
    def made(cls, line: int, column: int, children: Sequence[Any]) -> Self:
        body = tuple(child for child in children if isinstance(child, Node))
        opening, closing = [child for child in children if isinstance(child, Eol)]
        head = [child for child in children if not isinstance(child, (Node, Eol))]
        return cls(line, column, str(opening), body, str(closing), *head)

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(node for node in self.body if isinstance(node, Clause))


_OF_NODES = frozenset(one.name for one in fields(Block))


def _comments(children: Sequence[Any]) -> str:
    found = (
        child if isinstance(child, Eol) else child.comment
        for child in children
        if isinstance(child, (Eol, Text))
    )
    return " ".join(comment for comment in found if comment)


def laid_out(part: Part) -> str:
    """What the fields of a part say; a text at the end of a clause is not part of it."""
    own = {name: getattr(part, name) for name in part.own()}
    said = {name: "" if isinstance(value, Text) else shown(value) for name, value in own.items()}
    if not part.layout:
        return " ".join(filter(None, said.values()))

    def filled(place: re.Match[str]) -> str:
        group, name = place.groups()
        if name:
            return said[name]
        inside = _PLACE.findall(group)
        return _PLACE.sub(filled, group) if any(said[name] for _, name in inside) else ""

    return _PLACE.sub(filled, part.layout).strip(" ")


def shown(value: Any) -> str:
    """A field as the text has it."""
    match value:
        case None:
            return ""
        case Quoted(text=text):
            return f'"{text}"'
        case Part():
            return laid_out(value)
        case Listed(between=between):
            return between.join(map(shown, value))
        case tuple():
            return " ".join(map(shown, value))
        case expression.Expression():
            return expression.render(value)
        case Word() | Condition():
            return str(value)
    raise TypeError(f"not part of a schema: {value!r}")
