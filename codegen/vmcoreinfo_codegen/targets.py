# SPDX-License-Identifier: MIT
"""The targets of `vmcoreinfo generate`, by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from .emit.backend import languages
from .emit.product import Product
from .model.schema import Schema

_OTHERS = {
    "javascript": ("emit.javascript",),
    "tables": ("emit.tables",),
    "rst": ("emit.rst",),
    "vectors": ("emit.vectors", "emit.python"),
    "interface": ("emit.interface",),
    "reference": ("reference",),
    "man": ("reference.man",),
}

TARGETS = {**{name: (f"emit.{name}",) for name in languages()}, **_OTHERS}
"""Packages by target: the first has `emit(schema)`, and the others contribute to the products.

The last two describe the command, so they are not in `emit`.
"""

ON_REQUEST = {"library": ("emit.library", "emit.c"), "rescue": ("emit.rescue", "emit.c")}
"""Targets of `emit.embedded` that are only made when they are named."""


LARGE = {"site": ("emit.site", "emit.tables")}
"""Targets that are only made when they are named, and not checked in: the site has hundreds of
files."""


def emit(schema: Schema, targets: Iterable[str]) -> list[Product]:
    """The products of some targets. An emitter is only loaded when it is needed."""
    products: list[Product] = []
    for target in targets:
        module = importlib.import_module(
            f"{__package__}.{(LARGE.get(target) or TARGETS[target])[0]}"
        )
        products += module.emit(schema)
    return products


def sources(targets: Iterable[str]) -> list[Path]:
    """The modules and templates from which some targets are made."""
    found: list[Path] = []
    for target in targets:
        for package in ON_REQUEST.get(target) or LARGE.get(target) or TARGETS[target]:
            spec = find_spec(f"{__package__}.{package}")
            for folder in spec.submodule_search_locations or () if spec else ():
                files = [path for path in Path(folder).rglob("*") if path.is_file()]
                found += sorted(path for path in files if path.suffix != ".pyc")
    return found
