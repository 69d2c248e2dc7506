# SPDX-License-Identifier: MIT
"""`vmcoreinfo.h` and `vmcoreinfo.c`: C99, freestanding, no allocation; and build files for a
library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from ...model import Entry, Schema
from ..amalgamation import amalgamated, runtime
from ..backend import Form
from ..expressions import derivation_rows, helpers_of
from ..product import Product, Replay, environment, model_hash, render
from ..rows import (
    MESSAGES,
    arch_rows,
    diagnostic_rows,
    other_keys,
    parser_rows,
    vocabulary_rows,
)
from .expressions import HELPERS, CCompiler
from .perfect_hash import buckets
from .prediction import SUCCESSORS, can_be_predicted, successors
from .project import build_files
from .text import COMMENTS, comment, string

# Incremented when a change to a struct, an enum or a function of the header breaks programs
# compiled against the old one.
ABI = 1

ROOM = 512
"""Number of keys for which `struct vmcoreinfo` has room, so that it does not grow with the
schema.
"""

_GENERATED = ("names.h", "derivations.h", "tables.h", "recipes.h")
_TEMPLATES = environment("emit.c")
_TEMPLATES.filters.update(comment=comment, c_string=string)


def context(
    schema: Schema,
    has_metadata: bool = True,
    is_whole: bool = True,
    exported: Sequence[Entry] = (),
) -> dict[str, Any]:
    """The variables of the templates.

    A parser of a part of the schema is compiled with its program, so it needs room only for its
    keys. `exported` are the entries that its kernels export, in print order; it skips lines of
    other keys.
    """
    entries = parser_rows(schema)
    others = other_keys(schema, exported)
    names = [*(entry["key"] for entry in entries), *others]
    quirks = [quirk for entry in entries for quirk in entry["quirks"]]
    for what, place in (("replaced_by", "replacements_at"), ("quirks", "quirks_at")):
        lengths = accumulate((len(entry[what]) for entry in entries), initial=0)
        for entry, start in zip(entries, lengths):
            entry[place] = start
    longest = max(map(len, names))
    # After the key: "=", "-" or "0x", sixteen digits, and one more character.
    window = max(64, _rounded(longest + 1 + 2 + 16 + 1))
    found, slots = buckets(names, len(names))
    derivations = derivation_rows(schema, CCompiler)
    recipe_keys = [len(r["keys"]) for d in derivations for r in d["recipes"]]
    return {
        "abi": ABI,
        "room": max(ROOM, len(entries)) if is_whole else len(entries),
        "has_metadata": has_metadata,
        "entries": entries,
        "quirks": quirks,
        "quirk_spans": [
            {"quirk": place, "archs": quirk["arch_identifiers"], "since": since, "until": until}
            for place, quirk in enumerate(quirks)
            for since, until in quirk["spans"]
        ],
        "garbage": [
            {"identifier": entry["identifier"], "start": start}
            for entry in entries
            for start in entry["garbage"]
        ],
        "longest_name": longest,
        "other_keys": len(others),
        "window": window,
        "shapes": _shapes(entries, others, successors(schema, exported or schema.entries)),
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
    """The size rounded up to words of eight bytes."""
    return -(-size // 8) * 8


def _shapes(
    entries: list[dict[str, Any]],
    others: Sequence[str],
    following: Mapping[str | None, list[str]],
) -> list[dict[str, Any]]:
    """Rows of `struct shape`: for each entry, for other keys, and for the place before the first
    line.
    """
    rows = [*entries, *({"key": key, "identifier": None} for key in (*others, None))]
    places = {row["key"]: place for place, row in enumerate(rows)}
    shapes = []
    for row in rows:
        name = row["key"] or ""
        followers = following.get(row["key"], [])
        likely = [places[key] for key in followers if can_be_predicted(key)]
        likely = likely[:SUCCESSORS] or [places["OSRELEASE"]]
        shapes.append(
            {
                "name": name,
                "identifier": row["identifier"],
                "format_name": row.get("format_name"),
                "second": min(8, max(len(name) - 8, 0)),
                "can_be_garbage": bool(row.get("garbage")),
                "next": likely + likely[-1:] * (SUCCESSORS - len(likely)),
            }
        )
    return shapes


def _helpers(derivations: list[dict[str, Any]]) -> dict[str, bool]:
    """Which static functions the recipes call: an unused one would cause a warning."""
    worked_out = [r for d in derivations for r in d["recipes"] if r["constant"] is None]
    used = helpers_of(worked_out)
    return {helper: helper in used for helper in HELPERS}


def emit(schema: Schema, replay: Replay | None = None) -> list[Product]:
    shown = context(schema)
    return [*products(shown, replay), *build_files(shown, Form(), replay, "c/")]


def generated(shown: Mapping[str, Any], stamp: str) -> dict[str, str]:
    """The generated files that the runtime includes, by their names."""
    return {name: render("c", f"{name}.j2", name, shown, stamp).text for name in _GENERATED}


def products(shown: dict[str, Any], replay: Replay | None = None) -> list[Product]:
    """Header and source of a `context()`."""
    stamp = model_hash(shown)
    parts = {**runtime(), **generated(shown, stamp)}
    return [
        render(
            "c",
            f"{name}.j2",
            f"c/{name}",
            {**shown, "amalgamated": amalgamated(name, parts, kept=("vmcoreinfo.h",))},
            stamp,
            replay=replay,
            comments=COMMENTS,
        )
        for name in ("vmcoreinfo.h", "vmcoreinfo.c")
    ]
