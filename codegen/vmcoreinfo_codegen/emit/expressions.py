# SPDX-License-Identifier: MIT
"""Compiles the expressions of recipes into steps and one final value, in any language.

Operations that can fail (a read of memory, another derivation, a logarithm) become
steps with a numbered result; the rest is an expression of the language.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..core.expression import (
    Binary,
    Choice,
    Derived,
    Expression,
    Key,
    Log2,
    Number,
    Read,
    Unary,
    constant_of,
    render,
)
from ..core.key import identifier_of
from ..model.derivation import Derivation, Recipe
from ..model.schema import Schema
from .rows import release_number

Row = dict[str, Any]


@dataclass(frozen=True)
class Compiled:
    """Steps in order, each `{"kind": read|derived|log2, "result": n, …}`, the value, and the
    functions of the runtime that both call.
    """

    steps: tuple[Row, ...]
    value: str
    helpers: frozenset[str]


class Compiler(ABC):
    """Writes each operator in one language, and records which functions of its runtime are used."""

    def __init__(self) -> None:
        self.steps: list[Row] = []
        self.helpers: set[str] = set()

    @abstractmethod
    def number(self, value: int) -> str: ...

    @abstractmethod
    def key(self, key: str) -> str: ...

    @abstractmethod
    def unary(self, operator: str, operand: str) -> str: ...

    @abstractmethod
    def binary(self, operator: str, left: str, right: str) -> str: ...

    @abstractmethod
    def shift(self, operator: str, operand: str, by: int) -> str:
        """A shift by a constant below 64, which needs no check."""

    @abstractmethod
    def choice(self, condition: str, then: str, otherwise: str) -> str: ...

    def read(self, size: int, address: str) -> str:
        """An integer in dump memory; size 0 means that of a pointer."""
        self.helpers.add("read")
        return self._step("read", width=size, address=address)

    def log2(self, operand: str) -> str:
        self.helpers.add("log2")
        return self._step("log2", operand=operand)

    def _step(self, kind: str, **rest: Any) -> str:
        result = f"step{len(self.steps) + 1}"
        self.steps.append({"kind": kind, "result": result, **rest})
        return result

    def compile(self, expression: Expression) -> str:
        match expression:
            case Number(value=value):
                return self.number(value)
            case Key(key=key):
                return self.key(key)
            case Derived(name=name):
                return self._step("derived", name=name)
            case Read(width=width, address=address):
                return self.read(width // 8, outer(self.compile(address)))
            case Log2(operand=operand):
                return self.log2(outer(self.compile(operand)))
            case Unary(operator=operator, operand=operand):
                return self.unary(operator, self.compile(operand))
            case Binary(operator="<<" | ">>" as operator, left=left, right=Number(value=by)) if (
                by < 64
            ):
                return self.shift(operator, self.compile(left), by)
            case Binary(operator=operator, left=left, right=right):
                return self.binary(operator, self.compile(left), self.compile(right))
            case Choice(condition=condition, then=then, otherwise=otherwise):
                return self.choice(
                    self.compile(condition), self.compile(then), self.compile(otherwise)
                )
        raise TypeError(f"not an expression: {expression!r}")


def outer(expression: str) -> str:
    """An expression without its outer parentheses."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth = 0
    for place, letter in enumerate(expression):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(expression) - 1:
            return expression
    return expression[1:-1]


def compiled(compiler: Compiler, expression: Expression) -> Compiled:
    value = compiler.compile(expression)
    return Compiled(tuple(compiler.steps), outer(value), frozenset(compiler.helpers))


def _recipe_row(recipe: Recipe, compiler: type[Compiler]) -> Row:
    code = compiled(compiler(), recipe.expression)
    constant = constant_of(recipe.expression)
    return {
        "name": recipe.name,
        "identifier": recipe.name,
        "keys": list(recipe.keys),
        "key_identifiers": [identifier_of(key) for key in recipe.keys],
        "archs": list(recipe.archs) if recipe.archs else [],
        "arch_identifiers": [identifier_of(name).upper() for name in recipe.archs or ()],
        "since": release_number(recipe.since) if recipe.since else None,
        "until": release_number(recipe.until) if recipe.until else None,
        "since_text": str(recipe.since) if recipe.since else None,
        "until_text": str(recipe.until) if recipe.until else None,
        "source": render(recipe.expression),
        "constant": constant,
        "signed_constant": constant - (1 << 64) if constant and constant >> 63 else constant,
        "steps": list(code.steps),
        "value": code.value,
        "helpers": sorted(code.helpers),
        "can_fail": any(step["kind"] in ("read", "derived") for step in code.steps),
    }


def derivation_rows(schema: Schema, compiler: type[Compiler]) -> list[Row]:
    """The derivations with their recipes in the language of a compiler."""
    return [_row(derivation, compiler) for derivation in schema.derivations]


def helpers_of(recipes: Iterable[Row]) -> set[str]:
    """The functions that recipes call; others are not emitted."""
    return {helper for recipe in recipes for helper in recipe["helpers"]}


def _row(derivation: Derivation, compiler: type[Compiler]) -> Row:
    recipes = [_recipe_row(recipe, compiler) for recipe in derivation.recipes]
    names = [recipe["name"] for recipe in recipes]
    for recipe in recipes:
        # Recipes may share a name (a constant with several spans of releases).
        if names.count(recipe["name"]) > 1:
            recipe["identifier"] += f"_{1 + [r is recipe for r in recipes].index(True)}"
    return {
        "name": derivation.name,
        "doc": derivation.doc,
        "format": derivation.format.value,
        "format_name": derivation.format.name,
        "unit": derivation.unit.value if derivation.unit else None,
        "is_signed": derivation.format.is_signed,
        "reads_memory": any(recipe.reads_memory for recipe in derivation.recipes),
        "recipes": recipes,
    }
