# SPDX-License-Identifier: MIT
"""Turn lark's parse of a `.vmci` file into the tree of `tree.py`.

The classes declared in `tree.py` build themselves; this module builds their parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lark import Token, Tree

from ..core import condition, expression
from . import tree
from .node import RULES, Eol, Listed

Children = list[Any]
_Maker = Callable[[Tree[Token], Children], Any]
_WIDTHS = {"ptr": 0, "u8": 8, "u16": 16, "u32": 32, "u64": 64}


def built(parsed: Tree[Token], path: str) -> tree.File:
    """The tree of a whole file; `path` is its name in messages."""
    return tree.File(path, tuple(_made(node) for node in parsed.children))


def _made(node: Tree[Token] | Token | None) -> Any:
    """The tree of a node and its children."""
    if node is None:
        return None
    if isinstance(node, Token):
        return _word(node)
    maker = _MAKERS.get(node.data)
    if maker is not None:
        return maker(node, [_made(child) for child in node.children])
    return _PLAIN[node.data](node)


def _word(token: Token) -> tree.Word:
    line, column = token.line or 0, token.column or 0
    if token.type == "STRING":
        return tree.Quoted(token[1:-1].strip(), line, column)
    return tree.Word(str(token), line, column)


def _eol(node: Tree[Token]) -> Eol:
    # The children are a comment, if there is one, and the newline.
    return Eol(str(node.children[0]).rstrip())


def _comment(node: Tree[Token]) -> tree.Comment:
    return tree.Comment(node.meta.line, node.meta.column, str(node.children[0]).rstrip())


def _blank(node: Tree[Token]) -> tree.Blank:
    return tree.Blank(node.meta.line, node.meta.column, "")


# Nodes whose tokens don't become words of the tree.
_PLAIN: dict[str, Callable[[Tree[Token]], Any]] = {
    "eol": _eol,
    "comment": _comment,
    "blank": _blank,
}


def _declared(kind: Any) -> _Maker:
    if issubclass(kind, Listed):
        return lambda node, children: kind(c for c in children if not isinstance(c, Eol))
    return lambda node, children: kind.made(node.meta.line, node.meta.column, children)


def _text(node: Tree[Token], children: Children) -> tree.Text:
    strings = [child for child in children if isinstance(child, tree.Quoted)]
    comments = [child for child in children if isinstance(child, Eol) and child]
    joined = " ".join(string.text for string in strings if string.text)
    return tree.Text(joined, strings[0].line, strings[0].column, " ".join(comments))


class _Bound(tuple[str, tree.Word]):
    """`since` or `until` and its release, at the end of a clause."""

    __slots__ = ()


def _bound(name: str) -> _Maker:
    return lambda node, children: _Bound((name, children[0]))


def _range(node: Tree[Token], children: Children) -> tree.Range:
    bounds = dict(child for child in children if isinstance(child, _Bound))
    backports = [child for child in children if isinstance(child, tree.Backports)]
    return tree.Range(bounds.get("since"), bounds.get("until"), *backports)


def _binary(operator: str) -> _Maker:
    return lambda node, children: expression.Binary(operator, *children)


def _infix(node: Tree[Token], children: Children) -> expression.Binary:
    return expression.Binary(str(children[1]), children[0], children[2])


def _named(make: Callable[[str, tuple[int, int]], expression.Expression]) -> _Maker:
    return lambda node, words: make(str(words[0]), (words[0].line, words[0].column))


def _of_words(make: Callable[..., Any]) -> _Maker:
    return lambda node, words: make(*map(str, words))


def _number(word: object) -> int:
    return int(str(word), 0)


_MAKERS: dict[str, _Maker] = {
    **{rule: _declared(kind) for rule, kind in RULES.items()},
    "text": _text,
    **dict.fromkeys(("range", "bounds", "tool_range"), _range),
    **dict.fromkeys(("range_since", "tool_since"), _bound("since")),
    **dict.fromkeys(("range_until", "tool_until"), _bound("until")),
    "build_number": lambda node, words: words[0],
    # Conditions.
    "any": lambda node, terms: condition.Any(tuple(terms)),
    "all": lambda node, terms: condition.All(tuple(terms)),
    "negation": lambda node, terms: condition.Not(terms[0]),
    "config_symbol": _of_words(condition.Symbol),
    "config_compare": lambda node, words: condition.Compare(str(words[0]), _number(words[-1])),
    # Expressions.
    "choice": lambda node, children: expression.Choice(*children),
    "bit_or": _binary("|"),
    "bit_and": _binary("&"),
    "equal": _infix,
    "shift": _infix,
    "sum": _infix,
    "unary": lambda node, children: expression.Unary(str(children[0]), children[1]),
    "number": lambda node, words: expression.Number(_number(words[0]), str(words[0])),
    "key": _named(expression.Key),
    "derived": _named(expression.Derived),
    "read": lambda node, children: expression.Read(_WIDTHS[str(children[0])], children[1]),
    "log2": lambda node, children: expression.Log2(children[0]),
    "type_fact": _of_words(expression.TypeFact),
}
