# SPDX-License-Identifier: MIT
"""Proof 6: the recipes of the schema give what a person works out by hand.

The same cases as those of the products, worked out of the schema itself by the rule that its
language gives: the first recipe whose keys are there, of that architecture, in that release.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace

import vmcoreinfo
from tests.each import check_each
from tests.emit.cases import CASES
from tests.emit.cases.case import NO_RECIPE, READ_FAILED, Case, Outcome
from vmcoreinfo_codegen.core.expression import Derived, Expression, Number, TypeFact, value_of
from vmcoreinfo_codegen.core.release import Release, contains, parse_release_string
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.derivation import Recipe

MASK = (1 << 64) - 1


class ReadFailed(Exception):
    """The case has no such memory."""


class Note:
    """Answers from the note and the memory of a case, and other derivations of the schema."""

    def __init__(self, schema: Schema, case: Case) -> None:
        self.schema, self.case = schema, case
        self.info = vmcoreinfo.parse(case.note)
        self.release: Release | None = None
        with suppress(ValueError):
            self.release, _ = parse_release_string(str(self.info.get("OSRELEASE")))
        arch = schema.architecture(case.arch or "")
        self.arch = arch.name if arch else None

    def fact(self, fact: TypeFact) -> None:
        return None

    def key(self, key: str) -> int | None:
        value = self.info.get(key)
        return value if isinstance(value, int) else None

    def read(self, width: int, address: int) -> int:
        # A list_head is two pointers.
        size = width // 8 or (4 if self.info.get("SIZE(list_head)") == 8 else 8)
        data = (self.case.memory or {}).get(address, b"")[:size]
        if len(data) != size:
            raise ReadFailed
        return int.from_bytes(data, "big" if self.case.big_endian else "little")

    def applies(self, recipe: Recipe) -> bool:
        if recipe.archs is not None and self.arch not in recipe.archs:
            return False
        if not all(key in self.info for key in recipe.keys):
            return False
        if recipe.since is None and recipe.until is None:
            return True
        return self.release is not None and contains(*recipe.bounds, self.release.moment)

    def derived(self, name: str) -> tuple[int, str] | None:
        (derivation,) = (d for d in self.schema.derivations if d.name == name)
        for recipe in derivation.recipes:
            if self.applies(recipe):
                value = self.worked_out(recipe.expression)
                if value is not None:
                    return value, recipe.name
        return None

    def worked_out(self, expression: Expression) -> int | None:
        # What other derivations give is put in first: the arithmetic knows notes alone.
        inner = {e.name: self.derived(e.name) for e in expression.walk() if isinstance(e, Derived)}
        if None in inner.values():
            return None
        values = {name: found[0] for name, found in inner.items() if found is not None}
        return value_of(with_values(expression, values), self)


def with_values(expression: Expression, values: dict[str, int]) -> Expression:
    """The expression with numbers in place of derivations."""
    if isinstance(expression, Derived):
        value = values[expression.name]
        return Number(value, str(value))
    inner = {
        field.name: with_values(part, values)
        for field in fields(expression)
        if isinstance(part := getattr(expression, field.name), Expression)
    }
    return replace(expression, **inner)


def outcome(schema: Schema, case: Case) -> Outcome:
    try:
        found = Note(schema, case).derived(case.derivation)
    except ReadFailed:
        return READ_FAILED
    return NO_RECIPE if found is None else (found[0] & MASK, found[1])


def test_recipes_of_the_schema(schema: Schema) -> None:
    def check(case: Case) -> None:
        expected = case.expected
        if not isinstance(expected, str):
            expected = (expected[0] & MASK, expected[1])
        assert outcome(schema, case) == expected

    check_each(CASES, lambda case: f"{case.derivation}-{case.name}", check)
