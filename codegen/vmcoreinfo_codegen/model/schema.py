# SPDX-License-Identifier: MIT
"""The whole schema, and the questions that it answers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from ..terms.release import Release
from .architecture import Architecture
from .base import LocationField, Model, ReleaseField
from .derivation import Derivation
from .entry import Entry, Prediction
from .macro import Macro


class DeclaredRelease(Model):
    """A mainline release and its date, `YYYY-MM-DD` or `YYYY-MM`."""

    release: ReleaseField
    date: str
    location: LocationField


class Schema(Model):
    """Everything the `.vmci` files say, entries in the order of the files."""

    releases: tuple[DeclaredRelease, ...]
    architectures: tuple[Architecture, ...]
    macros: tuple[Macro, ...]
    entries: tuple[Entry, ...]
    derivations: tuple[Derivation, ...]

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries}

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
        """What a kernel of that release exports on that architecture, in file order.

        A condition is given as far as the architecture leaves it open; an entry
        whose condition can't hold there is left out.
        """
        known = self.fixed_config(arch)
        for entry in self.entries:
            for export in entry.exports_for(arch.name, release):
                condition = export.condition(release).simplify(known)
                if condition.evaluate({}) is False:
                    continue
                yield Prediction(
                    key=entry.key,
                    condition=condition,
                    format=entry.format,
                    via=export.via(release),
                    export=export,
                )
                break

    def fixed_config(self, arch: Architecture) -> dict[str, bool]:
        """The symbols that the architecture alone decides, and how."""
        everywhere = {name for other in self.architectures for name in other.config}
        off = everywhere - set(arch.config) - set(arch.optional)
        return {name: False for name in off} | {name: True for name in arch.config}

    def config_names(self) -> list[str]:
        """Every Kconfig symbol that a condition names and some configuration decides."""
        fixed = {name for arch in self.architectures for name in arch.config}
        fixed -= {name for arch in self.architectures for name in arch.optional}
        names = {
            name
            for entry in self.entries
            for export in entry.exports
            for dependency in export.dependencies
            for name in dependency.condition.names()
        }
        return sorted(names - fixed)
