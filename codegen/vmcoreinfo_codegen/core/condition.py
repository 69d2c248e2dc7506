# SPDX-License-Identifier: MIT
"""Kconfig conditions: evaluate them, render them, list their symbols."""

from __future__ import annotations

import itertools
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import is_

from ..limits import Limit
from ..record import Value

Known = Mapping[str, "bool | int"]
_OTHER = -1
# Conditions of real exports take a few hundred steps.
_MOST_STEPS = 20_000


class TooLarge(Exception):
    """A condition with too many symbols to evaluate; the message names the limit."""


# Not an ABC: isinstance() of one takes four times as long, and is called tens of thousands of
# times.
class Condition(Value):
    """A boolean expression over CONFIG symbols, in C syntax."""

    @abstractmethod
    def evaluate(self, known: Known) -> bool | None:
        """True, False, or None if the symbols in `known` don't decide it.

        A bool says that a symbol is on (`y` or `m`) or off, an int is its value.
        """

    @abstractmethod
    def simplify(self, known: Known) -> Condition:
        """The condition that remains when the values in `known` are put in."""

    @abstractmethod
    def names(self) -> frozenset[str]: ...

    @abstractmethod
    def render(self, binding: int = 0) -> str: ...

    def __str__(self) -> str:
        return self.render()


class Constant(Condition):
    """A condition that always or never holds."""

    value: bool

    def evaluate(self, known: Known) -> bool | None:
        return self.value

    def simplify(self, known: Known) -> Condition:
        return self

    def names(self) -> frozenset[str]:
        return frozenset()

    def render(self, binding: int = 0) -> str:
        return "1" if self.value else "0"


ALWAYS = Constant(True)
NEVER = Constant(False)


class Symbol(Condition):
    """True if a CONFIG symbol is `y` or `m`."""

    name: str

    def evaluate(self, known: Known) -> bool | None:
        value = known.get(self.name)
        return None if value is None else bool(value)

    def simplify(self, known: Known) -> Condition:
        value = self.evaluate(known)
        return self if value is None else Constant(value)

    def names(self) -> frozenset[str]:
        return frozenset((self.name,))

    def render(self, binding: int = 0) -> str:
        return self.name


class Compare(Condition):
    """`CONFIG_PGTABLE_LEVELS == 3`."""

    name: str
    number: int

    def evaluate(self, known: Known) -> bool | None:
        value = known.get(self.name)
        return None if value is None else value == self.number

    def simplify(self, known: Known) -> Condition:
        value = self.evaluate(known)
        return self if value is None else Constant(value)

    def names(self) -> frozenset[str]:
        return frozenset((self.name,))

    def render(self, binding: int = 0) -> str:
        return f"{self.name} == {self.number}"


class Not(Condition):
    """The negation of a condition."""

    term: Condition

    def evaluate(self, known: Known) -> bool | None:
        value = self.term.evaluate(known)
        return None if value is None else not value

    def simplify(self, known: Known) -> Condition:
        term = self.term.simplify(known)
        return Constant(not term.value) if isinstance(term, Constant) else Not(term)

    def names(self) -> frozenset[str]:
        return self.term.names()

    def render(self, binding: int = 0) -> str:
        return f"!({self.term})" if isinstance(self.term, Compare) else f"!{self.term.render(2)}"


class _Joined(Condition):
    terms: tuple[Condition, ...]

    # The value that decides the whole (False for All, True for Any), the operator and its
    # precedence.
    @abstractmethod
    def _decides(self) -> bool: ...

    @abstractmethod
    def _operator(self) -> tuple[str, int]: ...

    def evaluate(self, known: Known) -> bool | None:
        values = [term.evaluate(known) for term in self.terms]
        if self._decides() in values:
            return self._decides()
        return None if None in values else not self._decides()

    def simplify(self, known: Known) -> Condition:
        kept: list[Condition] = []
        for term in self.terms:
            term = term.simplify(known)
            if not isinstance(term, Constant):
                kept.append(term)
            elif term.value is self._decides():
                return term
        if len(kept) == len(self.terms) > 1 and all(map(is_, kept, self.terms)):
            return self
        if not kept:
            return Constant(not self._decides())
        return kept[0] if len(kept) == 1 else type(self)(tuple(kept))

    def names(self) -> frozenset[str]:
        return frozenset().union(*(term.names() for term in self.terms))

    def render(self, binding: int = 0) -> str:
        operator, own = self._operator()
        text = f" {operator} ".join(term.render(own) for term in self.terms)
        return f"({text})" if binding > own else text


class All(_Joined):
    """A conjunction: `&&`."""

    def _decides(self) -> bool:
        return False

    def _operator(self) -> tuple[str, int]:
        return "&&", 1


class Any(_Joined):
    """A disjunction: `||`."""

    def _decides(self) -> bool:
        return True

    def _operator(self) -> tuple[str, int]:
        return "||", 0


def all_of(*terms: Condition) -> Condition:
    """The conjunction, without constants."""
    return All(terms).simplify({}) if terms else ALWAYS


