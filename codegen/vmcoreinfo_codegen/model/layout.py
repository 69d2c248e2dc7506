# SPDX-License-Identifier: MIT
"""What the C types of a schema tell of members and structures, by their names in keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.expression import Expression
from ..core.key import Kind, argument_of
from .c_type import CType, Extent, called, extent_of
from .entry import Entry


class Layouts:
    """Members whose types have one size, first members, declared structures, and values that follow from
    others.
    """

    def __init__(self, entries: Iterable[Entry], types: Mapping[str, CType]) -> None:
        self.members: dict[str, Extent] = {}
        self.structs: dict[str, CType] = {}
        self.first: set[str] = set()
        self.equals: dict[str, Expression] = {}
        """What values always are, by key."""
        self.extents: dict[str, list[Extent]] = {}
        """Structures, each with its own extent and those of its known members."""
        for entry in entries:
            name = argument_of(entry.key)
            if entry.equals is not None:
                self.equals[entry.key] = entry.equals.expression
            if entry.kind in (Kind.OFFSET, Kind.SIZE):
                self._add_struct(name.partition(".")[0], types)
            if entry.kind is Kind.OFFSET:
                self._add_member(name, entry, types)

    def _add_struct(self, name: str, types: Mapping[str, CType]) -> None:
        found = called(name, types)
        if found is not None and name not in self.structs:
            self.structs[name] = found
            self.extents[name] = [found.extent]

    def _add_member(self, name: str, entry: Entry, types: Mapping[str, CType]) -> None:
        owner = name.partition(".")[0]
        if entry.is_first:
            self.first.add(name)
        found = {extent_of(text, types) for text in entry.types}
        one = found.pop() if len(found) == 1 else None
        if one is not None:
            extent = _inside(self.structs.get(owner), one)
            self.members[name] = extent
            self.extents.setdefault(owner, []).append(extent)


def _inside(owner: CType | None, member: Extent) -> Extent:
    """A packed structure aligns its members less."""
    most = owner.alignment if owner is not None else None
    return Extent(member.size, min(member.align, most)) if most is not None else member
