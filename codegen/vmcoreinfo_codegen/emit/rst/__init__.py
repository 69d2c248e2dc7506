# SPDX-License-Identifier: MIT
"""`vmcoreinfo.rst`: a page in the style of the kernel's documentation, generated from the
schema.
"""

from __future__ import annotations

from typing import Any

from ...core.expression import render as render_expression
from ...core.release import Release
from ...model import Derivation, Entry, Export, Macro, Recipe, Schema
from ...query.changes import events
from ..description import (
    describe_archs,
    describe_boundary,
    describe_condition,
    describe_span,
    describe_value,
    exports_by_section,
    listed,
)
from ..product import Product, environment, render
from ..rows import vocabulary_rows
from .text import columns, escaped, field, fill, heading, literal, prose

Row = dict[str, Any]
environment("emit.rst").filters["columns"] = columns


def context(schema: Schema) -> Row:
    latest = schema.latest
    vocabulary = vocabulary_rows()
    return {
        "first_release": str(schema.releases[0].release),
        "latest_release": str(latest),
        "keys": len(schema.entries),
        "formats": [_value(row) for row in vocabulary["formats"]],
        "units": [_value(row) for row in vocabulary["units"]],
        "macros": [_macro(macro) for macro in schema.macros],
        "sections": [
            {
                "title": heading(title),
                "entries": [_entry(e, x, latest) for e, x in found],
            }
            for title, exports in exports_by_section(schema).items()
            if (found := [(e, x) for e, x in exports if x.contains(latest)])
        ],
        "removed": _removed(schema),
        "derivations": [_derivation(derivation) for derivation in schema.derivations],
    }


def _value(row: Row) -> Row:
    return {"value": row["value"], "doc": fill(prose(row["doc"]), "    ")}


def _macro(macro: Macro) -> Row:
    forms = [
        literal(printed.printf)
        + (f" since {printed.since}" if printed.since else "")
        + (f" until {printed.until}" if printed.until else "")
        for printed in macro.prints
    ]
    prints = f" Prints {listed(forms)}." if forms else ""
    return {
        "name": macro.name,
        "life": describe_span(macro.span),
        "doc": fill(prose(macro.doc) + prints, "    "),
    }


def _entry(entry: Entry, export: Export, latest: Release) -> Row:
    condition = export.condition(latest)
    shown = literal(str(condition)) if condition.names() else describe_condition(condition)
    fields = [
        ("Value", describe_value(entry, export)),
        ("Architectures", describe_archs(export.archs)),
        ("Condition", shown),
        ("Exported", "; ".join(describe_span(span) for span in export.spans)),
    ]
    if export.replaces:
        fields.append(("Replaces", listed([literal(key) for key in export.replaces])))
    if export.absent:
        fields.append(("If absent", prose(export.absent)))
    for change in export.changes:
        since = describe_boundary(change.boundary)
        fields.append((f"Changed in {since}", prose(change.text)))
    for quirk in export.quirks:
        releases = ", ".join(_range(since, until) for since, until in quirk.ranges)
        fields.append(("Quirk", f"{quirk.kind} in {releases}: {prose(quirk.text)}"))
    return {
        "title": escaped(entry.key),
        "doc": fill(prose(export.doc)),
        "fields": [field(name, text) for name, text in fields],
    }


def _range(since: Release, until: Release | None) -> str:
    return f"{since} until {until}" if until else f"{since} and later"


def _removed(schema: Schema) -> list[Row]:
    """The removed entries, the latest first."""
    found = [event for event in events(schema) if event.kind == "removed"]
    rows = []
    for event in sorted(found, key=lambda e: e.release.opening, reverse=True):
        where = f" on {listed(event.archs)}" if event.archs else ""
        use = listed([literal(key) for key in event.replaced_by])
        parts = [prose(event.text), f"use {use}" if use else ""]
        rows.append(
            {
                "key": event.key,
                "life": f"until {event.release}{where}",
                "text": fill("; ".join(filter(None, parts)) or "reason unknown", "    "),
            }
        )
    return rows


def _derivation(derivation: Derivation) -> Row:
    value = f"{derivation.format}, {derivation.unit}" if derivation.unit else derivation.format
    return {
        "title": escaped(derivation.name),
        "doc": fill(prose(derivation.doc)),
        "value": field("Value", str(value)),
        "recipes": [fill(_recipe(recipe), "   ", "#. ") for recipe in derivation.recipes],
    }


def _recipe(recipe: Recipe) -> str:
    """Name, expression and bounds: `constant: 48, on x86_64, until 4.17`."""
    used = render_expression(recipe.expression)
    bounds = [
        f"where {listed([literal(key) for key in recipe.requires])} is there"
        if recipe.requires
        else "",
        f"on {listed(recipe.archs)}" if recipe.archs else "",
        f"since {recipe.since}" if recipe.since else "",
        f"until {recipe.until}" if recipe.until else "",
    ]
    return ", ".join(filter(None, [f"{escaped(recipe.name)}: {literal(used)}", *bounds]))


def emit(schema: Schema) -> list[Product]:
    return [render("rst", "vmcoreinfo.rst.j2", "rst/vmcoreinfo.rst", context(schema))]
