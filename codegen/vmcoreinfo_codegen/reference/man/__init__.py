# SPDX-License-Identifier: MIT
"""Manual pages: the command and each verb in section 1, the language and the note in section 5."""

from __future__ import annotations

import re

from ...emit.product import Product, render
from ...model.schema import Schema
from .. import page
from ..rows import Row, shown
from .roff import blocks, code, inline, text

_DAY = r"\d{4}-\d{2}-\d{2}"
_FORMATS = {
    "vmcoreinfo-schema": ("language", "language of the schema of VMCOREINFO entries"),
    "vmcoreinfo-note": ("note", "text that the Linux kernel puts into crash dumps"),
}
"""Pages of section 5: the page of the reference that they show, and its title."""


def emit(schema: Schema) -> list[Product]:
    rows = shown(schema)
    formats = [{"name": text(name), "about": about} for name, (_, about) in _FORMATS.items()]
    common = {
        "date": _date(schema),
        "exit_codes": [{**row, "when": text(row["when"])} for row in rows["exit_codes"]],
        "formats": formats,
    }
    verbs = [_verb(verb) for verb in rows["verbs"]]
    command = {**common, "description": text(rows["description"]), "verbs": verbs}
    products = [_page(1, "vmcoreinfo", "command", command)]
    for row, verb in zip(rows["verbs"], verbs, strict=True):
        products.append(_page(1, f"vmcoreinfo-{row['name']}", "verb", {**common, **verb}))
    for (name, (reference, _)), row in zip(_FORMATS.items(), formats, strict=True):
        body = blocks(page(reference, rows).text)
        others = [other for other in formats if other is not row]
        products.append(_page(5, name, "format", {**common, **row, "body": body, "others": others}))
    return products


def _date(schema: Schema) -> str:
    """The date of the newest release that has one: a page needs a date, and products have none."""
    days = [release.date for release in schema.releases if re.fullmatch(_DAY, release.date)]
    return max(days, default="")


def _page(section: int, name: str, template: str, context: Row) -> Product:
    path = f"man/man{section}/{name}.{section}"
    return render("man", f"{template}.{section}.j2", path, context, package="reference.man")


def _verb(verb: Row) -> Row:
    return {
        "name": text(verb["name"]),
        "about": text(verb["help"]),
        "sentence": text(f"{verb['help'][0].upper()}{verb['help'][1:]}."),
        "synopsis": [_synopsis(argument) for argument in verb["arguments"]],
        "arguments": [
            {"names": _names(argument), "help": text(argument["help"])}
            for argument in verb["arguments"]
        ],
        "example": text(verb["example"]),
        "objects": [
            {
                "name": text(shape["object"]),
                "doc": inline(shape["doc"]) or "The complete answer.",
                "fields": [
                    {"name": code(field["name"]), "doc": inline(field["doc"])}
                    for field in shape["fields"]
                ],
            }
            for shape in verb["fields"]
        ],
    }


def _synopsis(argument: Row) -> str:
    option = [code(name) for name in argument["options"][:1]]
    # No line break between an option and its value.
    words = "\\ ".join([*option, *_taken(argument)])
    words += "..." if argument["is_repeated"] else ""
    return f"[{words}]" if argument["may_lack"] else words


def _names(argument: Row) -> str:
    options = ", ".join(map(code, argument["options"]))
    return " ".join([*([options] if options else []), *_taken(argument)])


def _taken(argument: Row) -> list[str]:
    """The value of an argument, as a list of at most one item: flags have none."""
    if argument["is_choice"]:
        return ["|".join(map(code, argument["takes"]))]
    return [f"\\fI{text(word)}\\fR" for word in argument["takes"]]
