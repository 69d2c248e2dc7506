# SPDX-License-Identifier: MIT
"""Compatibility tables: Markdown for people, JSON and CSV for machines, a page for both."""

from __future__ import annotations

import json
from typing import Any

from ...model import Schema
from ..product import Product, render
from . import consumers, machine, markdown, pages, rescue, vendors
from .releases import releases_page


def emit(schema: Schema) -> list[Product]:
    shown: dict[str, tuple[str, dict[str, Any]]] = {
        "entries": ("entries", pages.entries_page(schema)),
        "releases": ("releases", releases_page(schema)),
        "removed": ("removed", pages.removed_page(schema)),
        "arch/generic": ("generic", pages.generic_page(schema)),
    }
    for arch in pages.architectures_with_entries(schema):
        shown[f"arch/{arch.name}"] = ("arch", pages.arch_page(schema, arch))
    return [
        *(_markdown(path, template, rows) for path, (template, rows) in shown.items()),
        *machine.json_products(schema),
        *machine.csv_products(schema),
        *consumers.products(schema),
        *vendors.products(schema),
        *rescue.products(schema),
    ]


def _markdown(path: str, template: str, rows: dict[str, Any]) -> Product:
    context = {**rows, "links": markdown.links(json.dumps(rows))}
    return render("tables", f"{template}.md.j2", f"tables/{path}.md", context)
