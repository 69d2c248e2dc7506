# SPDX-License-Identifier: MIT
"""`vmcoreinfo-rescue.c`: the program that runs before makedumpfile where a dump is written."""

from __future__ import annotations

from typing import Any

from ...model import Schema
from ...problem import Location
from ...subset.reduce import exported, reduce
from ...subset.selection import KeyPattern, Selection
from .. import c
from ..amalgamation import amalgamated, runtime
from ..backend import Form, Packing
from ..c.backend import files
from ..c.text import COMMENTS, comment, string
from ..problem import NoProduct
from ..product import Product, Replay, environment, render
from .rows import Tables

_TOOL = "makedumpfile"
_FILES = ("vmcoreinfo-rescue.c", "Makefile")
_GENERATED = ("needs.h", "expressions.h")
_COMMENTS = {**COMMENTS, "Makefile": "# "}
_TEMPLATES = environment("emit.rescue")
_TEMPLATES.filters.update(comment=comment, c_string=string)


def context(schema: Schema, selection: Selection | None) -> dict[str, Any]:
    """The variables of the templates. Raises NoProduct unless the selection is one release of
    makedumpfile on mainline kernels.
    """
    if selection is None or len(selection.readers) != 1 or selection.patterns:
        raise NoProduct("a rescue needs one release of a tool, e.g. --for makedumpfile@1.7.8")
    reader = selection.readers[0]
    if reader.consumer.name != _TOOL:
        raise NoProduct(
            f"a rescue works only for {_TOOL}; {reader.consumer.name} can't be given another note"
        )
    if selection.kernel is not None:
        raise NoProduct("a rescue works only for mainline kernels and kernels built from them")
    return Tables(schema, reader.consumer, reader.release, selection).context()


def embed(schema: Schema, form: Form, replay: Replay) -> list[Product]:
    """The program, from the complete schema: a tool may need keys that the selected kernels
    lack.
    """
    if form.prefix or not form.has_metadata:
        raise NoProduct("a rescue is a program; --prefix and --no-metadata work only with parsers")
    shown = context(schema, form.selection)
    keys = tuple(KeyPattern(key, Location("", 0, 0)) for key in shown["keys"])
    asked = Selection(patterns=keys, has_derivations=False)
    part = reduce(schema, asked)
    parser = c.context(part, False, False, exported(schema, asked, part))
    # Keys have the numbers of the parser.
    shown["key_names"] = [entry["key"] for entry in parser["entries"]]
    parts = {**runtime("rescue"), **{name: _rendered(name, shown).text for name in _GENERATED}}
    shown["amalgamated"] = amalgamated("rescue.c", parts, kept=("vmcoreinfo.h",))
    return [*files(parser, None, replay), *(_rendered(name, shown, replay) for name in _FILES)]


def _rendered(name: str, shown: dict[str, Any], replay: Replay | None = None) -> Product:
    return render("rescue", f"{name}.j2", name, shown, None, None, replay, _COMMENTS)


PACKING = Packing(name="rescue", comments=_COMMENTS, embed=embed, contains="c", of_whole=True)
