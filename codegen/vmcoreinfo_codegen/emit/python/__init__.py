# SPDX-License-Identifier: MIT
"""The Python distribution `vmcoreinfo`: a package of the same name, and its build files.

It needs only the standard library, has Python 3.8 syntax, and is typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ...model import Entry, Schema
from ..expressions import derivation_rows, helpers_of
from ..product import Product, environment, model_hash, render
from ..rows import Row, arch_rows, other_keys, parser_rows
from .expressions import PythonCompiler
from .text import docstring, string

environment("emit.python").filters.update(docstring=docstring, string=string)

_RUNTIME = ("__init__", "entry", "note", "parser", "recipes", "native")
_GENERATED = ("entries", "properties", "derive")
_SPDX = "# SPDX-License-Identifier: MIT\n"


def context(schema: Schema, exported: Sequence[Entry] = ()) -> dict[str, Any]:
    """The variables of the templates; `exported` is as in `Form`."""
    derivations = derivation_rows(schema, PythonCompiler)
    entries = parser_rows(schema)
    used = helpers_of(recipe for derivation in derivations for recipe in derivation["recipes"])
    return {
        "entries": entries,
        "other_keys": other_keys(schema, exported),
        "typed": _typed(entries),
        "archs": arch_rows(schema),
        "derivations": derivations,
        "recipe_names": sorted(
            [*used, "Derived", "Dump", "MASK", "ReadError", "ReadMemory", "Recipe", "derive"]
        ),
        "first_release": str(schema.releases[0].release),
        "latest_release": str(schema.latest),
    }


def _typed(entries: list[Row]) -> list[tuple[str, str, list[Row]]]:
    """Entries by the type of their values: a name, the type, and its entries."""
    types = {"string": "str", "hexbytes": "bytes", "flag": "bool"}
    names = {"int": "NumberKey", "str": "StringKey", "bytes": "BytesKey", "bool": "FlagKey"}
    found = {
        type_: [entry for entry in entries if types.get(entry["format"], "int") == type_]
        for type_ in names
    }
    return [(names[type_], type_, those) for type_, those in found.items() if those]


@cache
def runtime(name: str) -> str:
    """A module of the runtime without its licence."""
    text = (files(__package__) / "runtime" / f"{name}.py").read_text("utf-8")
    return text.removeprefix(_SPDX)


def module_text(name: str, shown: dict[str, Any], stamp: str) -> str:
    """A module of the package, of the runtime or generated, with a stamp."""
    template = "runtime.py.j2" if name in _RUNTIME else f"{name}.py.j2"
    body = runtime(name) if name in _RUNTIME else ""
    return render("python", template, f"{name}.py", {**shown, "body": body}, stamp).text


def emit(schema: Schema) -> list[Product]:
    shown = context(schema)
    stamp = model_hash(shown)
    products = [
        Product(f"python/vmcoreinfo/{name}.py", module_text(name, shown, stamp))
        for name in (*_RUNTIME, *_GENERATED)
    ]
    others = {
        "py.typed": "vmcoreinfo/py.typed",
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
    }
    return products + [
        render("python", f"{name}.j2", f"python/{path}", shown, stamp)
        for name, path in others.items()
    ]
