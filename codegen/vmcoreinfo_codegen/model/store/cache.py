# SPDX-License-Identifier: MIT
"""The built model of a schema, cached from one run to the next.

A cached model is used if its key matches the present state of every file that it depends on: the
schema, the grammar, the code that builds models, and the version of Python. Folder and file must be
owned by the user, and not writable for anyone else; the content must match its checksum, and may
only name our own classes. A mismatch is not an error: the schema is read again.
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
"""The packages and modules whose code determines a model."""
_MODULES = ("vmcoreinfo_codegen.model.", "vmcoreinfo_codegen.core.", "vmcoreinfo_codegen.problem")
_MOST_BYTES = 1 << 24


def load_cached(folder: Path) -> Schema:
    """The schema of a folder, as `builder.load` gives it. Raises SchemaError, OSError."""
    key, place = _key(folder), _place(folder)
    schema = _cached(place, key)
    if schema is None:
        # Importing the parser takes longer than loading a cached model.
        from ..builder import load

        schema = load(folder)
        with suppress(OSError):
            _store(place, key, schema)
    return schema


def _key(folder: Path) -> bytes:
    """A line for each dependency of a model, and an empty line.

    Code is identified by size, time and inode, as Python does for its bytecode, and so are
    observations, which are long and replaced as a whole. The other files are read and checksummed
    with CRC-32, which takes less time than loading a hash library.
    """
    read = [("schema.lark", resources.grammar("schema.lark")), *read_files(folder)]
    lines = [
        f"{__version__} {sys.version!r} {os.path.realpath(folder)!r}",
        *(f"{name!r} {len(text)} {_sum(text.encode())}" for name, text in read),
        *(_written(path) for path in (*_code(), *map(str, observed_files(folder)))),
    ]
    return ("\n".join(lines) + "\n\n").encode()


def _code() -> Iterator[str]:
    """The modules whose code determines a model, in a stable order."""
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
    """One file per folder: an edited schema replaces its predecessor."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    # The key has the full name, so two folders with the same checksum replace each other.
    return Path(caches) / "vmcoreinfo" / f"schema-{_sum(os.fsencode(os.path.realpath(folder)))}"


def _cached(place: Path, key: bytes) -> Schema | None:
    try:
        data = _read(place)
        if not data.startswith(key):
            return None
        # The content is not copied: it is as large as all files of the schema.
        start = data.index(b"\n", len(key)) + 1
        if data[len(key) : start - 1] != _sum(memoryview(data)[start:]).encode():
            return None
        content = io.BytesIO(data)
        content.seek(start)
        with _without_collection():
            found = _Reader(content).load()
    except Exception:  # with any error, the schema itself is available
        return None
    return found if isinstance(found, Schema) else None


@contextmanager
def _without_collection() -> Iterator[None]:
    """Garbage collection while everything is kept took a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _store(place: Path, key: bytes, schema: Schema) -> None:
    """Store the model in one step. Raises OSError."""
    content = _pickled(schema)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _own_folder(place.parent) as folder, writing.beside(folder, place.name, 0o600) as new:
        new.file.write(key + _sum(content).encode() + b"\n" + content)
        new.finish()
        new.take_place()


def _read(place: Path) -> bytes:
    """The content of a file that the user owns, up to a limit. Raises OSError."""
    with _own_folder(place.parent) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(place.name, flags, dir_fd=folder)
        with open(descriptor, "rb") as file:
            _refuse_others(descriptor, stat.S_ISREG)
            return file.read(_MOST_BYTES)


@contextmanager
def _own_folder(path: Path) -> Iterator[int]:
    """A descriptor of a folder into which nobody else can put files. Raises OSError."""
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
    """Writes an enum member as its class and value, as most releases of Python do.

    3.11.2, which Debian 12 has, would name builtins.getattr, which the reader refuses.
    """

    def reducer_override(self, obj: object) -> Any:
        # NotImplemented makes pickle use its default.
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


class _Reader(pickle.Unpickler):
    """Creates only objects of our own classes: a file can't run code by naming another one."""

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith(_MODULES):
            raise pickle.UnpicklingError(f"{module}.{name} is not a model")
        found = super().find_class(module, name)
        if not (isinstance(found, type) and found.__module__ == module):
            raise pickle.UnpicklingError(f"{module}.{name} is not a model class")
        return found
