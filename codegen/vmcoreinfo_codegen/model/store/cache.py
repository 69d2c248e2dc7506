# SPDX-License-Identifier: MIT
"""The built model of a schema, cached from one run for the next.

A cached model is used where its key names every file that it rests on, as it is now: the schema,
the grammar, the code that builds models, the version of Python. Folder and file must be the user's
own, and writable for nobody else; the content must have its checksum, and may name our own classes
alone. What does not fit is not an error: the schema is read again.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any

from ... import __version__, resources
from ...files import writing
from ..schema import Schema
from .files import observed_files, read_files

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_READERS = ("core", "syntax", "model", "record.py", "problem.py")
"""The packages and modules whose code decides what a model is."""
_MODULES = ("vmcoreinfo_codegen.model.", "vmcoreinfo_codegen.core.", "vmcoreinfo_codegen.problem")
_MOST_BYTES = 1 << 24


def load_cached(folder: Path) -> Schema:
    """The schema of a folder, as `build.load` gives it. Raises SchemaError, OSError."""
    key, place = _key(folder), _place(folder)
    schema = _cached(place, key)
    if schema is None:
        # What reads the language takes longer to import than a cached model to load.
        from ..builder import load

        schema = load(folder)
        with suppress(OSError):
            _store(place, key, schema)
    return schema


def _key(folder: Path) -> bytes:
    """A line for each thing that a model rests on, and an empty one.

    Code is known by what Python knows its bytecode by, and so are observations, which are long and
    written by a program in one step. To read the rest, and sum it up, takes less than to load what
    hashes well.
    """
    read = [("schema.lark", resources.grammar("schema.lark")), *read_files(folder)]
    lines = [
        f"{__version__} {sys.version!r} {os.path.realpath(folder)!r}",
        *(f"{name!r} {len(text)} {_sum(text.encode())}" for name, text in read),
        *(_written(path) for path in (*_code(), *map(str, observed_files(folder)))),
    ]
    return ("\n".join(lines) + "\n\n").encode()


def _code() -> Iterator[str]:
    """The modules whose code decides what a model is, in any order that stays."""
    places = [str(_PACKAGE / name) for name in _READERS]
    while places:
        place = places.pop()
        if place.endswith(".py"):
            yield place
        else:
            with os.scandir(place) as there:
                names = sorted(e.name for e in there if e.is_dir() or e.name.endswith(".py"))
            places += [f"{place}/{name}" for name in names if name != "__pycache__"]


def _written(path: str) -> str:
    found = os.stat(path)
    return f"{path!r} {found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _sum(content: bytes | memoryview) -> str:
    return f"{zlib.crc32(content):08x}"


def _place(folder: Path) -> Path:
    """One file a folder: an edited schema takes the place of what it was."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # The key has the whole name; two of the same sum take turns.
    return Path(caches) / "vmcoreinfo" / f"schema-{_sum(os.fsencode(os.path.realpath(folder)))}"


def _cached(place: Path, key: bytes) -> Schema | None:
    try:
        data = _read(place)
        if not data.startswith(key):
            return None
        # Nothing of it is copied: it is as long as all that is read of the schema.
        start = data.index(b"\n", len(key)) + 1
        if data[len(key) : start - 1] != _sum(memoryview(data)[start:]).encode():
            return None
        content = io.BytesIO(data)
        content.seek(start)
        with _without_collection():
            found = _Reader(content).load()
    except Exception:  # whatever is wrong with it, the schema itself is available
        return None
    return found if isinstance(found, Schema) else None


@contextmanager
def _without_collection() -> Iterator[None]:
    """All that is loaded stays: to look for garbage meanwhile took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _store(place: Path, key: bytes, schema: Schema) -> None:
    """Put the model there in one step. Raises OSError."""
    content = _pickled(schema)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _own_folder(place.parent) as folder, writing.beside(folder, place.name, 0o600) as new:
        new.file.write(key + _sum(content).encode() + b"\n" + content)
        new.finish()
        new.take_place()


def _read(place: Path) -> bytes:
    """What a file of the user's own has, up to a limit. Raises OSError."""
    with _own_folder(place.parent) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(place.name, flags, dir_fd=folder)
        with open(descriptor, "rb") as file:
            _refuse_others(descriptor, stat.S_ISREG)
            return file.read(_MOST_BYTES)


@contextmanager
def _own_folder(path: Path) -> Iterator[int]:
    """A descriptor of a folder that nobody else can put files into. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _refuse_others(descriptor, stat.S_ISDIR)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_others(descriptor: int, is_kind: Callable[[int], bool]) -> None:
    status = os.fstat(descriptor)
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if status.st_uid != os.geteuid() or others or not is_kind(status.st_mode):
        raise PermissionError("not owned by the user")


def _pickled(schema: Schema) -> bytes:
    data = io.BytesIO()
    _Writer(data, protocol=5).dump(schema)
    return data.getvalue()


class _Writer(pickle.Pickler):
    """Writes a word of a closed list as its class and value, as most releases of Python do.

    3.11.2, which Debian 12 has, would name builtins.getattr, and the reader refuses that.
    """

    def reducer_override(self, obj: object) -> Any:
        # NotImplemented is pickle's own word for "as you do it".
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _Reader(pickle.Unpickler):
    """Makes objects of our own classes alone: a file can't have code run by naming another."""

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith(_MODULES):
            raise pickle.UnpicklingError(f"{module}.{name} is not a model")
        found = super().find_class(module, name)
        if not (isinstance(found, type) and found.__module__ == module):
            raise pickle.UnpicklingError(f"{module}.{name} is not a model class")
        return found
