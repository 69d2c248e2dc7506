# SPDX-License-Identifier: MIT
"""The files of a schema, read from their folder."""

from __future__ import annotations

from pathlib import Path

from ..problem import LANGUAGE, Location, Problem, SchemaError

TOP = "schema.vmci"
"""The file that sources all others, in the schema's folder."""


def read_files(folder: Path) -> list[tuple[str, str]]:
    """The `.vmci` files below a folder as (name in messages, text), the top one first.

    Raises SchemaError where others are there and the top one is not, or where one is not UTF-8.
    """
    top = folder / TOP
    paths = sorted(folder.rglob("*.vmci"), key=lambda path: (path != top, path.as_posix()))
    if paths and paths[0] != top:
        message = "no such file: it names all others, in their order"
        hint = f"write it: 'schema 1', and a line like 'source \"{_below(folder, paths[0])}\"' each"
        raise SchemaError([Problem(Location(f"{folder.name}/{TOP}"), LANGUAGE, message, hint)])
    files = []
    for path in paths:
        name = f"{folder.name}/{_below(folder, path)}"
        try:
            files.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError as error:
            raise SchemaError(
                [Problem(Location(name), "VMCI001", f"not UTF-8 at byte {error.start}")]
            ) from error
    return files


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
