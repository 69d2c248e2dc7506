# SPDX-License-Identifier: MIT
"""Compile the expressions of recipes into steps and one final value, for C and for Python.

What can fail (a read of memory, another derivation, a logarithm) becomes a step
of its own with a numbered result; the rest is an expression in both languages.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from ..model.derivation import Derivation, Recipe
from ..model.schema import Schema
from ..terms.expression import (
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
from ..terms.key import identifier_of
from .rows import release_number

Row = dict[str, Any]


@dataclass
class Compiled:
    """Steps in order, each `{"kind": read|derived|log2, "result": n, …}`, and the value."""

    steps: list[Row] = field(default_factory=list)
    value: str = ""


class _Compiler(ABC):
    def __init__(self) -> None:
        self.steps: list[Row] = []

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
        """A shift by a number below 64, which needs no look at it."""

    @abstractmethod
    def choice(self, condition: str, then: str, otherwise: str) -> str: ...

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
                return self._step("read", width=width // 8, address=outer(self.compile(address)))
            case Log2(operand=operand):
                return self._step("log2", operand=outer(self.compile(operand)))
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


class _C(_Compiler):
    def number(self, value: int) -> str:
        return f"UINT64_C({value:#x})" if value > 9 else f"UINT64_C({value})"

    def key(self, key: str) -> str:
        return f"number_of(info, VMCOREINFO_{identifier_of(key)})"

    def unary(self, operator: str, operand: str) -> str:
        match operator:
            case "!":
                return f"(uint64_t)!{operand}"
            case "-":
                return f"(UINT64_C(0) - {operand})"
        return f"{operator}{operand}"

    def binary(self, operator: str, left: str, right: str) -> str:
        match operator:
            case "<<":
                return f"shift_left({left}, {right})"
            case ">>":
                return f"shift_right({left}, {right})"
            case "==" | "!=":
                return f"(uint64_t)({left} {operator} {right})"
        return f"({left} {operator} {right})"

    def shift(self, operator: str, operand: str, by: int) -> str:
        return f"({operand} {operator} {by})"

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        return f"({condition} ? {then} : {otherwise})"


class _Python(_Compiler):
    def number(self, value: int) -> str:
        return f"{value:#x}" if value > 9 else str(value)

    def key(self, key: str) -> str:
        return f'info._bits["{key}"]'

    def unary(self, operator: str, operand: str) -> str:
        if operator == "!":
            return f"int(not {operand})"
        return f"({operator}{operand} & MASK)"

    def binary(self, operator: str, left: str, right: str) -> str:
        match operator:
            case "<<":
                return f"shift_left({left}, {right})"
            case ">>":
                return f"shift_right({left}, {right})"
            case "==" | "!=":
                return f"int({left} {operator} {right})"
            case "|" | "&":
                return f"({left} {operator} {right})"
        return f"(({left} {operator} {right}) & MASK)"

    def shift(self, operator: str, operand: str, by: int) -> str:
        shifted = f"({operand} {operator} {by})"
        return shifted if operator == ">>" else f"({shifted} & MASK)"

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        return f"({then} if {condition} else {otherwise})"


def outer(expression: str) -> str:
    """An expression without the parentheses around the whole of it."""
    if not (expression.startswith("(") and expression.endswith(")")):
        return expression
    depth = 0
    for place, letter in enumerate(expression):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and place < len(expression) - 1:
            return expression
    return expression[1:-1]


def _compiled(compiler: _Compiler, expression: Expression) -> Compiled:
    value = compiler.compile(expression)
    return Compiled(compiler.steps, outer(value))


def _recipe_row(recipe: Recipe) -> Row:
    c, python = _compiled(_C(), recipe.expression), _compiled(_Python(), recipe.expression)
    can_fail = any(step["kind"] in ("read", "derived") for step in c.steps)
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
        "c": {"steps": c.steps, "value": c.value, "can_fail": can_fail},
        "python": {"steps": python.steps, "value": python.value},
    }


def derivation_rows(schema: Schema) -> list[Row]:
    return [_row(derivation) for derivation in schema.derivations]


def called(recipes: list[Row]) -> dict[str, bool]:
    """Which functions the recipes of a language call: one that none calls is not emitted."""
    code = str(recipes)
    kinds = {step["kind"] for recipe in recipes for step in recipe["steps"]}
    return {
        "shift_left": "shift_left(" in code,
        "shift_right": "shift_right(" in code,
        "log2": "log2" in kinds,
        "read": "read" in kinds,
    }


def _row(derivation: Derivation) -> Row:
    recipes = [_recipe_row(recipe) for recipe in derivation.recipes]
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
