# SPDX-License-Identifier: MIT
"""The effect of a change to names behind entries: the tools that copied them, and what can't be
judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cached_property, lru_cache

from ..core.key import Kind, argument_of
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.behind import Copier, NameIndex, Standing
from ..model.consumer import ConsumerRelease
from ..patch.change import Redefined
from ..record import Value
from .impact import Break


class Behind(Value):
    """A name that changes, the entries that depend on it, and whether their values carry the
    change.

    A new value that the kernel prints carries the change; a new meaning of the same value does not.
    """

    changed: Redefined
    keys: tuple[str, ...]
    carried: bool


class Redefinitions:
    """Judges names that change from one release to another; without `to`, within one release."""

    def __init__(
        self, schema: Schema, base: Release, to: Release | None, changed: Iterable[Redefined]
    ) -> None:
        self._schema = schema
        self._base = base
        self._to = to or base
        self._index = NameIndex(schema)
        self._counted: dict[tuple[int, str | None], bool] = {}
        names = Expansions(changed)
        known = self._index.names
        asked = {name for c in schema.consumers for n in c.needs for name in n.condition.names()}
        self._changed = [
            one
            for one in names.changed
            if {one.name, _tag_of(one)} & known or one.name in asked
            if not names.is_same(one)
        ]
        self._certain = [one for one in self._changed if names.is_other(one)]

    def breaks(self) -> Iterator[Break]:
        """Breaks of tools that have copied a changed name, one per need."""
        because: dict[int, list[Redefined]] = {}
        copiers: dict[int, Copier] = {}
        for changed in self._certain:
            for copier in self._index.copiers(changed.name):
                if any(_concerns(changed, own) for own in copier.copied.names) and not (
                    self._is_read(changed, copier)
                ):
                    copiers[id(copier.copied)] = copier
                    because.setdefault(id(copier.copied), []).append(changed)
        for place, copier in copiers.items():
            found = self._break(because[place], copier)
            if found is not None:
                yield found

    def behind(self, told: Set[str]) -> Iterator[Behind]:
        """Entries that depend on a changed name, except those that are reported anyway (`told`)."""
        for changed in self._changed:
            keys: dict[bool, dict[str, None]] = {False: {}, True: {}}
            folder = _folder(changed)
            # A member without entries of its own stands for its struct.
            own = self._index.entries(changed.name) or self._index.entries(_tag_of(changed))
            for standing in own:
                key = standing.entry.key
                if (
                    key not in told
                    and self._counts(standing, folder)
                    and _stands(standing, changed)
                ):
                    keys[_carries(standing, changed)][key] = None
            if keys[False]:
                yield Behind(changed, tuple(keys[False]), False)
            elif keys[True]:
                yield Behind(changed, tuple(keys[True]), True)

    def stirred(self, arch: Architecture) -> frozenset[str]:
        """Entries of an architecture that depend on a changed name, carried or not."""
        return frozenset(
            standing.entry.key
            for folder, standing in self._stirred
            if folder in (None, arch.source) and standing.export.concerns(arch.name)
        )

    def stirred_needs(self, arch: Architecture) -> frozenset[int]:
        """Needs, by id(), for which tools have copied a name that changes or is added."""
        return frozenset(
            need for folder, need in self._stirred_needs if folder in (None, arch.source)
        )

    @cached_property
    def _stirred(self) -> list[tuple[str | None, Standing]]:
        return [
            (_folder(changed), standing)
            for changed in self._certain
            for standing in self._index.entries(changed.name)
            if standing.counts_in(self._base) and _stands(standing, changed)
        ]

    @cached_property
    def _stirred_needs(self) -> list[tuple[str | None, int]]:
        copied = [
            (_folder(changed), id(copier.need))
            for changed in self._changed
            if changed.kind != "macro" or changed.after
            for copier in self._index.copiers(changed.name)
            if any(_concerns(changed, own) for own in copier.copied.names)
        ]
        options = {one.name: _folder(one) for one in self._changed if one.kind == "option"}
        return copied + [
            (options[name], id(need))
            for consumer in (self._schema.consumers if options else ())
            for need in consumer.needs
            for name in need.condition.names() & options.keys()
        ]

    def _is_read(self, changed: Redefined, copier: Copier) -> bool:
        """Whether the need reads the value from the note, because the kernel prints it."""
        return any(
            standing.entry.key in copier.need.keys
            and standing.counts_in(self._base)
            and _stands(standing, changed)
            and (_carries(standing, changed) or _counts_in_value(standing, changed))
            for standing in self._index.entries(changed.name)
        )

    def _counts(self, standing: Standing, folder: str | None) -> bool:
        """Whether the kernel has the entry on an architecture of that folder."""
        at = (id(standing), folder)
        if at not in self._counted:
            self._counted[at] = standing.counts_in(self._base) and any(
                standing.export.concerns(arch.name) and arch.existed_in(self._base)
                for arch in self._archs(folder)
            )
        return self._counted[at]

    def _archs(self, folder: str | None) -> list[Architecture]:
        return [a for a in self._schema.architectures if folder in (None, a.source)]

    def _existed(self, release: ConsumerRelease) -> bool:
        """Whether a tool's release is older than the kernel with the change.

        A later release may have copied the new state.
        """
        declared = self._schema.declared.get(self._to.branch)
        if self._to == self._base or declared is None or release.date is None:
            return True
        return release.date[: len(declared.date)] <= declared.date[: len(release.date)]

    def _break(self, because: Sequence[Redefined], copier: Copier) -> Break | None:
        need, copied, supports = copier.need, copier.copied, copier.consumer.supports
        # A tool that uses its copy for either kernel is wrong for the other.
        if not any(map(copier.counts_for, (self._base, self._to))):
            return None
        folders = {_folder(changed) for changed in because}
        archs = tuple(
            arch.name
            for arch in self._schema.architectures
            if (None in folders or arch.source in folders)
            and need.concerns(arch.name)
            and (copied.archs is None or arch.name in copied.archs)
            and arch.existed_in(self._base)
            and need.condition.evaluate(self._schema.fixed_config(arch)) is not False
        )
        existed = sorted(one.release for one in copier.releases if self._existed(one))
        releases = tuple(one for one in existed if any(supports(arch, one) for arch in archs))
        archs = tuple(arch for arch in archs if any(supports(arch, one) for one in releases))
        if not archs or not releases:
            return None
        later = [
            one.release
            for one in copier.consumer.releases
            if one.release > releases[-1] and not copied.is_of(one.release)
        ]
        return Break(
            copier.consumer.name,
            need.purpose,
            copied.text,
            copied.verdict,
            archs,
            releases,
            min(later, default=None),
            because=tuple(dict.fromkeys(changed.shown for changed in because)),
        )


class Expansions:
    """Changed definitions, with the other definitions that the patch shows substituted."""

    def __init__(self, changed: Iterable[Redefined]) -> None:
        self.changed = tuple(changed)
        self._sides = (
            {one.name: one.before for one in self.changed if one.kind in _CONSTANTS and one.before},
            {one.name: one.after for one in self.changed if one.kind in _CONSTANTS and one.after},
        )

    def is_same(self, changed: Redefined) -> bool:
        """Whether only the notation changed."""
        old, new = self._both(changed)
        return bool(old) and old == new

    def is_other(self, changed: Redefined) -> bool:
        """Whether a copy of it is outdated, in at least one configuration.

        A function may do the same in another way; an enumeration changes by its enumerators; a
        struct that only gets members at its end is the same for its readers. A removed macro leaves
        its value unchanged, and an added constant has no copies. Debug information shows added and
        removed members and variables, and an assignment that was there before is not new.
        """
        old, new = self._both(changed)
        match changed.kind:
            case "function" | "enum" | "option":
                return False
            case "struct" | "union":
                return bool(old) and bool(new) and not _is_longer(changed)
            case "macro":
                return bool(old) and bool(new - old)
            case "enumerator":
                return bool(old) and (not new or bool(new - old))
            case "assignment":
                return bool(new - old)
        return not self._is_renamed(changed) and (not new or bool(new - old))

    def _is_renamed(self, changed: Redefined) -> bool:
        """Whether a member was only renamed: one is removed and one of the same type is added, so
        that its position stays."""
        if changed.kind != "member" or changed.after:
            return False
        return not self._new_members.isdisjoint(_types(changed.name, changed.before))

    @cached_property
    def _new_members(self) -> frozenset[tuple[str, str]]:
        """The structs that get members, and the types of these members."""
        came = (one for one in self.changed if one.kind == "member" and not one.before)
        return frozenset(found for one in came for found in _types(one.name, one.after))

    def _both(self, changed: Redefined) -> tuple[frozenset[str], frozenset[str]]:
        if len(changed.before) + len(changed.after) > _MOST_TEXTS:
            return frozenset(changed.before), frozenset(changed.after)
        old = self._expanded(changed.before, 0, _DEEPEST)
        new = self._expanded(changed.after, 1, _DEEPEST)
        return frozenset(old), frozenset(_as_before(text, old) for text in new)

    def _expanded(self, texts: Iterable[str], side: int, depth: int) -> set[str]:
        from ..kernel.constant import constant

        found: set[str] = set()
        for text in texts:
            names = [name for name in re.findall(_WORD, text) if name in self._sides[side]]
            if names and depth and len(text) < _LONGEST:
                name = names[0]
                for one in self._sides[side][name][:_MOST_FORMS]:
                    found |= self._expanded([_put(one, name, text)], side, depth - 1)
            else:
                value = constant(text, _KNOWN)
                found.add(text if value is None else str(value))
        return found


_CONSTANTS = ("macro", "enumerator")
_TAGS = ("struct", "union", "enum")
# Compiled only if a definition changes, which most removals don't.
_WORD = r"[A-Za-z_]\w*"
_PARAMETERS = r"\([\w, .]*\) (?=\S)"
# A kernel name has at most as many definitions as there are architectures.
_MOST_TEXTS = 64
_DEEPEST = 4
_MOST_FORMS = 4
_LONGEST = 200
# For comparing two forms of a constant; the values of most machines.
_KNOWN = {"BITS_PER_LONG": 64, "PAGE_SIZE": 4096, "PAGE_SHIFT": 12, "BITS_PER_BYTE": 8}


def _types(member: str, declared: Iterable[str]) -> set[tuple[str, str]]:
    """The struct of a member, with its declaration without the name."""
    tag, _, name = member.partition(".")
    return {(tag, re.sub(rf"\b{name}\b", "", text)) for text in declared}


def _as_before(text: str, before: Iterable[str]) -> str:
    """The earlier form of a text that has the same value, else the text."""
    from ..kernel.constant import same_value

    if text in before:
        return text
    return next((one for one in before if same_value(*map(_body, (one, text)))), text)


def _body(text: str) -> str:
    """The body of a macro with parameters."""
    match = re.match(_PARAMETERS, text)
    return text[match.end() :] if match else text


def _put(definition: str, name: str, text: str) -> str:
    return re.sub(rf"\b{name}\b", lambda _: f"({definition})", text)


def _tag_of(changed: Redefined) -> str:
    """The struct of a removed member: tools find members by their names in debug information."""
    if changed.kind == "member" and not changed.after:
        return changed.name.partition(".")[0]
    return ""


def _concerns(changed: Redefined, name: str) -> bool:
    """Whether a copied name is what changes, or a member that its struct's change moves."""
    if changed.kind not in _TAGS:
        return changed.name == name
    struct, dot, member = name.partition(".")
    if struct != changed.name:
        return False
    if not dot:
        return True
    fronts = [_in_front(side, member) for side in (changed.before, changed.after)]
    return None not in fronts and fronts[0] != fronts[1]


