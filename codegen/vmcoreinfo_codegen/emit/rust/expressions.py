# SPDX-License-Identifier: MIT
"""Expressions in Rust."""

from __future__ import annotations

from ...core.key import identifier_of
from ..expressions import Compiler, outer

HELPERS = frozenset(("log2", "number_of", "read", "shift_left", "shift_right"))
_WRAPPING = {"+": "wrapping_add", "-": "wrapping_sub"}


class RustCompiler(Compiler):
    """All values are `u64`; rustc warns about outer parentheses of an argument."""

    def number(self, value: int) -> str:
        return f"{value:#x}_u64" if value > 9 else f"{value}_u64"

    def key(self, key: str) -> str:
        self.helpers.add("number_of")
        return f"number_of(info, Key::{identifier_of(key)})"

    def unary(self, operator: str, operand: str) -> str:
        match operator:
            case "!":
                return f"u64::from({operand} == 0)"
            case "-":
                return f"{operand}.wrapping_neg()"
        return f"(!{operand})"

    def binary(self, operator: str, left: str, right: str) -> str:
        match operator:
            case "<<":
                self.helpers.add("shift_left")
                return f"shift_left({outer(left)}, {outer(right)})"
            case ">>":
                self.helpers.add("shift_right")
                return f"shift_right({outer(left)}, {outer(right)})"
            case "==" | "!=":
                return f"u64::from({left} {operator} {right})"
            case "+" | "-":
                return f"{left}.{_WRAPPING[operator]}({outer(right)})"
        return f"({left} {operator} {right})"

    def shift(self, operator: str, operand: str, by: int) -> str:
        return f"({operand} {operator} {by})"

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        branches = f"{{ {outer(then)} }} else {{ {outer(otherwise)} }}"
        return f"(if {outer(condition)} != 0 {branches})"
