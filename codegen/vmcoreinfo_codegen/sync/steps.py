# SPDX-License-Identifier: MIT
"""The parts of a plan: steps that the schema can express, and what people must decide."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.condition import Condition
from ..core.release import Release
from ..kernel.extract import Export as Printed
from ..model import Architecture, Export, KernelFiles, Macro
from ..model.entry import KindDefault


@dataclass(frozen=True)
class Close:
    """The entry was removed: add `until` to its open span."""

    key: str
    export: Export


@dataclass(frozen=True)
class Open:
    """The entry is back: add another `since` after the closed span."""

    key: str
    export: Export
    printed: Printed


@dataclass(frozen=True)
class Add:
    """An entry, or a key on more architectures; `after` is the key that is printed before it."""

    printed: Printed
    archs: tuple[str, ...] | None
    after: str | None


@dataclass(frozen=True)
class Depend:
    """The entry is printed on another condition."""

    key: str
    export: Export
    condition: Condition
    printed: Printed


@dataclass(frozen=True)
class Print:
    """The entry is printed by another macro or format string."""

    key: str
    export: Export
    printed: Printed


@dataclass(frozen=True)
class Reformat:
    """The value is printed in another format."""

    key: str
    export: Export
    printed: Printed


@dataclass(frozen=True)
class ReformatKind:
    """All entries of a kind that follow its `value` are printed in another format."""

    default: KindDefault
    format: str


@dataclass(frozen=True)
class Redefine:
    """A macro prints its line in another format."""

    macro: Macro
    printf: str


@dataclass(frozen=True)
class Declare:
    """An architecture that prints its own lines and is not in the schema."""

    arch: Architecture


@dataclass(frozen=True)
class Move:
    """The entries of a `files` block are printed by another source file; `printed` is one line."""

    files: KernelFiles
    path: str
    printed: Printed


@dataclass(frozen=True)
class Locate:
    """The source file of new entries that no `files` block covers; `archs` is None for shared code."""

    subsystem: str
    archs: tuple[str, ...] | None
    path: str


@dataclass(frozen=True)
class ByHand:
    """A change that is left to people, and why."""

    key: str
    reason: str


Step = (
    Close
    | Open
    | Add
    | Depend
    | Print
    | Reformat
    | ReformatKind
    | Redefine
    | Declare
    | Move
    | Locate
)
"""A change that the schema can express."""


@dataclass(frozen=True)
class Rename:
    """A key that may have a new name, which is printed at `place`."""

    gone: str
    came: str
    place: str

    @property
    def question(self) -> str:
        return (
            f"perhaps renamed to {self.came}, in {self.place}; if so, add 'replaced-by "
            f"{self.came}' here and 'replaces {self.gone}' there"
        )


@dataclass
class Plan:
    """The steps to a release, and what is left to people."""

    release: Release
    steps: list[Step] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)
    macros: dict[str, str] = field(default_factory=dict)
    """Macros to declare, with the line that they print."""
    renames: list[Rename] = field(default_factory=list)
    """Possible renames, for people to confirm."""

    @property
    def declared(self) -> frozenset[str]:
        """The folders of architectures that the plan declares."""
        return frozenset(step.arch.source for step in self.steps if isinstance(step, Declare))
