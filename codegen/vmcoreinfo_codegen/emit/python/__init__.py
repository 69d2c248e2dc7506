# SPDX-License-Identifier: MIT
"""The Python package `vmcoreinfo`: standard library only, Python 3.8 syntax, typed."""

from __future__ import annotations

from typing import Any

from ...model.schema import Schema
from ..expressions import called, derivation_rows
from ..product import Product, environment, model_hash, render
from ..rows import (
    MESSAGES,
    arch_rows,
    diagnostic_rows,
    parser_rows,
    vocabulary_rows,
)
from .text import docstring

environment("emit.python").filters["docstring"] = docstring
_MODULES = ("__init__", "parser", "properties", "entries", "derive", "native")


def context(schema: Schema) -> dict[str, Any]:
    derivations = derivation_rows(schema)
    return {
        "entries": parser_rows(schema),
        "archs": arch_rows(schema),
        "diagnostics": diagnostic_rows(),
        "messages": MESSAGES,
        "derivations": derivations,
        "helpers": called([recipe["python"] for d in derivations for recipe in d["recipes"]]),
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        **vocabulary_rows(),
    }


def emit(schema: Schema) -> list[Product]:
    shown = context(schema)
    stamp = model_hash(shown)
    products = [
        render("python", f"{name}.py.j2", f"python/vmcoreinfo/{name}.py", shown, stamp)
        for name in _MODULES
    ]
    return [*products, render("python", "py.typed.j2", "python/vmcoreinfo/py.typed", shown, stamp)]