def literals(condition: Condition) -> dict[str, bool | int]:
    """The symbols that a condition requires: `A && !B && C == 3`; those in an `||` don't count."""
    found: dict[str, bool | int] = {}
    for term in condition.terms if isinstance(condition, All) else (condition,):
        if isinstance(term, Symbol):
            found[term.name] = True
        elif isinstance(term, Not) and isinstance(term.term, Symbol):
            found[term.term.name] = False
        elif isinstance(term, Compare):
            found[term.name] = term.number
    return found


def comparisons(condition: Condition) -> Iterator[tuple[str, int]]:
    """Every `NAME == number` in a condition."""
    if isinstance(condition, Compare):
        yield condition.name, condition.number
    elif isinstance(condition, Not):
        yield from comparisons(condition.term)
    elif isinstance(condition, _Joined):
        for term in condition.terms:
            yield from comparisons(term)


def size_of(condition: Condition) -> int:
    """The number of operands in a condition, at any depth."""
    if isinstance(condition, Not):
        return size_of(condition.term)
    if isinstance(condition, _Joined):
        return sum(map(size_of, condition.terms))
    return 1


def equivalent(first: Condition, second: Condition) -> bool:
    """Whether both hold for the same configurations; False if finding out takes too many steps.

    Conditions of real exports have at most a handful of symbols.
    """
    return first == second or _equivalent(first, second)


# Kernels change the condition of many entries in the same way, on every architecture.
@lru_cache(maxsize=1024)
def _equivalent(first: Condition, second: Condition) -> bool:
    # The condition of a key that is printed in two places may be a disjunction of constants.
    first, second = first.simplify({}), second.simplify({})
    try:
        return not _differ_at_all(first, second, _limit())
    except TooLarge:
        return False


def minimal(condition: Condition, limit: Limit | None = None) -> Condition:
    """An equal condition without terms that the others imply.

    Raises TooLarge if that takes more steps than `limit` allows, or more than any real condition
    takes.
    """
    condition = condition.simplify({})
    if not isinstance(condition, All):
        return condition
    limit = limit or _limit()
    needed: list[Condition] = []
    for part in _apart(condition.terms, limit):
        rest = _needed(part, limit)
        if len(rest) > 1 and not _differ_at_all(all_of(*rest), NEVER, limit):
            return all_of(*rest)
        needed += rest
    kept = set(map(id, needed))
    return all_of(*(term for term in condition.terms if id(term) in kept))


def _apart(terms: Sequence[Condition], limit: Limit) -> Iterator[list[Condition]]:
    """The terms in groups that share no symbol, and so don't imply anything about each other."""
    part_of: dict[str, list[Condition]] = {}
    nameless: list[Condition] = []
    for term in terms:
        names = term.names()
        met = {id(part): part for name in names if (part := part_of.get(name))}.values()
        # All symbols of a group map to one list: the longest list absorbs the others.
        mine = max(met, key=len, default=[])
        for part in met:
            if part is not mine:
                limit.spend(len(part))
                mine += part
                part_of.update((name, mine) for other in part for name in other.names())
        mine.append(term)
        part_of.update((name, mine) for name in names)
        nameless += () if names else (term,)
    yield from {id(part): part for part in part_of.values()}.values()
    yield from ([term] for term in nameless)


def _needed(terms: list[Condition], limit: Limit) -> list[Condition]:
    """The terms that the others do not imply."""
    whole = all_of(*terms)
    if literals(whole) and len(terms) == 1:
        return terms
    choices = _choices(whole, ALWAYS)
    for term in tuple(terms):
        rest = [other for other in terms if other is not term]
        # The symbols of the term come first: if they make it false, most of the rest still holds.
        names = _names_in_order(term, whole)
        if not _differ(all_of(*rest), whole, names, choices, limit):
            terms = rest
    return terms


def _differ_at_all(first: Condition, second: Condition, limit: Limit) -> bool:
    names = _names_in_order(first, second)
    return _differ(first, second, names, _choices(first, second), limit)


def _limit() -> Limit:
    return Limit("the condition", _MOST_STEPS, "steps", TooLarge)


def _names_in_order(first: Condition, second: Condition) -> list[str]:
    mine = sorted(first.names())
    return mine + sorted(second.names() - first.names())


def _choices(first: Condition, second: Condition) -> Mapping[str, list[int]]:
    """For each symbol that is compared with numbers, the values that make a difference."""
    numbers: dict[str, set[int]] = {}
    for name, number in itertools.chain(comparisons(first), comparisons(second)):
        numbers.setdefault(name, {_OTHER}).add(number)
    return {name: sorted(found) for name, found in numbers.items()}


def _differ(
    first: Condition,
    second: Condition,
    names: Sequence[str],
    choices: Mapping[str, Sequence[int]],
    limit: Limit,
) -> bool:
    """Whether a configuration exists in which they differ, found by trying the values of one symbol
    at a time."""
    if first == second:
        return False
    if isinstance(first, Constant) and isinstance(second, Constant):
        return True
    limit.spend(size_of(first) + size_of(second))
    left = first.names() | second.names()
    at = next(place for place, name in enumerate(names) if name in left)
    for value in choices.get(names[at], (False, True)):
        known = {names[at]: value}
        if _differ(first.simplify(known), second.simplify(known), names[at + 1 :], choices, limit):
            return True
    return False
