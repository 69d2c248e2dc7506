# SPDX-License-Identifier: MIT
"""Build files of `libvmcoreinfo` for CMake and for Meson."""

from __future__ import annotations

import re
from typing import Any

from ... import __version__
from ..backend import Form
from ..product import Product, Replay, model_hash, render

# Templates and the files made from them; `{}` is the library's name without `lib`.
_FILES = {
    "CMakeLists.txt.j2": "CMakeLists.txt",
    "meson.build.j2": "meson.build",
    "library.map.j2": "{}.map",
    "library.pc.in.j2": "lib{}.pc.in",
}
COMMENTS = {"CMakeLists.txt": "# ", "meson.build": "# ", ".map": " * ", ".pc.in": "# "}


def build_files(
    shown: dict[str, Any], form: Form, replay: Replay | None = None, folder: str = ""
) -> list[Product]:
    """The build files of a library for a `context()`, to be beside header and source.

    Numbers of the complete schema never change, so its library serves every program with that ABI;
    the library of a part serves programs compiled with the same numbers. A prefix is added to the
    names of the library, its files and its functions.
    """
    name = f"{form.prefix}_vmcoreinfo" if form.prefix else "vmcoreinfo"
    project = {
        "name": name,
        "symbols": f"{name}_*",
        "symbol_version": f"{name.upper()}_{shown['abi']}"
        + ("" if form.is_whole else f"_{_numbering(shown)}"),
        "is_whole": form.is_whole,
        "version": ".".join(_numbers(__version__)),
        "abi": shown["abi"],
        "so_version": ".".join([str(shown["abi"]), *_numbers(__version__)[:2]]),
        "first_release": shown["first_release"],
        "latest_release": shown["latest_release"],
    }
    stamp = model_hash(shown)
    return [
        render("c", template, folder + path.format(name), project, stamp, None, replay, COMMENTS)
        for template, path in _FILES.items()
    ]


def _numbering(shown: dict[str, Any]) -> str:
    """8 hexadecimal digits that change if the number of an enumerator changes."""
    names = {
        "keys": [entry["identifier"] for entry in shown["entries"]],
        "archs": [arch["identifier"] for arch in shown["archs"]],
        **{
            what: [row["name"] for row in shown[what]]
            for what in ("kinds", "formats", "units", "diagnostics")
        },
    }
    return model_hash(names)[:8]


def _numbers(version: str) -> list[str]:
    """The numbers at the beginning of a version: CMake and Meson accept nothing else."""
    found = re.match(r"\d+(\.\d+)*", version)
    return found[0].split(".") if found else ["0"]
