# SPDX-License-Identifier: MIT
"""The built model of a schema, cached from one run for the next.

A cached model is used where its key is that of every file that it rests on: the schema, the
grammar, the code that builds models, the version of Python. Folder and file must be
the user's own, and writable for nobody else; the content must have its checksum, and may name
our own classes alone. What does not fit is no error: the schema is read anew.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any

from ... import __version__, resources
from ...files import writing
from ..schema import Schema
from .files import read_files

_PACKAGE = Path(__file__).resolve().parent.parent.parent
_READERS = ("core", "syntax", "model", "record.py", "problem.py")
"""The packages and modules whose code decides what a model is."""
_MODULES = ("vmcoreinfo_codegen.model.", "vmcoreinfo_codegen.core.", "vmcoreinfo_codegen.problem")
_MOST_BYTES = 1 << 24
_DIGEST = hashlib.sha256().digest_size


def load_cached(folder: Path) -> Schema:
    """The schema of a folder, as `build.load` gives it. Raises SchemaError, OSError."""
    files = read_files(folder)
    key, place = _key(files), _place(folder)
    schema = _cached(place, key)
    if schema is None:
        # What reads the language takes longer to import than a cached model to load.
        from ..builder import load

        schema = load(folder)
        with suppress(OSError):
            _store(place, key, schema)
    return schema


def _key(files: Iterable[tuple[str, str]]) -> bytes:
    digest = hashlib.sha256()
    versions = ("versions", f"{__version__} {sys.version}")
    read = (_PACKAGE / name for name in _READERS)
    code = sorted(p for place in read for p in ([place] if place.suffix else place.rglob("*.py")))
    for name, text in (
        versions,
        ("schema.lark", resources.grammar("schema.lark")),
        *((path.name, path.read_text(encoding="utf-8")) for path in code),
        *files,
    ):
        for part in (name.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _place(folder: Path) -> Path:
    """One file a folder: an edited schema takes the place of what it was."""
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return Path(caches) / "vmcoreinfo" / f"schema-{name}"


def _cached(place: Path, key: bytes) -> Schema | None:
    try:
        data = _read(place)
        if data[:_DIGEST] != key:
            return None
        checksum, content = data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
        if hashlib.sha256(content).digest() != checksum:
            return None
        found = _Reader(io.BytesIO(content)).load()
    except Exception:  # whatever is wrong with it, the schema itself is at hand
        return None
    return found if isinstance(found, Schema) else None


def _store(place: Path, key: bytes, schema: Schema) -> None:
    """Put the model there in one step. Raises OSError."""
    content = _pickled(schema)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _own_folder(place.parent) as folder, writing.beside(folder, place.name, 0o600) as new:
        new.file.write(key + hashlib.sha256(content).digest() + content)
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
        raise PermissionError("not the user's own")


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
            raise pickle.UnpicklingError(f"{module}.{name} is no model")
        found = super().find_class(module, name)
        if not (isinstance(found, type) and found.__module__ == module):
            raise pickle.UnpicklingError(f"{module}.{name} is no class of the models")
        return found
