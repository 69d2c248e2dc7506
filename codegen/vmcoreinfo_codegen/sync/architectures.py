# SPDX-License-Identifier: MIT
"""Architectures that print their own lines but are not in the schema."""

from __future__ import annotations

import re

from ..core.release import Release
from ..kernel.extract import Extraction
from ..model import Architecture, Boundary, Schema, Span
from ..problem import Location

LEFT_OPEN = (
    "a new architecture: complete its block with what the tree does not show: word size, ELF "
    "machine, page sizes, and what its configuration always has"
)
# The same as in the schema's grammar.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([.-][A-Za-z0-9_]+)*")
_BITS = 64
_MOST_NEW = 16
"""A release adds one; a tree with many new folders that print is not a kernel's."""


def unknown_folders(schema: Schema, extraction: Extraction) -> list[str]:
    """The folders under arch/ that print lines but are the source of no architecture."""
    known = {arch.source for arch in schema.architectures}
    printing = {export.arch for export in extraction.exports if export.arch is not None}
    return sorted(printing - known)


def undeclarable(schema: Schema, folder: str, count: int) -> str | None:
    """Why one of `count` new folders can't be declared by its name, None if it can."""
    if count > _MOST_NEW:
        return f"declare its architecture: {count} are new, but sync declares at most {_MOST_NEW}"
    if not _NAME.fullmatch(folder):
        return "its folder's name can't be an architecture name in a schema"
    known = schema.architecture(folder)
    if known is None:
        return None
    return (
        f"declare its architecture: {folder} is already a name of {known.name}, from "
        f"arch/{known.source}"
    )


def architecture_of(schema: Schema, folder: str, release: Release) -> Architecture:
    """An architecture as far as a tree tells: it exists, and has this folder.

    Symbols that are always set on architectures of several folders are left open, so that none of
    their entries counts as absent.
    """
    at = Location(f"arch/{folder}")
    return Architecture(
        name=folder,
        doc="",
        source=folder,
        bits=_BITS,
        alignment=_BITS // 8,
        optional=_shared_symbols(schema),
        span=Span(since=Boundary(release=release.branch, maybe_earlier=True, location=at)),
        location=at,
    )


def _shared_symbols(schema: Schema) -> tuple[str, ...]:
    folders: dict[str, set[str]] = {}
    for arch in schema.architectures:
        for name in (*arch.config, *arch.optional):
            folders.setdefault(name, set()).add(arch.source)
    return tuple(sorted(name for name, found in folders.items() if len(found) > 1))
