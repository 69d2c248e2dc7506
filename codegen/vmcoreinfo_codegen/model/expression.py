# SPDX-License-Identifier: MIT
"""Expressions as data for machine-readable tables: as text and as a tree."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..core.expression import (
    Binary,
    Choice,
    Derived,
    Expression,
    Key,
    Log2,
    Number,
    Read,
    TypeFact,
    Unary,
    render,
)
from ..record import Record


class NumberTree(Record):
    """A constant, as decimal digits because many JSON readers round 64-bit numbers."""

    kind: Literal["number"] = "number"
    value: Annotated[str, Field(pattern="^[0-9]+$")]


class KeyTree(Record):
    """The value of an entry; a negative one as its two's complement."""

    kind: Literal["key"] = "key"
    key: str


class DerivedTree(Record):
    """The value of another derivation."""

    kind: Literal["derived"] = "derived"
    name: str


class ReadTree(Record):
    """An unsigned integer of `bits` bits in dump memory; null stands for the size of a pointer."""

    kind: Literal["read"] = "read"
    bits: int | None
    address: Tree


class Log2Tree(Record):
    """The exponent of a power of two; any other operand has no value."""

    kind: Literal["log2"] = "log2"
    operand: Tree


class FactTree(Record):
    """A question about a kernel's types, symbols or configuration; only `debug-info` has it."""

    kind: Literal["fact"] = "fact"
    question: str
    name: str


class UnaryTree(Record):
    """A unary operation; `!` gives 1 for 0, and 0 for anything else."""

    kind: Literal["unary"] = "unary"
    operator: Literal["~", "-", "!"]
    operand: Tree


class BinaryTree(Record):
    """A binary operation modulo 2^64; a comparison gives 0 or 1, and a shift by 64 or more gives
    0."""

    kind: Literal["binary"] = "binary"
    operator: Literal["|", "&", "==", "!=", "<<", ">>", "+", "-"]
    left: Tree
    right: Tree


class ChoiceTree(Record):
    """`then` if the condition is not 0, else `otherwise`. If one of the three has no value, the
    whole has none."""

    kind: Literal["choice"] = "choice"
    condition: Tree
    then: Tree
    otherwise: Tree


Tree = Annotated[
    NumberTree
    | KeyTree
    | DerivedTree
    | ReadTree
    | Log2Tree
    | FactTree
    | UnaryTree
    | BinaryTree
    | ChoiceTree,
    Field(discriminator="kind"),
]


class WrittenExpression(Record):
    """An expression as text in the schema's syntax, and as a tree for readers without a parser for
    it."""

    text: str
    tree: Tree


def written(expression: Expression) -> WrittenExpression:
    return WrittenExpression(text=render(expression), tree=tree_of(expression))


def tree_of(expression: Expression) -> Tree:
    match expression:
        case Number(value=value):
            return NumberTree(value=str(value))
        case Key(key=key):
            return KeyTree(key=key)
        case Derived(name=name):
            return DerivedTree(name=name)
        case Read(width=width, address=address):
            return ReadTree(bits=width or None, address=tree_of(address))
        case Log2(operand=operand):
            return Log2Tree(operand=tree_of(operand))
        case TypeFact(question=question, name=name):
            return FactTree(question=question, name=name)
        case Unary("~" | "-" | "!" as operator, operand):
            return UnaryTree(operator=operator, operand=tree_of(operand))
        case Binary("|" | "&" | "==" | "!=" | "<<" | ">>" | "+" | "-" as operator, left, right):
            return BinaryTree(operator=operator, left=tree_of(left), right=tree_of(right))
        case Choice(condition, then, otherwise):
            return ChoiceTree(
                condition=tree_of(condition), then=tree_of(then), otherwise=tree_of(otherwise)
            )
    raise TypeError(f"not an expression: {expression!r}")
