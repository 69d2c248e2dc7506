# SPDX-License-Identifier: MIT
"""The effect of a patch, a series, or the difference of two trees on exports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..model import Architecture, Schema
from ..record import NOTHING, Value, replace
from .view import View, joined

if TYPE_CHECKING:
    from ..kernel.definitions import DefinitionKind
    from .series import Patch

_NO_VIEW = View({}, {})


class Unseen(Value):
    """A change that can't be evaluated, its place, and why."""

    file: str
    line: int
    text: str
    reason: str


NameSpace = tuple[str, str]
"""A name and its name space: a macro can replace an enumerator, but not a struct."""


class Redefined(Value):
    """A name whose definitions change: those removed and those added, and where."""

    kind: DefinitionKind
    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    file: str
    line: int

    @property
    def shown(self) -> str:
        """The name as in C."""
        match self.kind:
            case "function":
                return f"{self.name}()"
            case "struct" | "union" | "enum":
                return f"{self.kind} {self.name}"
        return self.name


class KernelChange(Value):
    """The changes on each architecture of the schema.

    `foreign` are the folders under arch/ that are not in the schema, `unseen` the changes that
    can't be evaluated, `ended` the folders of removed architectures. `subject` is the name of the
    patch; `touches` tells whether one of its lines names a function or macro that prints.
    """

    subject: str
    views: Mapping[str, View]
    foreign: Mapping[str, View] = NOTHING
    redefined: Mapping[NameSpace, Redefined] = NOTHING
    unseen: tuple[Unseen, ...] = ()
    touches: bool = False
    ended: frozenset[str] = frozenset()
    patch: Patch | None = None

    def view(self, arch: Architecture) -> View:
        return self.views.get(arch.name, _NO_VIEW)


def together(schema: Schema, changes: Sequence[KernelChange]) -> KernelChange:
    """The sum of successive changes."""
    if len(changes) == 1:
        return changes[0]
    folders = dict.fromkeys(folder for change in changes for folder in change.foreign)
    return KernelChange(
        f"{len(changes)} patches",
        {
            arch.name: joined(change.view(arch) for change in changes)
            for arch in schema.architectures
        },
        {
            folder: joined(change.foreign.get(folder, _NO_VIEW) for change in changes)
            for folder in folders
        },
        _joined_names(changes),
        tuple(dict.fromkeys(one for change in changes for one in change.unseen)),
        any(change.touches for change in changes),
        frozenset().union(*(change.ended for change in changes)),
    )


def _joined_names(changes: Iterable[KernelChange]) -> dict[NameSpace, Redefined]:
    found: dict[NameSpace, Redefined] = {}
    for change in changes:
        for at, new in change.redefined.items():
            old = found.get(at)
            found[at] = replace(new, before=old.before) if old else new
    return {at: one for at, one in found.items() if set(one.before) != set(one.after)}
