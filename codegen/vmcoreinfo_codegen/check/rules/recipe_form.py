# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Choice, Derived, Expression, Log2, Read
from ...model import Recipe, Schema
from ..rule import Finding, Rule


def _can_fail(expression: Expression) -> bool:
    return any(isinstance(e, (Derived, Log2, Read)) for e in expression.walk())


def _of_recipe(recipe: Recipe) -> Iterator[Finding]:
    for release in (recipe.since, recipe.until):
        if release is not None and release != release.branch:
            message = f"{recipe.name} is bounded by {release}, which is not a mainline release"
            hint = "a note rarely shows its stable release; test for a key instead"
            yield recipe.location, message, hint
    if recipe.backports:
        message = f"{recipe.name} has a 'backport'"
        yield recipe.location, message, "test for keys instead, which show what a stable branch has"
    for choice in recipe.expression.walk():
        if isinstance(choice, Choice) and (_can_fail(choice.then) or _can_fail(choice.otherwise)):
            message = f"{recipe.name} chooses between values of which one may be unavailable"
            yield recipe.location, message, "write two recipes"


def _check(schema: Schema) -> Iterator[Finding]:
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            yield from _of_recipe(recipe)


RULE = Rule(
    id="VMCI029",
    name="recipe-form",
    doc="A recipe is bounded by mainline releases, and `?:` chooses between available values: no "
    "memory reads, logarithms or other derivations in its branches.",
    example="""
derive wide {
	doc		"A value."
	value		decimal bits
	from		1 == 2 ? u32[8] : 3 as chosen on arm64 ### chosen chooses between values of which one may be unavailable
	from		5 as late since 6.9.3 ### late is bounded by 6.9.3, which is not a mainline release
}
""",
    check=_check,
)
