# SPDX-License-Identifier: MIT
"""The recipes that a subset of the keys can use without giving a different result than all keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..core.expression import Derived
from ..core.release import overlap
from ..model import Derivation, Recipe, Schema
from ..model.consumer import KernelRange
from .availability import is_available

# An architecture, and the index of a mainline release, which stands for all kernels up to the next.
# Hashing a release takes ten times as long as hashing an index, and there are thousands of lookups.
_Place = tuple[str, int]


@dataclass(frozen=True)
class _Reduced:
    """The recipes of a derivation that work with the keys; at the `lost` places it would need more
    keys."""

    recipes: tuple[Recipe, ...]
    lost: frozenset[_Place]


class Recipes:
    """The derivations of a schema that is reduced to some keys.

    A recipe stays if all its keys do. If it goes, a later recipe must not be used for a kernel that
    could have the keys of both: its value could differ, or depend on an entry that only seems to be
    absent. So the later recipe is limited to architectures on which that can't happen, and is
    removed if there are none. The remaining recipes give the same value as all keys would, or none.
    A derivation stays if one of its recipes does that has a key.
    """

    def __init__(
        self, schema: Schema, keys: Iterable[str], kernels: KernelRange, archs: Iterable[str]
    ) -> None:
        self._schema = schema
        self._keys = set(keys)
        self._archs = tuple(archs)
        self._branches = [
            branch for _, branch in schema.branches() if overlap(branch, kernels.bounds)
        ]
        self._derivations = {derivation.name: derivation for derivation in schema.derivations}
        self._reduced: dict[str, _Reduced] = {}
        self._homes: dict[str, frozenset[_Place]] = {}

    def derivations(self) -> list[Derivation]:
        reduced = {name: self._of(name).recipes for name in self._derivations}
        stay = {name for name, recipes in reduced.items() if any(map(self._inputs, recipes))}
        asked = {inner for name in stay for recipe in reduced[name] for inner in _derived(recipe)}
        return [
            replace(derivation, recipes=reduced[derivation.name])
            for derivation in self._schema.derivations
            if derivation.name in stay | asked
        ]

    def _of(self, name: str) -> _Reduced:
        if name not in self._reduced:
            self._reduced[name] = self._reduce(self._derivations[name])
        return self._reduced[name]

    def _reduce(self, derivation: Derivation) -> _Reduced:
        stay: list[Recipe] = []
        lost: frozenset[_Place] = frozenset()
        for recipe in derivation.recipes:
            places = self._places(recipe)
            missed = places & lost.union(*(self._of(name).lost for name in _derived(recipe)))
            if not self._keys.issuperset(recipe.keys):
                missed = places
            closed = {arch for arch, _ in missed}
            lost |= {place for place in places if place[0] in closed}
            open_ = {arch for arch, _ in places} - closed
            archs = [arch for arch in recipe.archs or self._archs if arch in open_]
            if archs:
                is_narrower = closed or recipe.archs is not None
                stay.append(replace(recipe, archs=tuple(archs) if is_narrower else None))
        return _Reduced(tuple(stay), lost)

    def _inputs(self, recipe: Recipe) -> bool:
        inner = [r for name in _derived(recipe) for r in self._of(name).recipes]
        return bool(recipe.keys) or any(self._inputs(other) for other in inner)

    def _places(self, recipe: Recipe) -> frozenset[_Place]:
        """The places at which the recipe may apply."""
        places = frozenset(
            (arch, number)
            for number, branch in enumerate(self._branches)
            if overlap(recipe.bounds, branch)
            for arch in self._archs
            if recipe.archs is None or arch in recipe.archs
        )
        for key in recipe.keys:
            places &= self._places_of_key(key)
        for name in _derived(recipe):
            inner = [self._places(other) for other in self._derivations[name].recipes]
            places &= frozenset().union(*inner)
        return places

    def _places_of_key(self, key: str) -> frozenset[_Place]:
        if key not in self._homes:
            self._homes[key] = frozenset(
                (arch, number)
                for export in self._schema.by_key[key].exports
                for number, branch in enumerate(self._branches)
                if is_available(export, branch)
                for arch in self._archs
                if export.concerns(arch)
            )
        return self._homes[key]


def _derived(recipe: Recipe) -> list[str]:
    return [e.name for e in recipe.expression.walk() if isinstance(e, Derived)]
