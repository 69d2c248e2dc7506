# SPDX-License-Identifier: MIT
"""The targets of `vmcoreinfo generate`, by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from .emit.product import Product
from .model.schema import Schema

TARGETS = {
    "c": "emit.c",
    "python": "emit.python",
    "tables": "emit.tables",
    "rst": "emit.rst",
    "interface": "emit.interface",
    "reference": "reference",
    "man": "reference.man",
}
"""Each is a package with `emit(schema)`; the last two describe the command, so are none of `emit`."""


def emit(schema: Schema, targets: Iterable[str]) -> list[Product]:
    """The products of some targets. An emitter is loaded only when it is asked for."""
    products: list[Product] = []
    for target in targets:
        module = importlib.import_module(f"{__package__}.{TARGETS[target]}")
        products += module.emit(schema)
    return products
