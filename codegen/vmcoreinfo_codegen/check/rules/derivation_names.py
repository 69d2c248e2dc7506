# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Derived, Key
from ...model.derivation import Derivation, Recipe
from ...model.schema import Schema
from ...problem import Location, did_you_mean
from ..rule import Finding, Rule


def _of_recipe(
    schema: Schema, derivation: Derivation, recipe: Recipe, earlier: dict[str, None]
) -> Iterator[Finding]:
    places = {e.key: e.position for e in recipe.expression.walk() if isinstance(e, Key)}
    for key in recipe.keys:
        entry = schema.by_key.get(key)
        line, column = places.get(key, (recipe.location.line, recipe.location.column))
        at = Location(recipe.location.path, line, column)
        if entry is None:
            yield (
                at,
                f"{derivation.name} reads {key}, which is not an entry",
                did_you_mean(key, schema.by_key),
            )
        elif key not in recipe.requires and not entry.format.is_number:
            yield (
                at,
                f"{key} is not a number",
                f"write 'requires {key}' to test whether it is present",
            )
    for used in recipe.expression.walk():
        if isinstance(used, Derived) and used.name not in earlier:
            at = Location(recipe.location.path, *used.position)
            message = f"{derivation.name} uses {used.name}, which is not derived earlier"
            yield at, message, did_you_mean(used.name, earlier)


def _check(schema: Schema) -> Iterator[Finding]:
    earlier: dict[str, None] = {}
    for derivation in schema.derivations:
        if derivation.name in earlier:
            yield derivation.location, f"{derivation.name} is derived twice"
        for recipe in derivation.recipes:
            yield from _of_recipe(schema, derivation, recipe, earlier)
        earlier[derivation.name] = None


RULE = Rule(
    id="VMCI023",
    name="derivation-names",
    doc="A recipe uses numeric entries of the schema and derivations declared before its own, so "
    "no value depends on itself.",
    example="""
derive page_shift {
	doc		"Base-2 logarithm of the page size."
	value		decimal bits
	from		log2(PAGESIZ) as page_size ### page_shift reads PAGESIZ, which is not an entry
}
""",
    check=_check,
)
