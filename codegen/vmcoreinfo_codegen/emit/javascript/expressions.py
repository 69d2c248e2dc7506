# SPDX-License-Identifier: MIT
"""Expressions over the values of a note, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.expression import Binary, Choice, Expression, Key, Log2, Number, TypeFact, Unary
from ...model.c_type import CType, called
from ...record import NOTHING
from ..problem import NoProduct


def expression_of(expression: Expression, types: Mapping[str, CType] = NOTHING) -> Any:
    """`types` are those whose size it may ask for: a number, and whether that is of words."""

    def made(part: Expression) -> Any:
        match part:
            case Number(value=value):
                return str(value)
            case Key(key=key):
                return ["key", key]
            case Log2(operand=operand):
                return ["log2", made(operand)]
            case Unary(operator=operator, operand=operand):
                return [operator, made(operand)]
            case Binary(operator=operator, left=left, right=right):
                return [operator, made(left), made(right)]
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return ["?", *map(made, (condition, then, otherwise))]
            case TypeFact(question="size", name=name):
                found = called(name, types)
                if found is not None:
                    return ["size", found.size, int(found.in_words)]
        raise NoProduct(f"{part!r}: takes more than the values of a note")

    return made(expression)
