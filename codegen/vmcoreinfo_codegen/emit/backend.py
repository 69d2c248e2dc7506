# SPDX-License-Identifier: MIT
"""The interface of a language to the rest of the tool: one `Backend`, in the language's package.

A package of `emit` with a `backend.py` is a language, and its name is a target of `generate`.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..model import Entry, Schema
    from ..subset.selection import Selection
    from .expressions import Compiler
    from .product import Product

_FOLDER = Path(__file__).resolve().parent
ON_REQUEST = ("library", "rescue")
"""Packages that are no language, and generated only if named."""


@dataclass(frozen=True)
class Form:
    """How a parser is packed: the prefix of its names, and whether it has metadata of keys.

    `is_whole` tells whether it has all keys of the schema. `exported` are the entries that its
    kernels export, in print order, including those that it skips; empty if it has all. `selection`
    is the requested part of the schema.
    """

    prefix: str | None = None
    has_metadata: bool = True
    is_whole: bool = True
    exported: tuple[Entry, ...] = ()
    selection: Selection | None = None

    def options(self) -> list[str]:
        """The options of `generate` for this form."""
        return [
            *(["--prefix", self.prefix] if self.prefix else []),
            *([] if self.has_metadata else ["--no-metadata"]),
        ]


@dataclass(frozen=True)
class Packing:
    """Files of a parser to be copied into other builds.

    `comments` has the endings of their names, each with the start of a comment line in such a file.
    `embed` makes them from a schema, with plain file names; its last argument is the lines of the
    command.
    """

    name: str
    comments: Mapping[str, str]
    embed: Callable[[Schema, Form, Sequence[str]], list[Product]]
    key_name: re.Pattern[str] | None = None
    """Finds the names of keys in a file: a group is the identifier."""
    can_lack_metadata: bool = False
    contains: str | None = None
    """The target whose files are part of this one."""
    of_whole: bool = False
    """Whether it is made from the complete schema, and applies the selection itself."""

    def has(self, path: str) -> bool:
        """Whether a path has one of these endings."""
        return path.endswith(tuple(self.comments))


@dataclass(frozen=True, kw_only=True)
class Backend(Packing):
    """A language. `helpers` are the functions of its runtime that only recipes use."""

    compiler: type[Compiler]
    helpers: frozenset[str]


def comment_lead(comments: Mapping[str, str], path: str) -> str:
    """The start of a comment line in a file with that path."""
    return next((lead for ending, lead in comments.items() if path.endswith(ending)), "# ")


@cache
def languages() -> tuple[str, ...]:
    """The names of all languages, without loading any."""
    return tuple(sorted(file.parent.name for file in _FOLDER.glob("*/backend.py")))


def packing_names() -> tuple[str, ...]:
    """The targets that can be generated from a part of the schema, languages first."""
    return (*languages(), *ON_REQUEST)


def packing(name: str) -> Packing:
    """The packing of a target."""
    if name in ON_REQUEST:
        return _named(f"{__package__}.{name}", "PACKING")
    return _named(f"{__package__}.{name}.backend", "BACKEND")


def packings() -> list[Packing]:
    return [packing(name) for name in packing_names()]


def _named(module: str, name: str) -> Packing:
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, Packing)
    return found
