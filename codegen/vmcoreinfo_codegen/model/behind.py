# SPDX-License-Identifier: MIT
"""Names in the kernel's source that entries depend on, and the tools that copied them.

A name is a macro, an enumerator, a variable, a function or a type, or `struct.member`. A struct
includes its members: `page` also finds what is known about `page.private`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..core.key import argument_of
from ..core.release import Release
from ..record import Value
from .consumer import Consumer, ConsumerRelease, Copied, Need
from .entry import Behind, Entry, Export
from .schema import Schema
from .timeline import holds

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


class Standing(Value):
    """A name that an entry depends on, because of its key or a `behind` clause."""

    entry: Entry
    export: Export
    behind: Behind | None

    def counts_in(self, release: Release) -> bool:
        """Whether a kernel of that release exports the entry, and the entry depends on the name
        there."""
        return self.export.contains(release) and (
            self.behind is None or holds(self.behind, release.moment)
        )


class Copier(Value):
    """A tool, some releases of which have copied a name for a need."""

    consumer: Consumer
    need: Need
    copied: Copied

    @property
    def archs(self) -> tuple[str, ...] | None:
        """The architectures that it concerns; None means all."""
        return self.copied.archs if self.copied.archs is not None else self.need.archs

    def counts_for(self, kernel: Release) -> bool:
        """Whether the tool uses the copy for a kernel.

        The `kernels` of the need don't matter: they may begin with the very change in question.
        """
        return self.copied.kernels is None or self.copied.kernels.holds(kernel)

    @property
    def releases(self) -> tuple[ConsumerRelease, ...]:
        """The releases that have the copy; none if only the repository has it."""
        return tuple(r for r in self.consumer.releases if self.copied.is_of(r.release))


class NameIndex:
    """Entries and copies by name; built once for many lookups."""

    def __init__(self, schema: Schema) -> None:
        self._entries: dict[str, list[Standing]] = defaultdict(list)
        self._copiers: dict[str, list[Copier]] = defaultdict(list)
        for entry in schema.entries:
            for export in entry.exports:
                for name in _with_structs(implied_by(entry.key)):
                    self._entries[name].append(Standing(entry, export, None))
                for behind in export.behind:
                    for name in _with_structs(behind.names):
                        self._entries[name].append(Standing(entry, export, behind))
        for copier in copiers(schema):
            for name in _with_structs(copier.copied.names):
                self._copiers[name].append(copier)

    @property
    def names(self) -> frozenset[str]:
        """All names about which anything is known."""
        return frozenset(self._entries) | frozenset(self._copiers)

    @property
    def standing(self) -> list[str]:
        """The names that entries depend on."""
        return list(self._entries)

    def entries(self, name: str) -> tuple[Standing, ...]:
        """The entries that depend on a name, in the order of the schema."""
        return tuple(self._entries.get(name, ()))

    def copiers(self, name: str) -> tuple[Copier, ...]:
        """The tools that have copied a name."""
        return tuple(self._copiers.get(name, ()))


def is_name(name: str) -> bool:
    """Whether the text can be a name in the kernel's source."""
    return _NAME.fullmatch(name) is not None


def implied_by(key: str) -> tuple[str, ...]:
    """The names in a key: `page.flags` and `page` for `OFFSET(page.flags)`."""
    return tuple(_with_structs([argument_of(key)]))


def copiers(schema: Schema) -> Iterator[Copier]:
    """Everything that tools have copied."""
    for consumer in schema.consumers:
        for need in consumer.needs:
            yield from (Copier(consumer, need, copied) for copied in need.copied)


def copiers_of(schema: Schema, entry: Entry) -> Iterator[Copier]:
    """Tools that have copied a name that an entry depends on, on some of its architectures."""
    own = set(implied_by(entry.key))
    said = [
        (export.archs, own.union(*(behind.names for behind in export.behind)))
        for export in entry.exports
    ]
    for copier in copiers(schema):
        if any(
            _meet(copier.archs, archs) and not names.isdisjoint(copier.copied.names)
            for archs, names in said
        ):
            yield copier


def _meet(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> bool:
    return some is None or others is None or not set(some).isdisjoint(others)


def _with_structs(names: Iterable[str]) -> dict[str, None]:
    """The names, and the structs of those that are members, without duplicates."""
    found: dict[str, None] = {}
    for name in names:
        found[name] = None
        found[name.partition(".")[0]] = None
    return found
