# SPDX-License-Identifier: MIT
"""Expressions of derivations: 64-bit unsigned arithmetic over entries and dump memory.

All arithmetic is modulo 2^64, as addresses are; a negative entry enters as its
two's complement. A shift by 64 or more gives 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Expression:
    """A value of 64 bits, worked out from the note and dump memory."""

    def children(self) -> tuple[Expression, ...]:
        return ()

    def walk(self) -> Iterator[Expression]:
        """This expression and all below it, outermost first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True)
class Number(Expression):
    """A constant, with its digits as they were written."""

    value: int
    text: str


@dataclass(frozen=True)
class Key(Expression):
    """The value of an entry; the recipe does not apply where it is absent."""

    key: str
    position: tuple[int, int] = field(compare=False)


@dataclass(frozen=True)
class Derived(Expression):
    """The value of another derivation; where it has none, the recipe does not apply."""

    name: str
    position: tuple[int, int] = field(compare=False)


@dataclass(frozen=True)
class Read(Expression):
    """An unsigned integer in dump memory, `width` 0 for the size of a pointer."""

    width: int
    address: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.address,)


@dataclass(frozen=True)
class Log2(Expression):
    """The exponent of a power of two; the recipe does not apply to anything else."""

    operand: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class TypeFact(Expression):
    """What debug information tells: `size offset length enum symbol`, and of which name."""

    question: str
    name: str


@dataclass(frozen=True)
class Complement(Expression):
    """`~operand`."""

    operand: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class Binary(Expression):
    """`left operator right`, the operator one of `| & == << >> + -`."""

    operator: str
    left: Expression
    right: Expression

    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Choice(Expression):
    """`condition ? then : otherwise`, the condition true when not 0."""

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
    "<<": lambda left, right: left << right if right < 64 else 0,
    ">>": lambda left, right: left >> right if right < 64 else 0,
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
}
_BINDING = {"|": 1, "&": 2, "==": 3, "<<": 4, ">>": 4, "+": 5, "-": 5}


def render(expression: Expression, binding: int = 0) -> str:
    """The expression in the schema's own words, with as few parentheses as C needs."""
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
        case Complement(operand=operand):
            return f"~{render(operand, 6)}"
        case Binary(operator=operator, left=left, right=right):
            own = _BINDING[operator]
            # `==` does not chain in the grammar, so its left side needs parentheses too.
            text = f"{render(left, own + (operator == '=='))} {operator} {render(right, own + 1)}"
            return f"({text})" if binding > own else text
        case Choice(condition=condition, then=then, otherwise=otherwise):
            text = f"{render(condition, 1)} ? {render(then)} : {render(otherwise)}"
            return f"({text})" if binding > 0 else text
    raise TypeError(f"not an expression: {expression!r}")


def constant_of(expression: Expression) -> int | None:
    """The value of an expression that asks neither the note nor memory, else None."""
    return value_of(expression, lambda fact: None)


def value_of(expression: Expression, ask: Callable[[TypeFact], int | None]) -> int | None:
    """The value of an expression that asks debug information alone, None where one is not known."""
    match expression:
        case Number(value=value):
            return value & _MASK
        case TypeFact():
            fact = ask(expression)
            return None if fact is None else fact & _MASK
        case Complement(operand=operand):
            inner = value_of(operand, ask)
            return None if inner is None else ~inner & _MASK
        case Binary(operator=operator, left=left, right=right):
            first, second = value_of(left, ask), value_of(right, ask)
            if first is None or second is None:
                return None
            return _OPERATIONS[operator](first, second) & _MASK
        case Choice(condition=condition, then=then, otherwise=otherwise):
            chosen = value_of(condition, ask)
            return None if chosen is None else value_of(then if chosen else otherwise, ask)
    return None
