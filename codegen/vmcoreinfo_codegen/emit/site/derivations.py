# SPDX-License-Identifier: MIT
"""The page of derived values: how each is computed from entries, recipe by recipe."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from ...core.expression import render
from ...model import Derivation
from ..product import Product
from .facts import Facts
from .keys import releases_of
from .links import Links, slug
from .page import links_of, page, row, table

PLACE = "derivations.html"
_KEY = re.compile(r"(?:SYMBOL|SIZE|OFFSET|LENGTH|NUMBER)\([^()\s]+\)|[A-Za-z_][A-Za-z0-9_-]*")


def product(facts: Facts) -> Product:
    to = links_of(facts.schema, PLACE)
    names = {derivation.name for derivation in facts.schema.derivations}
    context = {
        "derivations": [_derivation(to, one, names) for one in facts.schema.derivations],
    }
    return page(facts.schema, "derivations", PLACE, "Derived values", context)


def _derivation(to: Links, one: Derivation, names: set[str]) -> dict[str, Any]:
    rows = [_recipe(to, one, place, names) for place in range(len(one.recipes))]
    unit = f", {one.unit.value}" if one.unit else ""
    return {
        "name": one.name,
        "doc": to.text(one.doc),
        "value": f"{one.format.value}{unit}",
        "table": table(one.name, ["Recipe", "Value", "Condition"], rows),
    }


def _recipe(to: Links, one: Derivation, place: int, names: set[str]) -> dict[str, Any]:
    recipe = one.recipes[place]
    before = sum(other.name == recipe.name for other in one.recipes[:place])
    applies = []
    if recipe.archs is not None:
        applies.append(f"on {', '.join(recipe.archs)}")
    if recipe.since or recipe.until:
        applies.append(f"kernels {releases_of(recipe.since, recipe.until)}")
    if recipe.reads_memory:
        applies.append("reads memory of the dump")
    beside = [key for key in recipe.requires if key not in render(recipe.expression)]
    told = escape("; ".join(applies))
    if beside:
        told += Markup("; " if applies else "") + Markup("needs ") + to.keys(beside)
    cells = [recipe.name, _expression(to, render(recipe.expression), names), told]
    again = f"-{before + 1}" if before else ""
    return row(cells, f"{one.name}-{slug(recipe.name)}{again}")


def _expression(to: Links, text: str, names: set[str]) -> Markup:
    """An expression with its keys and other derivations as links."""
    found, end = Markup(), 0
    for match in _KEY.finditer(text):
        found += escape(text[end : match.start()])
        word = match[0]
        if word in names:
            found += to.to(f"{PLACE}#{word}", word)
        elif to.has(word):
            found += to.plain_key(word)
        else:
            found += escape(word)
        end = match.end()
    return Markup("<code>{}</code>").format(found + escape(text[end:]))
