# SPDX-License-Identifier: MIT
"""Expressions of `#if` as conditions over CONFIG symbols."""

from __future__ import annotations

import re
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from .. import resources
from ..terms.condition import All, Any, Compare, Condition, Constant, Not, Symbol


class NotUnderstood(Exception):
    """An expression that is no condition over CONFIG symbols; `stand_in` is a symbol for it."""

    def __init__(self, text: str, reason: str) -> None:
        self.stand_in = Symbol(re.sub(r"\s+", " ", text).strip() or "empty")
        super().__init__(reason)


@lru_cache(maxsize=1)
def parser() -> Lark:
    return Lark(
        resources.grammar("kernel.lark"),
        parser="lalr",
        start=["condition", "call"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def condition_of(text: str) -> Condition:
    """The condition that an `#if` expression is. Raises NotUnderstood."""
    try:
        tree = parser().parse(text, start="condition")
    except LarkError as error:
        raise NotUnderstood(text, "no expression of #if that is known here") from error
    return _convert(tree.children[0], text)


def _convert(node: object, text: str) -> Condition:
    if not isinstance(node, Tree):
        raise NotUnderstood(text, "no expression of #if that is known here")
    children = node.children
    match node.data:
        case "or":
            return Any(tuple(_operands(node, "or", text)))
        case "and":
            return All(tuple(_operands(node, "and", text)))
        case "not":
            return Not(_convert(children[0], text))
        case "defined" | "name":
            return Symbol(str(children[-1]))
        case "enabled":
            return Symbol(str(children[1]))
        case "number":
            return Constant(_number(children[0]) != 0)
        case "compare":
            return _compare(node, text)
    raise NotUnderstood(text, f"{node.data.replace('_', ' ')} in an #if")


def _operands(node: object, kind: str, text: str) -> list[Condition]:
    """The operands of a chain of one operator, flat."""
    if isinstance(node, Tree) and node.data == kind:
        return [term for child in node.children for term in _operands(child, kind, text)]
    return [_convert(node, text)]


def _compare(node: Tree[Token], text: str) -> Condition:
    left, operator, right = node.children
    names = [c for c in (left, right) if isinstance(c, Tree) and c.data == "name"]
    numbers = [c for c in (left, right) if isinstance(c, Tree) and c.data == "number"]
    if len(names) == len(numbers) == 1 and str(operator) in ("==", "!="):
        equal = Compare(str(names[0].children[0]), _number(numbers[0].children[0]))
        return equal if str(operator) == "==" else Not(equal)
    raise NotUnderstood(text, f"a comparison by {operator} in an #if")


def _number(token: object) -> int:
    digits = str(token).rstrip("uUlL")
    return int(digits, 8 if re.fullmatch(r"0[0-7]+", digits) else 0)
