# SPDX-License-Identifier: MIT
"""The crate `vmcoreinfo`: Rust without `std`, without `unsafe`, without dependencies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ...model import Entry, Schema
from ...model.derivation import POINTER_SIZE
from ..expressions import derivation_rows, helpers_of
from ..product import Product, Replay, environment, model_hash, render
from ..rows import Row, arch_rows, other_keys, parser_rows, vocabulary_rows
from .expressions import RustCompiler
from .text import COMMENTS, camel, doc, string

environment("emit.rust").filters.update(camel=camel, doc=doc, string=string)

_RUNTIME = ("note", "parser", "recipes", "value")
_GENERATED = ("keys", "derive")
_OF_DERIVATIONS = ("recipes", "derive")
_SPDX = "// SPDX-License-Identifier: MIT\n"
_BLANK_LINES = re.compile(r"\n{3,}")
_MODULE = re.compile(r"^((?:#\[.*\]\n)?(?:pub )?mod (\w+));\n", re.MULTILINE)


def context(schema: Schema, exported: Sequence[Entry] = ()) -> dict[str, Any]:
    """The variables of the templates; `exported` is as in `Form`."""
    derivations = derivation_rows(schema, RustCompiler)
    recipes = [recipe for derivation in derivations for recipe in derivation["recipes"]]
    for recipe in recipes:
        steps = {step["kind"] for step in recipe["steps"]}
        recipe["asks_info"] = bool(
            {"number_of", "read"} & {*recipe["helpers"]} or "derived" in steps
        )
        recipe["asks_dump"] = bool(steps & {"read", "derived"})
    return {
        "entries": parser_rows(schema),
        "other_keys": sorted(other_keys(schema, exported)),
        "archs": arch_rows(schema),
        "derivations": derivations,
        "of_keys": _keys_used(recipes),
        "of_recipes": _used(recipes),
        "has_list_head": POINTER_SIZE in schema.by_key,
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
        **vocabulary_rows(),
    }


def _used(recipes: list[Row]) -> str:
    """The imports that recipes need from the runtime: an unused one would cause a warning."""
    names = sorted([*helpers_of(recipes), "derive", "Derived", "Dump", "Outcome", "Recipe"])
    return "{" + ", ".join(names) + "}"


def _keys_used(recipes: list[Row]) -> str:
    names = [
        *(["Arch"] if any(recipe["archs"] for recipe in recipes) else []),
        *(["Key"] if any(recipe["keys"] for recipe in recipes) else []),
    ]
    return "{" + ", ".join(names) + "}"


@cache
def runtime(name: str) -> str:
    """A module of the runtime without its licence."""
    text = (files(__package__) / "runtime" / f"{name}.rs").read_text("utf-8")
    return text.removeprefix(_SPDX)


def _modules(shown: dict[str, Any]) -> list[str]:
    return [
        name
        for name in (*_RUNTIME, *_GENERATED)
        if shown["derivations"] or name not in _OF_DERIVATIONS
    ]


def emit(schema: Schema) -> list[Product]:
    shown = context(schema)
    stamp = model_hash(shown)
    modules = [
        render(
            "rust",
            "runtime.rs.j2" if name in _RUNTIME else f"{name}.rs.j2",
            f"rust/src/{name}.rs",
            {**shown, "body": runtime(name) if name in _RUNTIME else ""},
            stamp,
        )
        for name in _modules(shown)
    ]
    crate = {**shown, "is_crate": True}
    return [
        render("rust", "Cargo.toml.j2", "rust/Cargo.toml", crate, stamp),
        render("rust", "lib.rs.j2", "rust/src/lib.rs", crate, stamp),
        *modules,
    ]


def emit_module(
    schema: Schema, name: str, replay: Replay, exported: Sequence[Entry] = ()
) -> Product:
    """The crate as one file, to be a module of another crate: each `mod x;` is replaced by its
    text.
    """
    shown = context(schema, exported)
    stamp = model_hash(shown)

    def inlined(match: re.Match[str]) -> str:
        template = f"{match[2]}.rs.j2"
        body = (
            runtime(match[2])
            if match[2] in _RUNTIME
            else _without_stamp(render("rust", template, "x.rs", shown, stamp).text)
        )
        lines = body.strip("\n").split("\n")
        inner = "\n".join(f"    {line}" if line else "" for line in lines)
        return f"{match[1]} {{\n{inner}\n}}\n\n"

    whole = render(
        "rust",
        "lib.rs.j2",
        f"{name}.rs",
        {**shown, "is_crate": False},
        stamp,
        replay=replay,
        comments=COMMENTS,
    )
    text = _MODULE.sub(inlined, whole.text)
    return Product(whole.path, _BLANK_LINES.sub("\n\n", text))


def _without_stamp(text: str) -> str:
    return text[text.index("//!") :]