def _is_longer(changed: Redefined) -> bool:
    """Whether a struct only gets more members at its end."""
    from ..kernel.definitions import BETWEEN

    return all(
        any(new == old or new.startswith(old + BETWEEN) for new in changed.after)
        for old in changed.before
    )


def _in_front(texts: tuple[str, ...], member: str) -> list[str] | None:
    """The members before one, if they are shown."""
    from ..kernel.definitions import BETWEEN

    for text in texts:
        place = _places(text).get(member)
        if place is not None:
            return text.split(BETWEEN)[:place]
    return None


@lru_cache(maxsize=16)
def _places(text: str) -> dict[str, int]:
    """The position of each member in a struct."""
    from ..kernel.definitions import BETWEEN

    found: dict[str, int] = {}
    for place, declared in enumerate(text.split(BETWEEN)):
        for word in re.findall(_WORD, declared):
            found.setdefault(word, place)
    return found


def _folder(changed: Redefined) -> str | None:
    """The folder below arch/ of the changed file; None for all architectures."""
    parts = changed.file.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else None


def _stands(standing: Standing, changed: Redefined) -> bool:
    """Whether an entry depends on that name, and not on another member of the struct."""
    if standing.behind is not None:
        return any(_concerns(changed, name) for name in standing.behind.names)
    argument = argument_of(standing.entry.key)
    if changed.name != argument and _tag_of(changed) == argument.partition(".")[0]:
        return standing.entry.kind is not Kind.SYMBOL
    if changed.kind not in (*_TAGS, "function", "assignment"):
        return argument == changed.name
    # The address of a variable does not depend on what is written to it.
    is_tag = changed.kind in ("struct", "union")
    return (
        is_tag
        and argument.partition(".")[0] == changed.name
        and standing.entry.kind is not Kind.SYMBOL
    )


def _counts_in_value(standing: Standing, changed: Redefined) -> bool:
    """Whether the number that the kernel prints is computed from the changed constant."""
    from ..kernel.constant import is_expression

    is_number = standing.entry.kind in (Kind.NUMBER, Kind.LENGTH)
    if not is_number or changed.kind not in _CONSTANTS or not changed.after:
        return False
    return all(map(is_expression, (*changed.before, *changed.after)))


def _carries(standing: Standing, changed: Redefined) -> bool:
    if standing.behind is not None or _tag_of(changed):
        return False
    match standing.entry.kind:
        case Kind.NUMBER | Kind.LENGTH:
            return bool(changed.after)
        case Kind.SIZE | Kind.OFFSET:
            # The kernel prints the new position of members, but not what a member means.
            return changed.kind in _TAGS
    return False
