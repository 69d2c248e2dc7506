# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...core.expression import Derived, Log2
from ...model.derivation import Recipe
from ...model.schema import Schema
from ..rule import Finding, Rule


@dataclass(frozen=True)
class _Asked:
    """A recipe, the keys that it needs, and whether it may fail even if they are all present."""

    recipe: Recipe
    keys: frozenset[str]
    may_fail: bool


def _asked(recipe: Recipe) -> _Asked:
    may_fail = any(isinstance(e, (Derived, Log2)) for e in recipe.expression.walk())
    return _Asked(recipe, frozenset(recipe.keys), may_fail)


def _always_applies(first: _Asked, second: _Asked) -> bool:
    """Whether the first applies whenever the second does."""
    if first.may_fail or not first.keys <= second.keys:
        return False
    earlier, later = first.recipe, second.recipe
    for mine, theirs, is_wider in (
        (earlier.archs, later.archs, lambda a, b: set(b) <= set(a)),
        (earlier.since, later.since, lambda a, b: a.opening <= b.opening),
        (earlier.until, later.until, lambda a, b: a.opening >= b.opening),
    ):
        if mine is not None and (theirs is None or not is_wider(mine, theirs)):
            return False
    return True


def _check(schema: Schema) -> Iterator[Finding]:
    for derivation in schema.derivations:
        recipes = [_asked(recipe) for recipe in derivation.recipes]
        for index, later in enumerate(recipes):
            for earlier in recipes[:index]:
                if _always_applies(earlier, later):
                    message = f"recipe {later.recipe.name} of {derivation.name} is unreachable"
                    yield later.recipe.location, f"{message}: {earlier.recipe.name} applies first"
                    break


RULE = Rule(
    id="VMCI024",
    name="unreachable-recipe",
    doc="No recipe follows another that applies everywhere it does.",
    example="""
PAGESIZE {
	doc		"Page size of the kernel."
	value		signed bytes
	via		VMCOREINFO_PAGESIZE
	since		6.8
}

derive page_size {
	doc		"Page size of the kernel."
	value		decimal bytes
	from		PAGESIZE as exported
	from		PAGESIZE + 0 as again on arm64 ### recipe again of page_size is unreachable: exported applies first
}
""",
    check=_check,
)
