# SPDX-License-Identifier: MIT
"""Read the files of a schema from their folder."""

from __future__ import annotations

import os
from pathlib import Path

from ...files.reading import read_regular
from ...limits import Limit
from ...problem import LANGUAGE, Location, Problem, SchemaError

TOP = "schema.vmci"
"""The file in the schema's folder that sources all others."""

OBSERVED = "observed"
"""The folder in the schema's folder with observations, `TOOL.jsonl`."""

# The shipped schema has 36 files, the largest of 27 KiB, 170 KiB in all.
MOST_BYTES = 1 << 19
MOST_BYTES_IN_ALL = 1 << 21
MOST_FILES = 2000
SHOWN = (
    (MOST_BYTES, "bytes in a file"),
    (MOST_BYTES_IN_ALL, "bytes in all files"),
    (MOST_FILES, "files, including links, in the schema folder"),
)
_MOST_NAMES = 100_000
"""Names of any kind in the folder and the folders below it."""


def read_files(folder: Path) -> list[tuple[str, str]]:
    """The `.vmci` files below a folder as (name in messages, text), the top one first.

    Raises SchemaError if the top file is missing and others exist, if one is not a regular file,
    not UTF-8 or outside of the folder, and if a limit is exceeded.
    """
    top = folder / TOP
    paths = sorted(schema_files(folder), key=lambda path: (path != top, path.as_posix()))
    if paths and paths[0] != top:
        message = "no such file; it must list all others in order"
        hint = (
            f"create it with 'schema 1' and a line like 'source \"{_below(folder, paths[0])}\"' "
            "each"
        )
        raise _error(f"{folder.name}/{TOP}", message, hint)
    real = os.path.realpath(folder)
    whole = Limit(
        "the files of the schema",
        MOST_BYTES_IN_ALL,
        "bytes",
        lambda message: _error(folder.name, message),
    )
    return [(_name(folder, path), _text(folder, real, path, whole)) for path in paths]


def schema_files(folder: Path) -> list[Path]:
    """Every `.vmci` file below a folder, in any order. Raises SchemaError, OSError."""

    def refused(message: str) -> SchemaError:
        return _error(folder.name, message, "put the schema in a folder of its own")

    names = Limit("the folder", _MOST_NAMES, "names", refused)
    files = Limit("the schema", MOST_FILES, "files", refused)
    found: list[Path] = []
    folders = [folder]
    while folders:
        with os.scandir(folders.pop()) as there:
            for entry in there:
                names.spend()
                # Links to folders are not followed: they may lead anywhere, or form a loop.
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                elif entry.name.endswith(".vmci"):
                    files.spend()
                    found.append(Path(entry.path))
    return found


def observed_files(folder: Path) -> list[Path]:
    """The files of observations in the folder of a schema, one per tool, sorted. Raises OSError."""
    try:
        with os.scandir(folder / OBSERVED) as there:
            names = sorted(entry.name for entry in there if entry.name.endswith(".jsonl"))
    except FileNotFoundError:
        return []
    return [folder / OBSERVED / name for name in names[:MOST_FILES]]


def read_schema_file(path: Path, name: str) -> bytes:
    """The content of a schema file; `name` is its name in messages. Raises SchemaError, OSError."""
    return read_regular(path, MOST_BYTES, lambda message: _error(name, message))


def schema_text(data: bytes, name: str) -> str:
    """The content of a schema file as text. Raises SchemaError if it is not UTF-8."""
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise _error(name, f"not UTF-8 at byte {error.start}", rule="VMCI001") from error


def _text(folder: Path, real: str, path: Path, whole: Limit) -> str:
    name = _name(folder, path)
    # Folders below are not links, so only the file itself can be one.
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(real):
        raise _error(name, "leads out of the schema folder", "put the file itself into the folder")
    data = read_schema_file(path, name)
    whole.spend(len(data))
    return schema_text(data, name)


def _name(folder: Path, path: Path) -> str:
    below = _below(folder, path)
    if not below.isprintable():
        message = f"the file {below!r} has an unprintable name"
        raise _error(folder.name, message, "rename it")
    return f"{folder.name}/{below}"


def _error(name: str, message: str, hint: str = "", rule: str = LANGUAGE) -> SchemaError:
    return SchemaError([Problem(Location(name), rule, message, hint)])


def _below(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()
