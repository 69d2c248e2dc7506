# SPDX-License-Identifier: MIT
"""`libvmcoreinfo`: the C parser as a project of CMake's or Meson's that installs a library."""

from __future__ import annotations

import re
from typing import Any

from ... import __version__
from ...model.schema import Schema
from .. import c
from ..backend import Form, Packing
from ..c.backend import files
from ..c.text import COMMENTS as COMMENTS_OF_C
from ..product import Product, Replay, model_hash, render

# Template by template, what it becomes; `{}` stands for the library's name without `lib`.
_BUILD_FILES = {
    "CMakeLists.txt.j2": "CMakeLists.txt",
    "meson.build.j2": "meson.build",
    "library.map.j2": "{}.map",
    "library.pc.in.j2": "lib{}.pc.in",
}


_COMMENTS = {"CMakeLists.txt": "# ", "meson.build": "# ", ".map": " * ", ".pc.in": "# "}


def embed(schema: Schema, form: Form, replay: Replay) -> list[Product]:
    """The C parser and the files that build it.

    The numbers of the whole schema are only added to, so its library serves every program of that
    ABI; that of a part serves those that were compiled with the same numbers. With a prefix the
    library, its files and its functions have it in front of their names.
    """
    shown, prefix = c.context(schema, form.has_metadata, exported=form.exported), form.prefix
    name = f"{prefix}_vmcoreinfo" if prefix else "vmcoreinfo"
    project = {
        "name": name,
        "symbols": f"{prefix}_vmcoreinfo_*" if prefix else "vmcoreinfo_*",
        "symbol_version": f"{name.upper()}_{c.ABI}"
        + ("" if form.is_whole else f"_{_numbering(shown)}"),
        "is_whole": form.is_whole,
        "version": ".".join(_numbers(__version__)),
        "abi": c.ABI,
        "so_version": ".".join([str(c.ABI), *_numbers(__version__)[:2]]),
        "first_release": shown["first_release"],
        "latest_release": shown["latest_release"],
    }
    stamp = model_hash(shown)
    build_files = [
        render("library", template, path.format(name), project, stamp, None, replay, _COMMENTS)
        for template, path in _BUILD_FILES.items()
    ]
    return [*files(shown, prefix, replay), *build_files]


def _numbering(shown: dict[str, Any]) -> str:
    """8 hexadecimal digits that change when the number of an enumerator does."""
    names = {
        "keys": [entry["identifier"] for entry in shown["entries"]],
        "archs": [arch["identifier"] for arch in shown["archs"]],
        **{
            words: [word["name"] for word in shown[words]]
            for words in ("kinds", "formats", "units", "diagnostics")
        },
    }
    return model_hash(names)[:8]


def _numbers(version: str) -> list[str]:
    """The numbers that a version begins with: CMake and Meson take no other."""
    found = re.match(r"\d+(\.\d+)*", version)
    return found[0].split(".") if found else ["0"]


PACKING = Packing(
    name="library",
    comments={**COMMENTS_OF_C, **_COMMENTS},
    embed=embed,
    can_lack_metadata=True,
    contains="c",
)
