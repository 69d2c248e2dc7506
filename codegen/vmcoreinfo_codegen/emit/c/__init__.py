# SPDX-License-Identifier: MIT
"""`vmcoreinfo.h` and `vmcoreinfo.c`: C99, freestanding, no allocation."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from ...model.schema import Schema
from ..expressions import called, derivation_rows
from ..product import Product, Replay, environment, model_hash, render
from ..rows import (
    MESSAGES,
    arch_rows,
    diagnostic_rows,
    parser_rows,
    vocabulary_rows,
)
from .lookup import SUCCESSORS, buckets, successors
from .text import comment

# Raised when a struct, an enum or a function of the header changes in a way that a caller
# compiled against the old one would trip over. (Keys come and go with the model hash.)
ABI = 1

environment("emit.c").filters["comment"] = comment


def context(schema: Schema) -> dict[str, Any]:
    entries = parser_rows(schema)
    keys = [entry["key"] for entry in entries]
    lengths = accumulate((len(entry["replaced_by"]) for entry in entries), initial=0)
    for entry, place in zip(entries, lengths):
        entry["replacements_at"] = place
    longest = max(map(len, keys))
    found, slots = buckets(keys, len(keys))
    derivations = derivation_rows(schema)
    recipe_keys = [len(r["keys"]) for d in derivations for r in d["recipes"]]
    return {
        "abi": ABI,
        "entries": entries,
        "longest_key": longest,
        "name_room": longest + 1,
        # Behind the key: "=", "-" or "0x", sixteen digits, and what is behind them.
        "window": max(64, _rounded(longest + 1 + 2 + 16 + 1)),
        "shapes": _shapes(schema, entries),
        "buckets": found,
        "slots": slots,
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


def _rounded(size: int) -> int:
    """To whole words of eight bytes."""
    return -(-size // 8) * 8


def _shapes(schema: Schema, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `struct shape` has, of each entry and of the place before the first line."""
    following = successors(schema)
    identifiers = {entry["key"]: entry["identifier"] for entry in entries}
    rows = []
    for entry in [*entries, None]:
        length = len(entry["key"]) if entry else 0
        last = max(length - 8, 0)
        followers = following.get(entry["key"] if entry else None, [])
        likely = [identifiers[key] for key in followers if 8 <= len(key) <= 40]
        likely = likely[:SUCCESSORS] or [identifiers["OSRELEASE"]]
        rows.append(
            {
                "identifier": entry["identifier"] if entry else "KEY_COUNT",
                "key": entry["key"] if entry else "",
                "length": length,
                "format_name": entry["format_name"] if entry else "STRING",
                "second": min(8, last),
                "next": likely + likely[-1:] * (SUCCESSORS - len(likely)),
            }
        )
    return rows


def _helpers(derivations: list[dict[str, Any]]) -> dict[str, bool]:
    """Which static functions the recipes call: an unused one is a warning."""
    worked_out = [r for d in derivations for r in d["recipes"] if r["constant"] is None]
    recipes = [recipe["c"] for recipe in worked_out]
    calls = called(recipes)
    reads = [step for recipe in recipes for step in recipe["steps"] if step["kind"] == "read"]
    # A recipe of named architectures applies to a target alone.
    anywhere = [recipe["c"] for recipe in worked_out if not recipe["archs"]]
    reads_pointer = any(not int(step["width"]) for step in reads)
    return {
        **calls,
        "read_pointer": reads_pointer,
        "read_without_target": called(anywhere)["read"],
        "number_of": "number_of(" in str(recipes) or reads_pointer,
    }


def emit(schema: Schema, replay: Replay | None = None) -> list[Product]:
    return products(context(schema), replay)


def products(shown: dict[str, Any], replay: Replay | None = None) -> list[Product]:
    """Header and source of a `context()`."""
    stamp = model_hash(shown)
    return [
        render("c", "vmcoreinfo.h.j2", "c/vmcoreinfo.h", shown, stamp, replay=replay),
        render("c", "vmcoreinfo.c.j2", "c/vmcoreinfo.c", shown, stamp, replay=replay),
    ]
