# SPDX-License-Identifier: MIT
"""Parsers, of a part of the schema mostly, as files to be taken into other builds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from ..model import Schema
from ..subset.selection import Selection
from . import c, library
from .prefix import prefixed
from .product import Product
from .python.module import emit_module
from .stamp import replay

EMBEDDABLE = ("c", "python", "library")
"""The targets that can be emitted so; the last is emitted in no other way."""


def is_embedded(selection: Selection, targets: Collection[str], prefix: str | None) -> bool:
    """Whether this is for another build: each file by its name alone, and told how it was made."""
    return prefix is not None or not selection.is_whole or "library" in targets


def emit(
    schema: Schema, selection: Selection, targets: Sequence[str], prefix: str | None
) -> list[Product]:
    """Products of a schema that the selection has cut down, each by its file's name alone."""
    products: list[Product] = []
    for target in targets:
        words = [target, *selection.options(), *(["--prefix", prefix] if prefix else [])]
        lines = replay(words, selection.patterns)
        if target == "python":
            name = f"{prefix}_vmcoreinfo" if prefix else "vmcoreinfo_subset"
            products.append(emit_module(schema, name, lines))
            continue
        if target == "library":
            products += library.emit(schema, prefix, lines)
            continue
        flat = [Product(PurePosixPath(p.path).name, p.text) for p in c.emit(schema, lines)]
        products += prefixed(flat, prefix) if prefix else flat
    return products
