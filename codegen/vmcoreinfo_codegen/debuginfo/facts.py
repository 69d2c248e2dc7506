# SPDX-License-Identifier: MIT
"""What a kernel's types say of an entry's value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..terms.expression import Expression, TypeFact, value_of

_MASK = 0xFFFFFFFFFFFFFFFF
_SIGN = 1 << 63


class Types(Protocol):
    """The types of one kernel, read from BTF or DWARF; sizes and offsets in bytes.

    Each answer is a set, as a kernel can have several types of one name, and empty
    where it has none.
    """

    def load(self, names: Iterable[str]) -> None: ...

    def sizes(self, name: str) -> set[int]: ...

    def offsets(self, name: str, path: str) -> set[int]: ...

    def lengths(self, name: str, path: str) -> set[int]: ...

    def enumerators(self, names: Iterable[str]) -> dict[str, int]: ...


class Facts:
    """Values of expressions over one kernel's types.

    `expressions` are those that will be asked: types are looked up all at once.
    """

    def __init__(self, types: Types, expressions: Iterable[Expression]) -> None:
        facts = [e for expr in expressions for e in expr.walk() if isinstance(e, TypeFact)]
        self._types = types
        types.load({_type_of(fact) for fact in facts if fact.question != "enum"})
        self._enumerators = types.enumerators({f.name for f in facts if f.question == "enum"})

    def values(self, expression: Expression) -> set[int]:
        """Every value that it can have, as signed 64-bit numbers; none where a type is not known."""
        facts = [e for e in expression.walk() if isinstance(e, TypeFact)]
        found: set[int] = set()
        answers = {fact: self._answers(fact) for fact in facts}
        for alternatives in _choices(answers):
            value = value_of(expression, alternatives.get)
            if value is not None:
                found.add(value - (1 << 64) if value & _SIGN else value)
        return found

    def _answers(self, fact: TypeFact) -> set[int]:
        name, _, path = fact.name.partition(".")
        match fact.question:
            case "size":
                return self._types.sizes(fact.name)
            case "offset":
                return self._types.offsets(name, path)
            case "length":
                return self._types.lengths(name, path)
        value = self._enumerators.get(fact.name)
        return set() if value is None else {value}


def _type_of(fact: TypeFact) -> str:
    return fact.name.partition(".")[0]


def _choices(answers: dict[TypeFact, set[int]]) -> list[dict[TypeFact, int]]:
    choices: list[dict[TypeFact, int]] = [{}]
    for fact, values in answers.items():
        choices = [{**choice, fact: value} for choice in choices for value in sorted(values)]
    return choices
