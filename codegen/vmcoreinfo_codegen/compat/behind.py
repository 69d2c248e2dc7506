# SPDX-License-Identifier: MIT
"""What a change does to names that entries stand on: who has copied them, and what can't be told."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from ..core.key import Kind, argument_of
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.behind import Copier, NameIndex, Standing
from ..patch.change import Redefined
from .impact import Break


@dataclass(frozen=True)
class Behind:
    """A name that changes, the entries that stand on it, and whether their values carry the change.

    A value that the kernel prints anew carries it; that it means something else it does not.
    """

    changed: Redefined
    keys: tuple[str, ...]
    carried: bool


class Redefinitions:
    """Judges names that change on a kernel of a release, which is the one before the change."""

    def __init__(self, schema: Schema, base: Release) -> None:
        self._schema = schema
        self._base = base
        self._index = NameIndex(schema)

    def breaks(self, changed: Redefined) -> Iterator[Break]:
        """Tools that have copied what changes."""
        if _same_value(changed):
            return
        copiers = {
            id(copier.copied): copier
            for name in _asked(changed)
            for copier in self._index.copiers(name)
            if any(_concerns(changed, own) for own in copier.copied.names)
        }
        for copier in copiers.values():
            found = self._break(changed, copier)
            if found is not None:
                yield found

    def behind(self, changed: Redefined, told: Set[str]) -> Iterator[Behind]:
        """Entries that stand on what changes, but those that are told of anyway."""
        if _same_value(changed):
            return
        carried: dict[str, None] = {}
        open_: dict[str, None] = {}
        for name in _asked(changed):
            for standing in self._index.entries(name):
                key = standing.entry.key
                if key in told or not self._counts(standing, changed):
                    continue
                if not _stands(standing, changed):
                    continue
                (carried if _carries(standing, changed) else open_)[key] = None
        if open_:
            yield Behind(changed, tuple(open_), False)
        elif carried:
            yield Behind(changed, tuple(carried), True)

    def _counts(self, standing: Standing, changed: Redefined) -> bool:
        if not standing.counts_in(self._base):
            return False
        return any(
            standing.export.concerns(arch.name) and arch.existed_in(self._base)
            for arch in self._archs(changed)
        )

    def _archs(self, changed: Redefined) -> list[Architecture]:
        parts = changed.file.split("/")
        folder = parts[1] if parts[0] == "arch" and len(parts) > 2 else None
        return [a for a in self._schema.architectures if folder in (None, a.source)]

    def _break(self, changed: Redefined, copier: Copier) -> Break | None:
        need, copied = copier.need, copier.copied
        if need.kernels is not None and not need.kernels.holds(self._base):
            return None
        known = self._schema.fixed_config
        archs = tuple(
            arch.name
            for arch in self._archs(changed)
            if need.concerns(arch.name)
            and arch.existed_in(self._base)
            and need.condition.evaluate(known(arch)) is not False
        )
        releases = tuple(one.release for one in copier.releases if need.exists_in(one.release))
        if not archs or not releases:
            return None
        later = [
            one.release
            for one in copier.consumer.releases
            if one.release > releases[-1] and not copied.is_of(one.release)
        ]
        return Break(
            copier.consumer.name, need.purpose, copied.text, copied.verdict, archs,
            tuple(sorted(releases)), min(later, default=None), because=(changed.name,),
        )  # fmt: skip


def _asked(changed: Redefined) -> list[str]:
    """The names under which the index may have it: a struct by its tag."""
    return [changed.name.rpartition(" ")[2]]


def _concerns(changed: Redefined, name: str) -> bool:
    """Whether a copied name is what changes, or a member that is elsewhere in its struct for it."""
    if changed.name == name:
        return True
    kind, _, tag = changed.name.rpartition(" ")
    if not kind:
        return False
    struct, dot, member = name.partition(".")
    if struct != tag:
        return False
    if not dot:
        return True
    return _in_front(changed.before, member) != _in_front(changed.after, member)


def _in_front(texts: tuple[str, ...], member: str) -> list[str] | None:
    """The members before one, where they are shown."""
    from ..kernel.definitions import BETWEEN

    for text in texts:
        members = text.split(BETWEEN)
        for place, declared in enumerate(members):
            if member in declared.replace("*", " ").replace("[", " ").replace(",", " ").split():
                return members[:place]
    return None


def _same_value(changed: Redefined) -> bool:
    """Whether a constant is only written otherwise."""
    # Loaded where a name changes, and not for an answer about keys.
    from ..kernel.constant import constant

    values = [[constant(text) for text in texts] for texts in (changed.before, changed.after)]
    return bool(values[0]) and None not in values[0] and set(values[0]) == set(values[1])


def _stands(standing: Standing, changed: Redefined) -> bool:
    """Whether it is that name on which an entry stands, and not another member of a struct."""
    if standing.behind is not None:
        return any(_concerns(changed, name) for name in standing.behind.names)
    argument = argument_of(standing.entry.key)
    kind, _, tag = changed.name.rpartition(" ")
    if kind:
        return argument.partition(".")[0] == tag and standing.entry.kind is not Kind.SYMBOL
    return argument == changed.name


def _carries(standing: Standing, changed: Redefined) -> bool:
    if standing.behind is not None:
        return False
    match standing.entry.kind:
        case Kind.NUMBER | Kind.LENGTH:
            return bool(changed.after)
        case Kind.SIZE | Kind.OFFSET:
            # Where members are the kernel prints anew; what one of them is it does not.
            return " " in changed.name
    return False
