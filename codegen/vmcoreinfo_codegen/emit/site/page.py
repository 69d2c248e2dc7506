# SPDX-License-Identifier: MIT
"""What all pages share: header, policy, scripts, tables of prepared cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from ...model import Schema
from ...model.vocabulary import Verdict
from ..product import Product, model_hash, render
from .links import Links

FOLDER = "site"
SECTIONS = (
    ("Keys", "keys/index.html"),
    ("Kernels", "kernels/index.html"),
    ("Tools", "tools/index.html"),
    ("Architectures", "architectures/index.html"),
    ("Derived values", "derivations.html"),
    ("Compare", "compare.html"),
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'"
)
_SEARCH = ("assets/rank.js", "assets/search.js")

# Told apart by sign and word as well as by colour.
_SIGNS = {
    Verdict.OK: "✓",
    Verdict.FALLBACK: "✓",
    Verdict.DEGRADED: "◐",
    Verdict.UNKNOWN: "?",
    Verdict.WRONG: "✗",
    Verdict.FATAL: "■",
}


def page(
    schema: Schema,
    template: str,
    place: str,
    title: str,
    context: dict[str, Any],
    scripts: Sequence[str] = (),
    policy: str = POLICY,
) -> Product:
    """One page at its place below the folder of the site."""
    section = next((name for name, its in SECTIONS if _is_in(place, its)), "")
    shown = {
        **context,
        "page": {
            "title": title,
            "place": place,
            "root": root_of(place),
            "section": section,
            "sections": SECTIONS,
            "scripts": [*_SEARCH, *scripts],
            "policy": policy,
        },
    }
    path = f"{FOLDER}/{place}"
    return render(FOLDER, f"{template}.html.j2", path, shown, model_hash(shown))


def root_of(place: str) -> str:
    return "../" * place.count("/")


def links_of(schema: Schema, place: str) -> Links:
    return Links(schema, root_of(place))


def _is_in(place: str, section: str) -> bool:
    folder = section.rpartition("/")[0]
    return place == section or (bool(folder) and place.startswith(f"{folder}/"))


@dataclass(frozen=True)
class Shown:
    """A verdict as a badge: its kind is a class of the style sheet."""

    kind: str
    sign: str
    word: str
    note: str = ""

    def __html__(self) -> str:
        badge = Markup(
            '<span class="v v-{}"><span class="sign" aria-hidden="true">{}</span> {}</span>'
        )
        found = badge.format(self.kind, self.sign, self.word)
        if self.note:
            found += Markup(' <span class="quiet">{}</span>').format(self.note)
        return found


def verdict(one: Verdict, worked_out: Verdict | None = None, note: str = "") -> Shown:
    """Where it is not known, with what the schema says."""
    word = "ok" if one is Verdict.FALLBACK else one.value
    if one is Verdict.UNKNOWN:
        word = "not known"
        if worked_out is not None:
            note = f"by the schema {worked_out.value}" + (f", {note}" if note else "")
    return Shown(one.value, _SIGNS[one], word, note)


def sign(one: Verdict) -> str:
    return _SIGNS[one]


def row(cells: Iterable[object], id_: str = "") -> dict[str, Any]:
    return {"id": id_, "cells": [escape(cell) for cell in cells]}


def table(
    caption: str, heads: Sequence[str], rows: Sequence[dict[str, Any]], kind: str = "plain"
) -> dict[str, Any]:
    return {"caption": caption, "heads": list(heads), "rows": list(rows), "kind": kind}


def lines(parts: Iterable[object]) -> Markup:
    """Parts of a cell, one below the other."""
    return Markup("<br>").join(escape(part) for part in parts)


def quiet(text: object) -> Markup:
    return Markup('<span class="quiet">{}</span>').format(text)
