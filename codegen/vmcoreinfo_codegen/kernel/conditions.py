# SPDX-License-Identifier: MIT
"""Expressions of `#if` as conditions over CONFIG symbols."""

from __future__ import annotations

import re
from functools import lru_cache

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from ..core.condition import All, Any, Compare, Condition, Constant, Not, Symbol
from ..grammars import lalr

# The longest in a kernel have some 300 characters, and nested parentheses.
_MOST_CHARACTERS = 2000
_MOST_NESTED = 40
_MOST_SHOWN = 200
# The preprocessor computes with this many bits.
_BITS = 64


class NotUnderstood(Exception):
    """An expression that is not a condition over CONFIG symbols."""

    def __init__(self, text: str, reason: str) -> None:
        self._text = text
        super().__init__(reason)

    def stand_in_at(self, line: int) -> Symbol:
        """A symbol in place of the expression: its text, or if that is long, its start and the
        line.
        """
        start = re.sub(r"\s+", " ", self._text[:_MOST_SHOWN]).strip() or "empty"
        return Symbol(start if len(self._text) <= _MOST_SHOWN else f"{start}... in line {line}")


@lru_cache(maxsize=1)
def parser() -> Lark:
    return lalr("kernel.lark", start=["condition", "call"], maybe_placeholders=False)


def condition_of(text: str) -> Condition:
    """The condition of an `#if` expression. Raises NotUnderstood."""
    if len(text) > _MOST_CHARACTERS:
        raise NotUnderstood(text, f"an expression of more than {_MOST_CHARACTERS} characters")
    try:
        tree = parser().parse(text, start="condition")
    except LarkError as error:
        raise NotUnderstood(text, "unsupported #if expression") from error
    return _convert(tree.children[0], text, _MOST_NESTED)


def _convert(node: object, text: str, depth: int) -> Condition:
    if not isinstance(node, Tree):
        raise NotUnderstood(text, "unsupported #if expression")
    if depth == 0:
        raise NotUnderstood(text, f"an expression nested more than {_MOST_NESTED} deep")
    children = node.children
    match node.data:
        case "or":
            return Any(tuple(_convert(term, text, depth - 1) for term in _operands(node)))
        case "and":
            return All(tuple(_convert(term, text, depth - 1) for term in _operands(node)))
        case "not":
            return Not(_convert(children[0], text, depth - 1))
        case "defined" | "name":
            return Symbol(str(children[-1]))
        case "enabled":
            return Symbol(str(children[1]))
        case "number":
            return Constant(_number(children[0], text) != 0)
        case "compare":
            return _compare(node, text)
    raise NotUnderstood(text, f"{node.data.replace('_', ' ')} in an #if")


def _operands(node: Tree[Token]) -> list[object]:
    """The flattened operands of a chain of one operator."""
    found: list[object] = []
    open_: list[object] = [node]
    while open_:
        operand = open_.pop()
        if isinstance(operand, Tree) and operand.data == node.data:
            open_ += reversed(operand.children)
        else:
            found.append(operand)
    return found


def _compare(node: Tree[Token], text: str) -> Condition:
    left, operator, right = node.children
    names = [c for c in (left, right) if isinstance(c, Tree) and c.data == "name"]
    numbers = [c for c in (left, right) if isinstance(c, Tree) and c.data == "number"]
    if len(names) == len(numbers) == 1 and str(operator) in ("==", "!="):
        equal = Compare(str(names[0].children[0]), _number(numbers[0].children[0], text))
        return equal if str(operator) == "==" else Not(equal)
    raise NotUnderstood(text, f"a comparison with {operator} in an #if")


def _number(token: object, text: str) -> int:
    digits = str(token).rstrip("uUlL")
    try:
        number = int(digits, 8 if re.fullmatch(r"0[0-7]+", digits) else 0)
    except ValueError as error:
        raise NotUnderstood(text, "not a C number in an #if") from error
    if number >> _BITS:
        raise NotUnderstood(text, f"a number of more than {_BITS} bits in an #if")
    return number
