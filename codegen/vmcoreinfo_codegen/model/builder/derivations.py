# SPDX-License-Identifier: MIT
"""Derivations, from the tree to the model."""

from __future__ import annotations

from ...syntax import tree
from ..derivation import Derivation, Recipe
from .entries import values
from .reading import Reader


def derivation(read: Reader, block: tree.Derivation) -> Derivation | None:
    formats, unit = values(read, block)
    for clause in block.clauses:
        if isinstance(clause, tree.Value) and clause.range is not None:
            read.problem(clause, "the format of a derived value can't depend on the release")
    recipes = [_recipe(read, c) for c in block.clauses if isinstance(c, tree.Recipe)]
    if not formats or not recipes:
        read.problem(block, f"derive {block.name} needs a 'value' and a 'from'")
        return None
    return Derivation(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        format=formats[0].format,
        unit=unit,
        recipes=tuple(recipes),
        location=read.at(block.name),
    )


def _recipe(read: Reader, clause: tree.Recipe) -> Recipe:
    return Recipe(
        name=str(clause.name),
        expression=clause.expression,
        requires=tuple(map(str, clause.requires or ())),
        archs=read.arch_names(clause.archs),
        location=read.at(clause),
        **read.bounds(clause.range),
    )
