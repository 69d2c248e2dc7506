# SPDX-License-Identifier: MIT
"""Expressions in C."""

from __future__ import annotations

from ...core.key import identifier_of
from ..expressions import Compiler

HELPERS = frozenset(("log2", "number_of", "pointer_size", "read", "shift_left", "shift_right"))


class CCompiler(Compiler):
    """All values are `uint64_t`."""

    def number(self, value: int) -> str:
        return f"UINT64_C({value:#x})" if value > 9 else f"UINT64_C({value})"

    def key(self, key: str) -> str:
        self.helpers.add("number_of")
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
                self.helpers.add("shift_left")
                return f"shift_left({left}, {right})"
            case ">>":
                self.helpers.add("shift_right")
                return f"shift_right({left}, {right})"
            case "==" | "!=":
                return f"(uint64_t)({left} {operator} {right})"
        return f"({left} {operator} {right})"

    def shift(self, operator: str, operand: str, by: int) -> str:
        return f"({operand} {operator} {by})"

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        return f"({condition} ? {then} : {otherwise})"

    def read(self, size: int, address: str) -> str:
        if not size:
            # A pointer is half as large as a list_head.
            self.helpers.update(("pointer_size", "number_of"))
        return super().read(size, address)
