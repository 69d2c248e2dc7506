# SPDX-License-Identifier: MIT
"""What the rest of the tool knows of a language: one `Backend`, in the language's own package.

A package of `emit` with a `backend.py` is a language, and a target of `generate` by its name.
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
"""Packages that are no language, and made only where they are named."""


@dataclass(frozen=True)
class Form:
    """How a parser is packed: the prefix of its names, and whether it can tell what is known of
    keys.

    `is_whole` is whether it has all keys of its schema; `exported` is what its kernels export, in
    print order, whether it has that or passes over it; empty if it has all. `selection` is what was
    asked for, where it is a part of a schema.
    """

    prefix: str | None = None
    has_metadata: bool = True
    is_whole: bool = True
    exported: tuple[Entry, ...] = ()
    selection: Selection | None = None

    def options(self) -> list[str]:
        """The options of `generate` that ask for it."""
        return [
            *(["--prefix", self.prefix] if self.prefix else []),
            *([] if self.has_metadata else ["--no-metadata"]),
        ]


@dataclass(frozen=True)
class Packing:
    """Files of a parser that are taken into other builds.

    `comments` has the endings of their names, each with what is before a line of a comment there.
    `embed` makes them of a schema, each by its file's name alone; the last argument is the lines of
    the command.
    """

    name: str
    comments: Mapping[str, str]
    embed: Callable[[Schema, Form, Sequence[str]], list[Product]]
    key_name: re.Pattern[str] | None = None
    """Where a file names a key: a group is its identifier."""
    can_lack_metadata: bool = False
    contains: str | None = None
    """The target whose files it has in it."""
    of_whole: bool = False
    """Whether it is made of a whole schema, and finds itself what of it was asked for."""

    def has(self, path: str) -> bool:
        """Whether a file is named as one of these."""
        return path.endswith(tuple(self.comments))


@dataclass(frozen=True, kw_only=True)
class Backend(Packing):
    """A language. `helpers` are the functions of its runtime that are only there for recipes."""

    compiler: type[Compiler]
    helpers: frozenset[str]


def comment_lead(comments: Mapping[str, str], path: str) -> str:
    """What a line of a comment begins with in a file of that name."""
    return next((lead for ending, lead in comments.items() if path.endswith(ending)), "# ")


@cache
def languages() -> tuple[str, ...]:
    """The names of all languages; none is loaded."""
    return tuple(sorted(file.parent.name for file in _FOLDER.glob("*/backend.py")))


def packing_names() -> tuple[str, ...]:
    """The targets that can be made of a part of the schema, the languages first."""
    return (*languages(), *ON_REQUEST)


def packing(name: str) -> Packing:
    """A packing by the name of its target."""
    if name in ON_REQUEST:
        return _named(f"{__package__}.{name}", "PACKING")
    return _named(f"{__package__}.{name}.backend", "BACKEND")


def packings() -> list[Packing]:
    return [packing(name) for name in packing_names()]


def _named(module: str, name: str) -> Packing:
    found = getattr(importlib.import_module(module), name)
    assert isinstance(found, Packing)
    return found
