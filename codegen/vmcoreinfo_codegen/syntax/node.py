# SPDX-License-Identifier: MIT
"""The parts of syntax tree nodes, and how a class declares its layout.

Each class of `tree.py` names its rule of the grammar. The rule's children, in order, are the fields
of the class; an absent optional child is None. The layout says how the fields are written; without
a layout they follow the keyword, separated by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from ..core import expression
from ..core.condition import Condition

RULES: dict[str, type[Part] | type[Listed]] = {}
"""Classes by their rule of the grammar."""

_PLACE = re.compile(r"\[([^\[\]]*)\]|\{(\w+)\}")


@dataclass(frozen=True)
class Word:
    """A token with its position: line and column, from 1."""

    text: str
    line: int
    column: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Quoted(Word):
    """A string in double quotes, stored without them."""


@dataclass(frozen=True)
class Text(Quoted):
    """A text of one or more strings, joined by single spaces; its position is that of the first."""

    comment: str = field(default="", compare=False)


class Eol(str):
    """The end of a line: the comment on the line, or ""."""

    __slots__ = ()


class Listed(tuple[Any, ...]):
    """Words or parts of one kind in a row."""

    __slots__ = ()
    between: ClassVar[str] = " "

    def __init_subclass__(cls, rule: str, between: str = " ") -> None:
        cls.between = between
        RULES[rule] = cls


@dataclass(frozen=True)
class Part:
    """A part of a line, or a whole line.

    In a layout, `{field}` is replaced by a field, `[…]` is left out if all its fields are absent,
    and a tab in a clause is the column at which values begin.
    """

    layout: ClassVar[str] = ""

    def __init_subclass__(cls, rule: str = "", layout: str = "", **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.layout = layout
        if rule:
            RULES[rule] = cls

    @classmethod
    def made(cls, line: int, column: int, children: Sequence[Any]) -> Self:
        """Make the part from the children of its rule."""
        return cls(*children)

    def own(self) -> Iterator[str]:
        """The names of the fields that are written, in their order."""
        return (one.name for one in fields(self))


@dataclass(frozen=True)
class Node(Part):
    """A line or a block; `comment` is the comment at the end of its line or lines."""

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
    """A comment on a line of its own, including the `#`."""


@dataclass(frozen=True)
class Line(Node):
    """A line that starts with a keyword."""

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
    """The fields of a part as text, without the text at the end of a clause."""
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
    """A field as it is written in a schema."""
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
