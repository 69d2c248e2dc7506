# SPDX-License-Identifier: MIT
"""Constant expressions of C, as far as macros of the kernel use them."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping

_LONGEST = 400
_MOST_BITS = 64
_SUFFIX = re.compile(r"\b(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]+\b")
_OCTAL = re.compile(r"\b0+([1-7][0-7]*)\b")
_WRAPPER = re.compile(r"\b(?:_?(?:UL|ULL|AC|U64_C))\s*\(\s*(\w+)\s*(?:,\s*\w+\s*)?\)")
# 8 on the machines that most kernels are built for.
_SIZEOF = re.compile(r"\bsizeof\s*\(\s*(?:unsigned\s+)?long(?:\s+int)?\s*\)")
_BIT = re.compile(r"\bBIT(?:_ULL)?\s*\(")
_WRAP = 1 << 64
_NAME = re.compile(r"[A-Za-z_]\w*")
# Values to try for names: small ones, valid as shift counts, and large ones like masks.
_TRIED = ((5, 3), (11, 1), (23, 2), (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9), (_WRAP - 4096, 17))
_CAST = re.compile(
    r"\(\s*(?:unsigned |signed )?(?:long long|long|int|u64|u32|s64|s32)(?: int)?\s*\)"
)
_NEGATED = re.compile(r"!(?!=)\s*(?:(\w+)|\()")
_NOT = "not_"
_OPERATORS: dict[type, Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
    ast.FloorDiv: operator.floordiv,
}


def same_value(first: str, second: str) -> bool:
    """Whether two expressions are equal for several values of the names in them.

    False if one of them is not an expression of names and numbers.
    """
    names = sorted({*_NAME.findall(first), *_NAME.findall(second)})
    compared = 0
    for start, step in _TRIED:
        known = {name: (start + step * place) % _WRAP for place, name in enumerate(names)}
        values = constant(first, known), constant(second, known)
        if values == (None, None):
            continue
        if None in values or (values[0] or 0) % _WRAP != (values[1] or 0) % _WRAP:
            return False
        compared += 1
    return compared > 1


def is_expression(text: str) -> bool:
    """Whether a text is an expression of names and numbers."""
    return constant(text, dict.fromkeys(_NAME.findall(text), 5)) is not None


def constant(text: str, names: Mapping[str, int] | None = None) -> int | None:
    """The value of an expression with these values of names; None if unknown."""
    if len(text) > _LONGEST:
        return None
    text = _CAST.sub("", _SIZEOF.sub("8", text))
    text = _SUFFIX.sub(r"\1", _WRAPPER.sub(r"\1", text))
    text = _NEGATED.sub(lambda match: f"{_NOT}({match[1]})" if match[1] else f"{_NOT}(", text)
    text = _OCTAL.sub(r"0o\1", _BIT.sub("1 << (", text)).replace("/", "//")
    try:
        value = _value(ast.parse(text.strip(), mode="eval").body, names or {})
    except (SyntaxError, ValueError, KeyError, ZeroDivisionError, RecursionError, MemoryError):
        return None
    return value if value.bit_length() <= _MOST_BITS else None


def _value(node: ast.expr, names: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return ~_value(operand, names)
        case ast.Call(func=ast.Name(id=name), args=[operand]) if name == _NOT:
            return int(not _value(operand, names))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            first, second = _value(left, names), _value(right, names)
            if max(first.bit_length(), second.bit_length()) > _MOST_BITS or (
                isinstance(op, ast.LShift) and not 0 <= second < _MOST_BITS
            ):
                raise ValueError
            return _OPERATORS[type(op)](first, second)
    raise ValueError
