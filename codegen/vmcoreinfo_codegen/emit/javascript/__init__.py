# SPDX-License-Identifier: MIT
"""A reader of notes and dumps for browsers: classic scripts, which also run in Node.js.

They work in pages opened from files, load nothing, evaluate no text, and define only one global,
`vmcoreinfo`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from ...dump import foreign
from ...dump.reader import COMPRESSED
from ...model import Schema
from ..product import Product, environment, model_hash, render
from ..rows import arch_rows, parser_rows
from .facts import facts

_FOLDER = "javascript"
_PACKAGE = "emit.javascript"
_SPDX = "// SPDX-License-Identifier: MIT\n"
_REPLAY = "vmcoreinfo generate javascript"

SCRIPTS = (
    "vmcoreinfo.js",
    "posted.js",
    "source.js",
    "notes.js",
    "elf.js",
    "kdump.js",
    "flattened.js",
    "text.js",
    "dump.js",
    "whole.js",
    "facts.js",
    "releases.js",
    "conditions.js",
    "expressions.js",
    "schema.js",
    "kernels.js",
    "architectures.js",
    "tools.js",
    "exports.js",
    "dump-sources.js",
    "parser-quirks.js",
    "judge.js",
    "explain.js",
    "knowledge.js",
    "verdicts.js",
    "audit-subject.js",
    "audit-rules.js",
    "audit-layout.js",
    "audit.js",
    "check.js",
)
"""The scripts, in the order in which a page loads them."""

STYLE = "check.css"
"""The style sheet that the fragment needs besides a page's own."""

_OF_PAGE = ("start.js", "page.css")
"""Additional files of the standalone page."""

_OF_BROWSERS = ("check.js",)
"""Scripts that Node.js does not need."""


def _js(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(", ", ": "))


environment(_PACKAGE).filters.update(js=_js)


def context(schema: Schema) -> dict[str, Any]:
    """The variables of the parser's template."""
    archs = arch_rows(schema)
    return {
        "rows": [
            [
                *(row["key"], row["kind"], row["format"], row["unit"], row["since"]),
                *(row["until"], row["replaced_by"], row["other_formats"], row["garbage"]),
            ]
            for row in parser_rows(schema)
        ],
        "machines": [
            [machine, arch["bits"], arch["name"]]
            for arch in archs
            for machine in arch["elf_machines"]
        ],
        "aliases": {alias: arch["name"] for arch in archs for alias in arch["aliases"]},
        "forms": [
            (name, [[magic.decode("latin-1"), words] for magic, words in table.items()])
            for name, table in (
                ("packed", COMPRESSED),
                ("images", foreign.IMAGES),
                ("foreign", foreign.KNOWN),
            )
        ],
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
    }


def _fact_lines(schema: Schema) -> list[tuple[str, list[tuple[str, str]]]]:
    """Tables by their names, one row per line."""
    found = []
    for name, table in facts(schema).items():
        rows = table.items() if isinstance(table, dict) else (("", row) for row in table)
        found.append((name, [(key, _short(row)) for key, row in rows]))
    return found


def _short(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _body(name: str | None) -> str:
    return runtime(name) if name else ""


@cache
def runtime(name: str) -> str:
    """A script of the runtime, without its licence."""
    text = (files(__package__) / "runtime" / name).read_text("utf-8")
    return text.removeprefix(_SPDX)


def emit(schema: Schema) -> list[Product]:
    return _products(schema, _REPLAY)


def reader_files(schema: Schema, replay: str = _REPLAY) -> dict[str, bytes]:
    """Every file by its name, for a site that has them in a folder; `replay` is its command.

    A page loads `STYLE` and `SCRIPTS`, contains `fragment()`, and calls `vmcoreinfo.check(root,
    links)`.
    """
    made = _products(schema, replay)
    return {product.path.removeprefix(f"{_FOLDER}/"): product.text.encode() for product in made}


def fragment() -> str:
    """The HTML of a page for checking a dump or a note."""
    return environment(_PACKAGE).get_template("check.html.j2").render()


def _products(schema: Schema, replay: str) -> list[Product]:
    shown = {**context(schema), "facts": _fact_lines(schema)}
    stamp = model_hash(shown)
    templates = ("facts.js", "index.js", STYLE, "page.css")
    generated = {"vmcoreinfo.js": "parser.js", **dict.fromkeys(templates)}
    shown["modules"] = [name for name in SCRIPTS if name not in _OF_BROWSERS]
    products = [
        render(
            "javascript",
            f"{name}.j2" if name in generated else "script.js.j2",
            f"{_FOLDER}/{name}",
            {**shown, "body": _body(generated.get(name, name))},
            stamp,
            replay=[replay],
            comments={".js": "// ", ".css": " * "},
        )
        for name in (*SCRIPTS, "index.js", STYLE, *_OF_PAGE)
    ]
    page = {"styles": ("page.css", STYLE), "scripts": (*SCRIPTS, "start.js")}
    return [*products, render("javascript", "page.html.j2", f"{_FOLDER}/check.html", page, stamp)]
