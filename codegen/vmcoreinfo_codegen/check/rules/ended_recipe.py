# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Derived
from ...core.release import Release, contains
from ...model.architecture import Architecture
from ...model.derivation import Derivation, Recipe
from ...model.schema import Schema
from ..rule import Finding, Rule


class _Derivable:
    """The derivations that work in a release on an architecture, according to the keys that its
    kernels may export."""

    def __init__(self, schema: Schema, arch: Architecture, release: Release) -> None:
        self._schema = schema
        self._arch = arch
        self._release = release
        self._derivations = {d.name: d for d in schema.derivations}
        self._known: dict[str, bool] = {}

    def recipes(self, derivation: Derivation) -> list[Recipe]:
        """The recipes for the architecture and the release, whether or not their keys are
        exported."""
        return [
            recipe
            for recipe in derivation.recipes
            if (recipe.archs is None or self._arch.name in recipe.archs)
            and contains(recipe.since, recipe.until, self._release.moment)
        ]

    def gives(self, derivation: Derivation) -> bool:
        if derivation.name not in self._known:
            # Rule VMCI023 reports a derivation that depends on itself.
            self._known[derivation.name] = False
            found = any(map(self._has_all, self.recipes(derivation)))
            self._known[derivation.name] = found
        return self._known[derivation.name]

    def missing(self, recipe: Recipe) -> list[str]:
        """The keys of a recipe that no kernel of the release exports."""
        return [key for key in recipe.keys if not self._exports(key)]

    def replaces_in_another(self, key: str, derivation: Derivation) -> bool:
        """Whether the replacement of a key gives another derivation, which supersedes this one."""
        entry = self._schema.by_key.get(key)
        instead = set(entry.replaced_by) if entry is not None else set()
        return any(
            instead.intersection(recipe.keys) and self._has_all(recipe)
            for other in self._schema.derivations
            if other is not derivation
            for recipe in self.recipes(other)
        )

    def _has_all(self, recipe: Recipe) -> bool:
        others = [e.name for e in recipe.expression.walk() if isinstance(e, Derived)]
        known = [self._derivations[name] for name in others if name in self._derivations]
        return not self.missing(recipe) and all(map(self.gives, known))

    def _exports(self, key: str) -> bool:
        entry = self._schema.by_key.get(key)
        # Rule VMCI023 reports a key that is not an entry.
        return entry is None or bool(self._schema.predict_entry(entry, self._release, self._arch))


def _check(schema: Schema) -> Iterator[Finding]:
    if not schema.releases:
        return
    ended: dict[tuple[Derivation, Recipe, str, Release], list[str]] = {}
    for arch in schema.architectures:
        if not arch.existed_in(schema.latest):
            continue
        known = {
            declared.release: _Derivable(schema, arch, declared.release)
            for declared in schema.releases
            if arch.existed_in(declared.release)
        }
        for derivation in schema.derivations:
            found = _ended(derivation, known)
            if found is not None:
                ended.setdefault((derivation, *found), []).append(arch.name)
    everywhere = [arch.name for arch in schema.architectures if arch.existed_in(schema.latest)]
    for (derivation, recipe, key, release), archs in ended.items():
        where = "" if archs == everywhere else f" on {' '.join(archs)}"
        yield (
            recipe.location,
            f"since {release} no recipe gives {derivation.name}{where}: recipe {recipe.name} needs "
            f"{key}, which was removed",
            f"add a recipe that uses the replacement, or end {recipe.name} with 'until'",
        )


def _ended(
    derivation: Derivation, known: dict[Release, _Derivable]
) -> tuple[Recipe, str, Release] | None:
    """The newest recipe that ended with a key, that key, and the first release without both."""
    releases = list(known)
    latest = known[releases[-1]]
    if latest.gives(derivation):
        return None
    for place in range(len(releases) - 2, -1, -1):
        before = known[releases[place]]
        if not before.gives(derivation):
            continue
        for recipe in before.recipes(derivation):
            gone = [key for key in latest.missing(recipe) if key not in before.missing(recipe)]
            if gone and recipe in latest.recipes(derivation) and not before.missing(recipe):
                moved = any(latest.replaces_in_another(key, derivation) for key in gone)
                return None if moved else (recipe, gone[0], releases[place + 1])
        return None
    return None


RULE = Rule(
    id="VMCI039",
    name="ended-recipe",
    doc="A derivation does not silently end with a key: if the last applicable recipe needs a key "
    "that kernels no longer export, another recipe takes over, or `until` says where it ends. If "
    "the key's replacement gives another derivation, that one takes over.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
	until		6.10 "the flag is gone"
}

derive lru_mask {
	doc		"The mask of the flag."
	value		hex mask
	from		1 << NUMBER(PG_lru) as flag ### since 6.10 no recipe gives lru_mask: recipe flag needs NUMBER(PG_lru), which was removed
}
""",
    check=_check,
    severity="warning",
)
