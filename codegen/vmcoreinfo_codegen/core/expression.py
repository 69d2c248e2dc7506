# SPDX-License-Identifier: MIT
"""Expressions of derivations: 64-bit unsigned arithmetic over entries and dump memory.

All arithmetic is modulo 2^64, like addresses; a negative entry is taken as its
two's complement. A shift by 64 or more gives 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from ..record import Value, uncompared


class Expression(Value):
    """A 64-bit value that is computed from the note and dump memory."""

    def children(self) -> tuple[Expression, ...]:
        return ()

    def walk(self) -> Iterator[Expression]:
        """This expression and all of its operands, outermost first."""
        yield self
        for child in self.children():
            yield from child.walk()


class Number(Expression):
    """A constant; `text` is how the schema writes it."""

    value: int
    text: str


class Key(Expression):
    """The value of an entry; without the entry, the recipe does not apply."""

    key: str
    position: tuple[int, int] = uncompared()


class Derived(Expression):
    """The value of another derivation; if it has none, the recipe does not apply."""

    name: str
    position: tuple[int, int] = uncompared()


class Read(Expression):
    """An unsigned integer in dump memory; a `width` of 0 is the size of a pointer."""

    width: int
    address: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.address,)


class Log2(Expression):
    """The exponent of a power of two; the recipe does not apply to anything else."""

    operand: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)


class TypeFact(Expression):
    """A question about a kernel, and the name that it asks about.

    `size offset length enum` ask for types, `symbol` for the address of a symbol, `has` whether the
    symbol exists, `exported` whether it is exported, `physical` for its physical address, `config`
    for the configuration.
    """

    question: str
    name: str


def is_address_of_symbol(expression: Expression | None) -> bool:
    """Whether an expression is the address of a symbol and nothing more."""
    return isinstance(expression, TypeFact) and expression.question == "symbol"


class Unary(Expression):
    """`~operand`, `-operand`, or `!operand`, which is 1 if the operand is 0, else 0."""

    operator: str
    operand: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)


class Binary(Expression):
    """`left operator right`; the operator is one of `| & == != << >> + -`."""

    operator: str
    left: Expression
    right: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


class Choice(Expression):
    """`condition ? then : otherwise`; the condition is true if it is not 0."""

    condition: Expression
    then: Expression
    otherwise: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.condition, self.then, self.otherwise)


_MASK = 0xFFFFFFFFFFFFFFFF
_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "|": lambda left, right: left | right,
    "&": lambda left, right: left & right,
    "==": lambda left, right: int(left == right),
    "!=": lambda left, right: int(left != right),
    "<<": lambda left, right: left << right if right < 64 else 0,
    ">>": lambda left, right: left >> right if right < 64 else 0,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
}
_UNARY: dict[str, Callable[[int], int]] = {
    "~": lambda operand: ~operand,
    "!": lambda operand: int(not operand),
    "-": lambda operand: -operand,
}
_BINDING = {"|": 1, "&": 2, "==": 3, "!=": 3, "<<": 4, ">>": 4, "+": 5, "-": 5}
_COMPARISONS = ("==", "!=")


def render(expression: Expression, binding: int = 0) -> str:
    """The expression as the schema writes it, with as few parentheses as C needs."""
    match expression:
        case Number(text=text):
            return text
        case Key(key=key):
            return key
        case Derived(name=name):
            return name
        case Read(width=width, address=address):
            return f"{f'u{width}' if width else 'ptr'}[{render(address)}]"
        case Log2(operand=operand):
            return f"log2({render(operand)})"
        case TypeFact(question=question, name=name):
            return f"{question}({name})"
        case Unary(operator=operator, operand=operand):
            text = render(operand, 6)
            # `--` would be the decrement operator of C.
            return f"-({text})" if operator == "-" == text[0] else f"{operator}{text}"
        case Binary(operator=operator, left=left, right=right):
            own = _BINDING[operator]
            # Comparisons do not chain in the grammar, so their left operand needs parentheses too.
            first = render(left, own + (operator in _COMPARISONS))
            text = f"{first} {operator} {render(right, own + 1)}"
            return f"({text})" if binding > own else text
        case Choice(condition=condition, then=then, otherwise=otherwise):
            text = f"{render(condition, 1)} ? {render(then)} : {render(otherwise)}"
            return f"({text})" if binding > 0 else text
    raise TypeError(f"not an expression: {expression!r}")


class Answers(Protocol):
    """The sources of an expression's values; None if a value is not known."""

    def fact(self, fact: TypeFact) -> int | None: ...

    def key(self, key: str) -> int | None: ...

    def read(self, width: int, address: int) -> int | None:
        """An unsigned integer of `width` bits at a virtual address; 0 is the width of a pointer."""
        ...


class _Nothing:
    def fact(self, fact: TypeFact) -> None:
        return None

    def key(self, key: str) -> None:
        return None

    def read(self, width: int, address: int) -> None:
        return None


def constant_of(expression: Expression) -> int | None:
    """The value of an expression that needs neither note nor memory, else None."""
    return value_of(expression, _Nothing())


def value_of(expression: Expression, answers: Answers) -> int | None:
    """The value of an expression, None if it needs something that is not known."""
    match expression:
        case Number(value=value):
            return value & _MASK
        case TypeFact():
            return _masked(answers.fact(expression))
        case Key(key=key):
            return _masked(answers.key(key))
        case Read(width=width, address=address):
            place = value_of(address, answers)
            return None if place is None else _masked(answers.read(width, place))
        case Log2(operand=operand):
            inner = value_of(operand, answers)
            power = inner is not None and inner > 0 and inner & (inner - 1) == 0
            return inner.bit_length() - 1 if power and inner is not None else None
        case Unary(operator=operator, operand=operand):
            inner = value_of(operand, answers)
            return None if inner is None else _UNARY[operator](inner) & _MASK
        case Binary(operator=operator, left=left, right=right):
            first, second = value_of(left, answers), value_of(right, answers)
            if first is None or second is None:
                return None
            return _OPERATIONS[operator](first, second) & _MASK
        case Choice(condition=condition, then=then, otherwise=otherwise):
            chosen = value_of(condition, answers)
            return None if chosen is None else value_of(then if chosen else otherwise, answers)
    return None


def _masked(value: int | None) -> int | None:
    return None if value is None else value & _MASK
