# SPDX-License-Identifier: MIT
"""Values of entries from a kernel's types and symbols."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Protocol

from ..core.expression import Expression, TypeFact, value_of
from .problem import DebugInfoError

_SIGN = 1 << 63

# Read-only data of every kernel. Without CONFIG_KALLSYMS_ALL kallsyms has only functions, and does
# not tell which variables the kernel has.
_DATA = "linux_banner"

# A kernel has at most two or three types of one name.
_MOST_CHOICES = 1 << 12


class Types(Protocol):
    """The types of one kernel, read from BTF or DWARF; sizes and offsets in bytes.

    Answers are sets, as a kernel can have several types of one name; empty if it has none.
    """

    def load(self, names: Iterable[str]) -> None: ...

    def sizes(self, name: str) -> set[int]: ...

    def offsets(self, name: str, path: str) -> set[int]: ...

    def lengths(self, name: str, path: str) -> set[int]: ...

    def enumerators(self, names: Iterable[str]) -> dict[str, int]: ...


class Memory(Protocol):
    """The memory of the kernel's image in a dump."""

    @property
    def is_placed(self) -> bool:
        """Whether the dump tells physical addresses."""
        ...

    def physical(self, name: str) -> int | None:
        """The physical address of a symbol; None if unknown."""
        ...

    def read(self, width: int, address: int) -> int | None:
        """An unsigned integer of `width` bits at a virtual address; a `width` of 0 is that of a
        pointer.
        """
        ...


@dataclass(frozen=True)
class Sources:
    """What is known of a kernel; None for what was not given.

    `config` has every relevant Kconfig symbol, `shown` those that can be inferred if there is no
    `config`. `exported` are all symbols that the kernel exports. `types_name` and `symbols_name`
    say where types and symbols come from, `origins` has remarks about the origin of some.
    """

    types: Types | None = None
    symbols: Mapping[str, int] | None = None
    config: Mapping[str, bool | int] | None = None
    memory: Memory | None = None
    shown: Mapping[str, int] = field(default_factory=dict)
    exported: Set[str] | None = None
    types_name: str = "--btf"
    symbols_name: str = "--symbols"
    origins: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, bool | int]:
        """What is known of the configuration."""
        return self.config if self.config is not None else self.shown


class Facts:
    """Evaluates expressions with what is known of one kernel.

    `expressions` are all that will be evaluated, so that types are looked up at once.
    """

    def __init__(self, expressions: Iterable[Expression], sources: Sources) -> None:
        facts = [e for expr in expressions for e in expr.walk() if isinstance(e, TypeFact)]
        self._sources = sources
        self._enumerators: dict[str, int] = {}
        # Answers of types are kept: a thousand notes ask the same questions.
        self._of_types: dict[TypeFact, set[int]] = {}
        if sources.types is not None:
            sources.types.load({_type_of(f) for f in facts if f.question in _OF_TYPES})
            names = {f.name for f in facts if f.question == "enum"}
            self._enumerators = sources.types.enumerators(names)

    def values(
        self, expressions: Iterable[Expression], key: Callable[[str], int | None] = lambda key: None
    ) -> set[int]:
        """Every value of the first expression that can be evaluated, as signed 64-bit numbers.

        `key` gives the values of entries.
        """
        return self.answer(expressions, key)[1]

    def answer(
        self, expressions: Iterable[Expression], key: Callable[[str], int | None]
    ) -> tuple[Expression | None, set[int]]:
        """The first expression that can be evaluated, and its values."""
        for expression in expressions:
            asked = [e for e in expression.walk() if isinstance(e, TypeFact)]
            found = set()
            for choice in _choices({fact: self._answers(fact) for fact in asked}):
                value = value_of(expression, _Chosen(choice, key, self._sources.memory))
                if value is not None:
                    found.add(value - (1 << 64) if value & _SIGN else value)
            if found:
                return expression, found
        return None, set()

    def _answers(self, fact: TypeFact) -> set[int | None]:
        """The answers to a question: one value, or one for each type of that name."""
        memory = self._sources.memory
        if fact.question in _OF_TYPES:
            if fact not in self._of_types:
                self._of_types[fact] = self._answers_of_types(fact)
            return set(self._of_types[fact]) or {None}
        one: int | None = None
        if fact.question == "enum":
            one = self._enumerators.get(fact.name)
        elif fact.question == "symbol":
            one = (self._sources.symbols or {}).get(fact.name)
        elif fact.question == "has":
            one = self._has(fact.name)
        elif fact.question == "exported" and self._sources.exported is not None:
            one = int(fact.name in self._sources.exported)
        elif fact.question == "physical" and memory is not None:
            one = memory.physical(fact.name)
        elif fact.question == "config" and self._sources.config is not None:
            one = int(self._sources.config.get(fact.name, 0))
        elif fact.question == "config":
            one = self._sources.shown.get(fact.name)
        return {one}

    def _has(self, name: str) -> int | None:
        """Whether there is a symbol of that name, 1 or 0."""
        symbols = self._sources.symbols or {}
        if name in symbols:
            return 1
        return 0 if _DATA in symbols else None

    def _answers_of_types(self, fact: TypeFact) -> set[int]:
        types = self._sources.types
        if types is None:
            return set()
        if fact.question == "size":
            return types.sizes(fact.name)
        name, _, path = fact.name.partition(".")
        return types.offsets(name, path) if fact.question == "offset" else types.lengths(name, path)


_OF_TYPES = ("size", "offset", "length")


class _Chosen:
    """One combination of answers to an expression's questions."""

    def __init__(
        self,
        choice: Mapping[TypeFact, int | None],
        key: Callable[[str], int | None],
        memory: Memory | None,
    ) -> None:
        self._choice = choice
        self.key = key
        self._memory = memory

    def fact(self, fact: TypeFact) -> int | None:
        return self._choice.get(fact)

    def read(self, width: int, address: int) -> int | None:
        return self._memory.read(width, address) if self._memory is not None else None


def symbol_names(expressions: Iterable[Expression]) -> set[str]:
    """The symbols whose addresses the expressions need."""
    return {_DATA} | {
        e.name
        for expression in expressions
        for e in expression.walk()
        if isinstance(e, TypeFact) and e.question in ("symbol", "has")
    }


def _type_of(fact: TypeFact) -> str:
    return fact.name.partition(".")[0]


def _choices(answers: Mapping[TypeFact, set[int | None]]) -> list[dict[TypeFact, int | None]]:
    ways = math.prod(map(len, answers.values()))
    if ways > _MOST_CHOICES:
        raise DebugInfoError(
            f"the types can answer {' and '.join(fact.name for fact in answers)} in {ways} ways; "
            f"at most {_MOST_CHOICES} are supported"
        )
    choices: list[dict[TypeFact, int | None]] = [{}]
    for fact, values in answers.items():
        choices = [{**choice, fact: value} for choice in choices for value in values]
    return choices
