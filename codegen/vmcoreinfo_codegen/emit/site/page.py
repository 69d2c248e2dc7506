# SPDX-License-Identifier: MIT
"""Common parts of all pages: header, policy, scripts, tables of prepared cells."""

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
    ("Check a dump", "check.html"),
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; form-action 'self'"
)
_STYLES = ("assets/site.css", "assets/tables.css", "assets/media.css")
_SEARCH = ("assets/rank.js", "assets/search.js")

_MOST_LINES = 5

# Verdicts differ in sign and word as well as in colour.
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
    styles: Sequence[str] = (),
) -> Product:
    """A page at its path below the folder of the site."""
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
            "styles": [*_STYLES, *styles],
            "policy": POLICY,
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
    """A verdict as a badge; its kind is a class of the style sheet."""

    kind: str
    sign: str
    word: str
    note: str = ""

    def __html__(self) -> str:
        badge = Markup(
            '<span class="v v-{}"><span aria-hidden="true">{}</span> <span class="word">{}</span></span>'
        )
        found = badge.format(self.kind, self.sign, self.word)
        if self.note:
            found += Markup(' <span class="quiet">{}</span>').format(self.note)
        return found


def verdict(one: Verdict, worked_out: Verdict | None = None, note: str = "") -> Shown:
    """The badge of a verdict; if it is unknown, with the verdict by the schema."""
    word = "ok" if one is Verdict.FALLBACK else one.value
    if one is Verdict.UNKNOWN and worked_out is not None:
        note = f"{worked_out.value} by the schema" + (f", {note}" if note else "")
    return Shown(one.value, _SIGNS[one], word, note)


def sign(one: Verdict) -> str:
    return _SIGNS[one]


def row(cells: Iterable[object], id_: str = "") -> dict[str, Any]:
    return {"id": id_, "cells": [escape(cell) for cell in cells]}


def table(
    caption: str, heads: Sequence[str], rows: Sequence[dict[str, Any]], kind: str = "plain"
) -> dict[str, Any]:
    """A table, without columns that would be empty."""
    shown = [n for n in range(len(heads)) if n == 0 or any(row["cells"][n] for row in rows)]
    return {
        "caption": caption,
        "heads": [heads[n] for n in shown],
        "rows": [{**row, "cells": [row["cells"][n] for n in shown]} for row in rows],
        "kind": kind,
    }


def lines(parts: Iterable[object]) -> Markup:
    """Parts of a cell, one below the other."""
    return Markup("<br>").join(escape(part) for part in parts)


def few_lines(parts: Iterable[object], most: int = _MOST_LINES) -> Markup:
    """Parts of a cell, one below the other; if there are many, all but the first are folded."""
    found = list(parts)
    if len(found) <= most + 1:
        return lines(found)
    shown = Markup("{}<details><summary>{} more</summary>{}</details>")
    rest = found[most:]
    return shown.format(lines(found[:most]), len(rest), lines(rest))


def quiet(text: object) -> Markup:
    return Markup('<span class="quiet">{}</span>').format(text)


def bounds(since: str | None, until: str | None) -> str:
    """A range as text to append: ` since 6.8 until 6.9`."""
    words = [f" since {since}" if since else "", f" until {until}" if until else ""]
    return "".join(words)
