# SPDX-License-Identifier: MIT
"""The targets of `vmcoreinfo generate`, by name."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

from ..model.schema import Schema
from .product import Product

TARGETS = ("c", "python", "tables", "rst", "interface")
"""Each is a package beside this module, with `emit(schema)`."""


def emit(schema: Schema, targets: Iterable[str]) -> list[Product]:
    """The products of some targets. An emitter is loaded only when it is asked for."""
    products: list[Product] = []
    for target in targets:
        module = importlib.import_module(f"{__package__}.{target}")
        products += module.emit(schema)
    return products
