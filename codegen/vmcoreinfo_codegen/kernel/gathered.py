# SPDX-License-Identifier: MIT
"""Collects the relevant files of a kernel tree within limits, from any kind of tree."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from ..core.release import Release, counts_three
from ..limits import Limit
from .naming import MAKEFILE, NAMING, names_of_files

# Every file that prints a line, or defines a macro that does, contains one of these.
MARKS = (b"vmcoreinfo_", b"VMCOREINFO_")
_SUFFIXES = (".c", ".h")
# A tree has 90,000 files and 1.4 GB of sources, of which 25 files with 430 kB name VMCOREINFO.
# The largest source, a list of registers, has 24 MB.
_MOST_FILES = 2_000_000
_MOST_SOURCES = 16 << 30
_MOST_SOURCE = 128 << 20
_MOST_KEPT = 8 << 20
# A file counts at least this many bytes, however short.
_LEAST_KEPT = 4 << 10
_MOST_MAKEFILE = 1 << 20
# A changelog begins with the newest version.
_MOST_NAMING = 64 << 10
_OVERLAP = max(map(len, MARKS)) - 1
_CHUNK = _MOST_KEPT


class TreeError(Exception):
    """A tree that can't be read, or is not a kernel tree; the message says why."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a tree; its path is relative to the top."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Tree:
    """The relevant files of a kernel tree.

    `name` is the tree's path as the user gave it, `release` that of its Makefile, None if unknown.
    `architectures` are the folders under `arch/`, `names` other names of the kernel in its files.
    """

    name: str
    release: Release | None
    architectures: frozenset[str]
    files: tuple[SourceFile, ...]
    names: tuple[str, ...] = ()


class Content(Protocol):
    """The contents of a file, read sequentially."""

    def read(self, size: int, /) -> bytes: ...


class Gatherer(Protocol):
    """Receives the files of a tree one by one. Every method raises TreeError if a limit is
    exceeded.
    """

    def see(self, path: str, /) -> bool: ...

    def expect(self, path: str, size: int, /) -> None: ...

    def take(self, path: str, content: Content, /) -> None: ...


class Gathered:
    """Collects the relevant files. Every method raises TreeError if a limit is exceeded.

    Files in `wanted` are relevant whatever they contain.
    """

    def __init__(self, name: str, wanted: Set[str] = frozenset()) -> None:
        self._name = name
        self._wanted = wanted
        self._naming: dict[str, bytes] = {}
        self._architectures: set[str] = set()
        self._files: list[SourceFile] = []
        self._seen = Limit(name, _MOST_FILES, "files", TreeError)
        self._sources = Limit(f"{name}: sources", _MOST_SOURCES, "bytes", TreeError)
        self._kept = Limit(f"{name}: sources that name VMCOREINFO", _MOST_KEPT, "bytes", TreeError)

    def see(self, path: str) -> bool:
        """Count a file; returns whether it can be relevant, so that it has to be taken."""
        self._seen.spend()
        if path.startswith("arch/"):
            parts = path.split("/", 2)
            if len(parts) > 2:
                self._architectures.add(parts[1])
        return (
            path == MAKEFILE or path.endswith(_SUFFIXES) or path in NAMING or path in self._wanted
        )

    def see_architecture(self, name: str) -> None:
        """Record a folder under `arch/`."""
        self._architectures.add(name)

    def expect(self, path: str, size: int) -> None:
        """Count the bytes of a source before it is read."""
        if size > _MOST_SOURCE:
            raise TreeError(
                f"{self._name}: {path}: passed the limit of {_MOST_SOURCE} bytes of one source"
            )
        self._sources.spend(size)

    def take(self, path: str, content: Content) -> None:
        """Read a file, and keep it if it is relevant."""
        if path == MAKEFILE:
            makefile = self._naming[path] = content.read(_MOST_MAKEFILE + 1)
            if len(makefile) > _MOST_MAKEFILE:
                raise TreeError(
                    f"{self._name}: {path}: passed the limit of {_MOST_MAKEFILE} bytes; a kernel's "
                    "has 70,000"
                )
            return
        if path in NAMING:
            self._naming[path] = content.read(_MOST_NAMING)
            return
        last = first = content.read(_CHUNK)
        marked = path in self._wanted or _matters(first)
        # A file larger than the limit is searched to its end; if it is relevant, that is an error.
        while len(last) == _CHUNK and (more := content.read(_CHUNK)):
            marked = marked or _matters(last[-_OVERLAP:] + more)
            last = more
            if marked:
                self._kept.spend(_MOST_KEPT + 1)
        if marked:
            self._kept.spend(max(len(first), _LEAST_KEPT) + len(path))
            self._files.append(SourceFile(path, first))

    def tree(self) -> Tree:
        """The tree that was collected. Raises TreeError if it is not a kernel tree."""
        makefile = self._naming.get(MAKEFILE)
        release = _release_of(makefile) if makefile is not None else None
        if release is None or not self._architectures:
            what = "no Makefile with VERSION" if release is None else "no folder arch/"
            raise TreeError(f"{self._name}: not a kernel tree: {what} at the top level")
        found = tuple(sorted(self._files, key=lambda file: file.path))
        names = names_of_files(self._naming)
        return Tree(self._name, release, frozenset(self._architectures), found, names)


def text_of(name: bytes) -> str:
    """The name of a file as printable text, whatever its bytes are."""
    return name.decode("utf-8", "backslashreplace")


def _matters(data: bytes) -> bool:
    return any(mark in data for mark in MARKS)


def _release_of(makefile: bytes) -> Release | None:
    """The release in a kernel's top Makefile."""
    values = dict(
        re.findall(
            r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)",
            makefile.decode("utf-8", "replace"),
            re.MULTILINE,
        )
    )
    version, level = (_number(values.get(name, "")) for name in ("VERSION", "PATCHLEVEL"))
    if version is None or level is None:
        return None
    text = f"{version}.{level}"
    sublevel = _number(values.get("SUBLEVEL", "")) or "0"
    extra = re.match(r"-rc[0-9]{1,9}", values.get("EXTRAVERSION", ""))
    old_stable = re.match(r"\.[0-9]{1,9}", values.get("EXTRAVERSION", ""))
    if counts_three(int(version), int(level)):
        text += f".{sublevel}{old_stable[0] if old_stable else ''}"
    elif sublevel != "0":
        text += f".{sublevel}"
    try:
        return Release.parse(text + (extra[0] if extra else ""))
    except ValueError:
        return None


def _number(text: str) -> str | None:
    # No number in a release is longer, and Python converts at most 4,300 digits.
    return text if re.fullmatch(r"[0-9]{1,9}", text) else None
