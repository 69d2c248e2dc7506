# SPDX-License-Identifier: MIT
"""Expressions in Python."""

from __future__ import annotations

from ..expressions import Compiler

HELPERS = frozenset(("log2", "read", "shift_left", "shift_right"))


class PythonCompiler(Compiler):
    """Values have 64 bits; those that may have more are masked."""

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
                self.helpers.add("shift_left")
                return f"shift_left({left}, {right})"
            case ">>":
                self.helpers.add("shift_right")
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
