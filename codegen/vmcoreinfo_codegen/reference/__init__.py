# SPDX-License-Identifier: MIT
"""The reference: language, lint rules, command and note, out of the code that they describe."""

from __future__ import annotations

import argparse
import re
from typing import Any

from .. import resources
from ..audit import all_rules as all_audit_rules
from ..audit.run import UNREADABLE
from ..check import all_rules
from ..cli.main import parser
from ..cli.verb import VERBS
from ..emit.product import Product, render
from ..emit.rows import DIAGNOSTICS, MESSAGES
from ..model.schema import Schema
from ..model.vocabulary import Described, Evidence, Format, QuirkKind, Trait, Unit, Verdict
from ..problem import LANGUAGE
from ..query.interface import ANSWERS
from ..syntax.parse import RULE as SYNTAX

Row = dict[str, Any]
_LONGEST = 8
_PAGES = ("language", "rules", "audit", "commands", "note")


def emit(schema: Schema) -> list[Product]:
    shown = {
        "formats": _words(Format),
        "units": _words(Unit),
        "quirks": _words(QuirkKind),
        "evidences": _words(Evidence),
        "verdicts": _words(Verdict),
        "traits": [
            {**word, "takes": " BYTES" if trait.has_limit else ""}
            for word, trait in zip(_words(Trait), Trait, strict=True)
        ],
        "rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "severity": rule.severity,
                "doc": rule.doc,
                "example": rule.example.strip("\n"),
            }
            for rule in all_rules()
        ],
        "audit_rules": [
            {
                "id": rule.id,
                "name": rule.name,
                "severity": rule.severity.value,
                "needs": rule.needs,
                "doc": rule.doc,
                "remedy": rule.remedy,
                "example": _shortened(rule.example.strip("\n")),
            }
            for rule in all_audit_rules()
        ],
        "unreadable": UNREADABLE,
        "syntax": SYNTAX,
        "language": LANGUAGE,
        "verbs": _verbs(),
        "diagnostics": [{"word": word, "severity": severity} for word, severity in DIAGNOSTICS],
        "messages": MESSAGES,
        "schema_grammar": _grammar("schema.lark"),
        "note_grammar": _grammar("note.lark"),
        "archs": [arch.name for arch in schema.architectures],
        "keys": len(schema.entries),
    }
    return [
        render("reference", f"{page}.md.j2", f"reference/{page}.md", shown, package="reference")
        for page in _PAGES
    ]


def _words(words: type[Described]) -> list[Row]:
    return [{"word": word.value, "doc": word.doc.replace("|", "\\|")} for word in words]


def _shortened(example: str) -> str:
    """An example of many lines, without those that only make it long."""
    lines = example.split("\n")
    return "\n".join(lines if len(lines) <= _LONGEST else [*lines[: _LONGEST - 1], "…"])


def _grammar(name: str) -> str:
    return resources.grammar(name).rstrip("\n")


def _verbs() -> list[Row]:
    whole = parser()
    (subparsers,) = (a for a in whole._actions if isinstance(a, argparse._SubParsersAction))
    return [
        {
            "name": verb.name,
            "help": f"{verb.help[0].upper()}{verb.help[1:]}.",
            "example": verb.example,
            "arguments": [_argument(action) for action in _actions(subparsers.choices[verb.name])],
            "fields": _fields(verb.name),
        }
        for verb in VERBS
    ]


def _actions(verb: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in verb._actions if action.dest != "help"]


def _argument(action: argparse.Action) -> Row:
    name = str(action.metavar or action.dest)
    values = "|".join(map(str, action.choices)) if action.choices else name
    if not action.option_strings:
        shown = f"[{values}]" if action.nargs in ("?", "*") else values
    elif action.nargs == 0:
        shown = ", ".join(action.option_strings)
    else:
        shown = f"{', '.join(action.option_strings)} {values if action.choices else name.upper()}"
        shown += " (required)" if action.required else ""
    text = re.sub(r"\s+", " ", action.help or "").replace("|", "\\|")
    return {"name": shown, "help": text.replace("%%", "%")}


def _fields(verb: str) -> list[Row]:
    """The JSON answer of a verb: each object with its fields."""
    answer = ANSWERS.get(verb)
    if answer is None:
        return []
    document = answer.model_json_schema(mode="serialization")
    objects = {answer.__name__: document, **document.get("$defs", {})}
    # What is one of several objects has no fields of its own, and says which they are.
    for name in (ref["$ref"].rpartition("/")[2] for ref in document.get("anyOf", ())):
        objects[name] = {**objects[name], "is_answer": True}
    document["is_answer"] = "properties" in document
    return [
        {
            "object": name,
            "doc": " ".join(str(shape.get("description", "")).split()),
            "is_answer": shape.get("is_answer", False),
            "fields": [
                {"name": field, "doc": str(spec.get("description", ""))}
                for field, spec in shape["properties"].items()
            ],
        }
        for name, shape in objects.items()
        if "properties" in shape
    ]
