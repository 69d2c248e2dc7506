# SPDX-License-Identifier: MIT
"""`vmcoreinfo.h` and `vmcoreinfo.c`: C99, freestanding, no allocation."""

from __future__ import annotations

from typing import Any

from ...model.schema import Schema
from ..expressions import called, derivation_rows
from ..product import Product, model_hash, render
from ..rows import (
    MESSAGES,
    arch_rows,
    diagnostic_rows,
    entry_rows,
    vocabulary_rows,
)

# Raised when a struct, an enum or a function of the header changes in a way that a caller
# compiled against the old one would trip over. (Keys come and go with the model hash.)
ABI = 1


def context(schema: Schema) -> dict[str, Any]:
    entries = entry_rows(schema)
    ordered = sorted(range(len(entries)), key=lambda i: (len(entries[i]["key"]), entries[i]["key"]))
    lengths = [len(entries[i]["key"]) for i in ordered]
    longest = max(lengths)
    derivations = derivation_rows(schema)
    recipe_keys = [len(r["keys"]) for d in derivations for r in d["recipes"]]
    return {
        "abi": ABI,
        "entries": entries,
        # For the lookup of a key: entries by length, then by bytes; where each length starts.
        "by_length": [entries[i]["identifier"] for i in ordered],
        "length_starts": [sum(n < length for n in lengths) for length in range(longest + 2)],
        "longest_key": longest,
        "most_replacements": max(len(entry["replaced_by"]) for entry in entries),
        "archs": arch_rows(schema),
        "diagnostics": diagnostic_rows(),
        "messages": MESSAGES,
        "derivations": derivations,
        "helpers": _helpers(derivations),
        "most_recipe_keys": max(recipe_keys, default=1) or 1,
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        **vocabulary_rows(),
    }


def _helpers(derivations: list[dict[str, Any]]) -> dict[str, bool]:
    """Which static functions the recipes call: an unused one is a warning."""
    recipes = [r["c"] for d in derivations for r in d["recipes"] if r["constant"] is None]
    calls = called(recipes)
    return {**calls, "number_of": "number_of(" in str(recipes) or calls["read"]}


def emit(schema: Schema) -> list[Product]:
    shown = context(schema)
    stamp = model_hash(shown)
    return [
        render("c", "vmcoreinfo.h.j2", "c/vmcoreinfo.h", shown, stamp),
        render("c", "vmcoreinfo.c.j2", "c/vmcoreinfo.c", shown, stamp),
    ]
