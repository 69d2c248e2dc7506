# SPDX-License-Identifier: MIT
"""What a kernel's types and symbols say of an entry's value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from ..terms.expression import Expression, TypeFact, value_of

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
    """Values of expressions over one kernel's types and symbols, as far as they were given.

    `expressions` are those that will be asked: types are looked up all at once.
    """

    def __init__(
        self,
        expressions: Iterable[Expression],
        types: Types | None = None,
        symbols: Mapping[str, int] | None = None,
    ) -> None:
        facts = [e for expr in expressions for e in expr.walk() if isinstance(e, TypeFact)]
        self._types = types
        self._symbols = symbols or {}
        self._enumerators: dict[str, int] = {}
        if types is not None:
            types.load({_type_of(f) for f in facts if f.question in ("size", "offset", "length")})
            self._enumerators = types.enumerators({f.name for f in facts if f.question == "enum"})

    def values(self, expressions: Iterable[Expression]) -> set[int]:
        """Every value of the first expression that can be answered, as signed 64-bit numbers."""
        for expression in expressions:
            facts = [e for e in expression.walk() if isinstance(e, TypeFact)]
            choices = _choices({fact: self._answers(fact) for fact in facts})
            found = [value_of(expression, choice.get) for choice in choices]
            if found:
                return {v - (1 << 64) if v & _SIGN else v for v in found if v is not None}
        return set()

    def _answers(self, fact: TypeFact) -> set[int]:
        name, _, path = fact.name.partition(".")
        if fact.question == "symbol":
            found = self._symbols.get(fact.name)
        elif fact.question == "enum":
            found = self._enumerators.get(fact.name)
        elif self._types is None:
            found = None
        elif fact.question == "size":
            return self._types.sizes(fact.name)
        elif fact.question == "offset":
            return self._types.offsets(name, path)
        else:
            return self._types.lengths(name, path)
        return set() if found is None else {found}


def symbol_names(expressions: Iterable[Expression]) -> set[str]:
    """The symbols that expressions ask for."""
    return {
        e.name
        for expression in expressions
        for e in expression.walk()
        if isinstance(e, TypeFact) and e.question == "symbol"
    }


def _type_of(fact: TypeFact) -> str:
    return fact.name.partition(".")[0]


def _choices(answers: dict[TypeFact, set[int]]) -> list[dict[TypeFact, int]]:
    choices: list[dict[TypeFact, int]] = [{}]
    for fact, values in answers.items():
        choices = [{**choice, fact: value} for choice in choices for value in sorted(values)]
    return choices
