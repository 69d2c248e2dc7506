# SPDX-License-Identifier: MIT
"""The whole schema, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field

from ..problem import Location
from ..terms.expression import Expression, TypeFact
from ..terms.key import Kind
from ..terms.release import Release
from .architecture import Architecture
from .base import Boundary, LocationField, Model, Ranged, ReleaseField, Span
from .consumer import Consumer
from .derivation import Derivation
from .entry import Entry, Export, KindDefault, Prediction, Quirk, fact_of
from .macro import Macro


class DeclaredRelease(Model):
    """A mainline release and its date, `YYYY-MM-DD` or `YYYY-MM`; `longterm` where distributions build on it."""

    release: ReleaseField
    date: str
    longterm: bool = False
    location: LocationField


class Schema(Model):
    """Everything the `.vmci` files say, entries in the order of the `source` lines."""

    releases: tuple[DeclaredRelease, ...]
    architectures: tuple[Architecture, ...]
    macros: tuple[Macro, ...]
    entries: tuple[Entry, ...]
    derivations: tuple[Derivation, ...]
    consumers: tuple[Consumer, ...] = ()
    # Entries have what follows from it; it serves whoever writes new ones.
    kinds: Annotated[tuple[KindDefault, ...], Field(exclude=True)] = ()

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def by_kind(self) -> dict[Kind, KindDefault]:
        return {default.kind: default for default in self.kinds}

    @cached_property
    def by_macro(self) -> dict[str, Macro]:
        return {macro.name: macro for macro in self.macros}

    @cached_property
    def _by_arch(self) -> dict[str, Architecture]:
        names = {arch.name: arch for arch in self.architectures}
        return {alias: arch for arch in self.architectures for alias in arch.aliases} | names

    @cached_property
    def declared(self) -> dict[Release, DeclaredRelease]:
        return {declared.release: declared for declared in self.releases}

    @property
    def latest(self) -> Release:
        return max(declared.release for declared in self.releases)

    def architecture(self, name: str) -> Architecture | None:
        """The architecture of that name or alias (`aarch64`, `amd64`, `ppc64el`)."""
        return self._by_arch.get(name)

    def architecture_names(self) -> list[str]:
        return list(self._by_arch)

    def is_declared(self, release: Release) -> bool:
        """Whether the release, or for a candidate or stable one its branch, is declared."""
        return release.branch in self.declared

    def predict(self, release: Release, arch: Architecture) -> Iterator[Prediction]:
        """What a kernel of that release exports on that architecture, in schema order.

        A condition is given as far as the architecture leaves it open; an entry
        whose condition can't hold there is left out.
        """
        if not arch.existed_in(release):
            return
        for entry in self.entries:
            prediction = self.predict_entry(entry, release, arch)
            if prediction is not None:
                yield prediction

    def predict_entry(
        self, entry: Entry, release: Release, arch: Architecture
    ) -> Prediction | None:
        """The same for one entry; None where that kernel does not export it."""
        known = self.fixed_config(arch)
        for export in entry.exports_for(arch.name, release):
            condition = export.condition(release).simplify(known)
            if condition.evaluate({}) is not False:
                return Prediction(
                    key=entry.key,
                    condition=condition,
                    format=entry.format,
                    export=export,
                    release=release,
                )
        return None

    def spans(self) -> Iterator[Span]:
        """Every life in the schema: of architectures, macros and exports."""
        yield from (arch.span for arch in self.architectures)
        yield from (macro.span for macro in self.macros)
        for export in self.exports():
            yield from export.spans

    def boundaries(self) -> Iterator[Boundary]:
        """Every boundary of those lives, and of changed meanings."""
        for span in self.spans():
            yield span.since
            if span.until is not None:
                yield span.until
            yield from span.backports
        for export in self.exports():
            yield from (change.boundary for change in export.changes)

    def ranged(self) -> Iterator[tuple[Location, Ranged]]:
        """Everything that holds in a range of releases only, with its place."""
        for macro in self.macros:
            yield from ((macro.location, printed) for printed in macro.prints)
        for export in self.exports():
            for attribute in (*export.vias, *export.dependencies):
                yield export.location, attribute
        for derivation in self.derivations:
            yield from ((recipe.location, recipe) for recipe in derivation.recipes)

    def quirks(self) -> Iterator[Quirk]:
        for export in self.exports():
            yield from export.quirks

    def exports(self) -> Iterator[Export]:
        for entry in self.entries:
            yield from entry.exports

    def fixed_config(self, arch: Architecture) -> Mapping[str, bool]:
        """The symbols that the architecture alone decides, and how."""
        return self._fixed_configs[arch.name]

    @cached_property
    def _fixed_configs(self) -> dict[str, Mapping[str, bool]]:
        everywhere = {name for arch in self.architectures for name in arch.config}
        return {
            arch.name: {name: False for name in everywhere.difference(arch.config, arch.optional)}
            | dict.fromkeys(arch.config, True)
            for arch in self.architectures
        }

    def questions(self) -> list[Expression]:
        """Everything that entries ask of debug information, configuration and memory."""
        said = [fact.expression for export in self.exports() for fact in export.debug_infos]
        own = [fact_of(entry.key, entry.kind) for entry in self.entries]
        return said + [question for question in own if question is not None]

    def config_names(self) -> list[str]:
        """Every Kconfig symbol that a condition or a fact names and some configuration decides."""
        fixed = {name for arch in self.architectures for name in arch.config}
        fixed -= {name for arch in self.architectures for name in arch.optional}
        names = {
            name
            for export in self.exports()
            for dependency in export.dependencies
            for name in dependency.condition.names()
        }
        asked = {
            fact.name
            for question in self.questions()
            for fact in question.walk()
            if isinstance(fact, TypeFact) and fact.question == "config"
        }
        return sorted((names - fixed) | asked)
