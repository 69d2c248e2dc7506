# SPDX-License-Identifier: MIT
"""The reference of language, lint rules, command and note, generated from the code."""

from __future__ import annotations

from ..emit.product import Product, render
from ..model.schema import Schema
from .rows import shown

PAGES = ("language", "rules", "audit", "commands", "note")


def emit(schema: Schema) -> list[Product]:
    rows = shown(schema)
    return [page(name, rows) for name in PAGES]


def page(name: str, rows: dict[str, object]) -> Product:
    """One page of the reference, in Markdown."""
    return render("reference", f"{name}.md.j2", f"reference/{name}.md", rows, package="reference")
