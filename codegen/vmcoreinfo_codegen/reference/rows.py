# SPDX-License-Identifier: MIT
"""The contents of the reference, read from the code of language, lint rules, command and note."""

from __future__ import annotations

import argparse
import re
from functools import cache
from typing import Any

from .. import resources
from ..audit import all_rules as all_audit_rules
from ..audit.run import UNREADABLE
from ..check import all_rules
from ..cli.failure import EXIT_CODES
from ..cli.main import DESCRIPTION, parser
from ..cli.verb import VERBS
from ..emit.rows import DIAGNOSTICS, MESSAGES
from ..model import builder
from ..model.schema import Schema
from ..model.store import files
from ..model.vocabulary import (
    Described,
    DumpFormat,
    DumpSource,
    Evidence,
    Format,
    QuirkKind,
    Trait,
    Unit,
    Verdict,
)
from ..problem import LANGUAGE
from ..query.interface.answers import ANSWERS
from ..shape import json_schema
from ..syntax import limits
from ..syntax.parse import RULE as SYNTAX

Row = dict[str, Any]
_LONGEST = 8


def shown(schema: Schema) -> Row:
    """The variables of the templates of all pages."""
    return {
        "formats": _values(Format),
        "units": _values(Unit),
        "quirks": _values(QuirkKind),
        "evidences": _values(Evidence),
        "verdicts": _values(Verdict),
        "dump_formats": _values(DumpFormat),
        "dump_sources": _values(DumpSource),
        "traits": [
            {**value, "takes": " BYTES" if trait.has_limit else ""}
            for value, trait in zip(_values(Trait), Trait, strict=True)
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
        "description": DESCRIPTION,
        "exit_codes": [{"code": code, "when": when} for code, when in EXIT_CODES.items()],
        "verbs": _verbs(),
        "diagnostics": [{"value": name, "severity": severity} for name, severity in DIAGNOSTICS],
        "messages": MESSAGES,
        "schema_grammar": _grammar("schema.lark"),
        "note_grammar": _grammar("note.lark"),
        "limits": [(f"{most:,}", of) for most, of in (*limits.SHOWN, *files.SHOWN, *builder.SHOWN)],
        "archs": [arch.name for arch in schema.architectures],
        "keys": len(schema.entries),
    }


def _values(kind: type[Described]) -> list[Row]:
    return [{"value": value.value, "doc": value.doc.replace("|", "\\|")} for value in kind]


def _shortened(example: str) -> str:
    """An example without the lines that exceed the limit."""
    lines = example.split("\n")
    return "\n".join(lines if len(lines) <= _LONGEST else [*lines[: _LONGEST - 1], "…"])


def _grammar(name: str) -> str:
    return resources.grammar(name).rstrip("\n")


@cache
def _verbs() -> list[Row]:
    whole = parser()
    (subparsers,) = (a for a in whole._actions if isinstance(a, argparse._SubParsersAction))
    return [
        {
            "name": verb.name,
            "help": verb.help,
            "example": verb.example,
            "arguments": [_argument(action) for action in _actions(subparsers.choices[verb.name])],
            "fields": _fields(verb.name),
        }
        for verb in VERBS
    ]


def _actions(verb: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in verb._actions if action.dest != "help"]


def _argument(action: argparse.Action) -> Row:
    """The options of an argument, none if it is positional; its values; and its help."""
    name = str(action.metavar or action.dest)
    choices = [str(choice) for choice in action.choices or ()]
    if not choices and action.nargs != 0:
        choices = [name.upper() if action.option_strings else name]
    may_lack = not action.required if action.option_strings else action.nargs in ("?", "*")
    return {
        "options": list(action.option_strings),
        "takes": choices,
        "is_choice": bool(action.choices),
        "may_lack": may_lack,
        "is_repeated": action.nargs in ("*", "+"),
        "help": re.sub(r"\s+", " ", action.help or "").replace("%%", "%"),
    }


def _fields(verb: str) -> list[Row]:
    """The JSON answer of a verb: each object with its fields."""
    answer = ANSWERS.get(verb)
    if answer is None:
        return []
    document = json_schema(answer)
    objects = {answer.__name__: document, **document.get("$defs", {})}
    # A union of several objects has no fields, but names the objects.
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
