# SPDX-License-Identifier: MIT
"""Parsers, of a part of the schema mostly, as files to be taken into other builds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Form:
    """How a parser is packed: the prefix of its names, and whether it can tell what is known of keys."""

    prefix: str | None = None
    has_metadata: bool = True

    def options(self) -> list[str]:
        """The options of `generate` that ask for it."""
        return [
            *(["--prefix", self.prefix] if self.prefix else []),
            *([] if self.has_metadata else ["--no-metadata"]),
        ]


def is_embedded(selection: Selection, targets: Collection[str], form: Form) -> bool:
    """Whether this is for another build: each file by its name alone, and told how it was made."""
    return form != Form() or not selection.is_whole or "library" in targets


def emit(schema: Schema, selection: Selection, targets: Sequence[str], form: Form) -> list[Product]:
    """Products of a schema that the selection has cut down, each by its file's name alone."""
    products: list[Product] = []
    for target in targets:
        words = [target, *selection.options(), *form.options()]
        lines = replay(words, selection.patterns)
        prefix = form.prefix
        if target == "python":
            name = f"{prefix}_vmcoreinfo" if prefix else "vmcoreinfo_subset"
            products.append(emit_module(schema, name, lines))
            continue
        is_whole = selection.is_whole or target == "library"
        shown = c.context(schema, form.has_metadata, is_whole)
        if target == "library":
            products += library.emit(shown, selection.is_whole, prefix, lines)
            continue
        flat = [Product(PurePosixPath(p.path).name, p.text) for p in c.products(shown, lines)]
        products += prefixed(flat, prefix) if prefix else flat
    return products
