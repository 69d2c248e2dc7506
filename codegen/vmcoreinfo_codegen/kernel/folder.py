# SPDX-License-Identifier: MIT
"""Kernel sources in a folder. Only regular files are read; links are not followed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator, Set
from pathlib import Path

from ..files.opening import open_at_once
from .child import ChildError, run
from .gathered import MARKS, Gathered, Gatherer, Tree, TreeError, text_of
from .naming import MAKEFILE, NAMING

_MOST_SECONDS = 600
# Bytes of names in one command; Linux allows 2 MiB with the environment.
_NAMES_AT_ONCE = 128 << 10
# These files are read before all others.
_AT_TOP = {name.encode() for name in (MAKEFILE, *NAMING)}


def read_folder(top: Path, wanted: Set[str] = frozenset()) -> Tree:
    """Read the tree in a folder. Raises TreeError, OSError."""
    gathered = Gathered(str(top), wanted)
    if _is_file(top / MAKEFILE):
        take_file(gathered, MAKEFILE, top / MAKEFILE, follow=True)
    for naming in sorted(NAMING):
        if _is_file(top / naming):
            take_file(gathered, naming, top / naming, follow=True)
    arch = top / "arch"
    if arch.is_dir():
        for entry in arch.iterdir():
            if entry.is_dir():
                gathered.see_architecture(text_of(os.fsencode(entry.name)))
        candidates = list(sources_below(gathered, top))
        found = list(_grep(top, candidates)) if shutil.which("grep") else candidates
        asked = {name for name in candidates if text_of(name) in wanted}
        for name in [*found, *asked.difference(found)]:
            take_file(gathered, text_of(name), top / os.fsdecode(name))
    return gathered.tree()


def _is_file(path: Path) -> bool:
    # A tree of links to another tree is allowed, a FIFO or a device as Makefile is not.
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def take_file(gathered: Gatherer, name: str, path: Path, follow: bool = False) -> None:
    """Pass a regular file to `gathered`."""
    with open_at_once(path, follow) as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            gathered.take(name, file)


def sources_below(gathered: Gatherer, top: Path) -> Iterator[bytes]:
    """The names of all sources below a folder, relative to that folder."""
    start = os.fsencode(top)
    folders = [b""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(start, folder)) as entries:
            for entry in entries:
                name = os.path.join(folder, entry.name)
                if entry.is_dir(follow_symlinks=False):
                    # A repository's own files are not sources.
                    if entry.name != b".git":
                        folders.append(name)
                elif gathered.see(text_of(name)) and name not in _AT_TOP:
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        gathered.expect(text_of(name), status.st_size)
                        yield name


def _grep(top: Path, names: list[bytes]) -> Iterator[bytes]:
    """The files that contain a mark, found by grep, which is faster than Python."""
    marks = [part for mark in MARKS for part in ("-e", mark.decode())]
    command = ["grep", "-lZF", "--devices=skip", *marks, "--"]
    environment = {**os.environ, "LC_ALL": "C"}
    for batch in _batches(names):
        asked = [*command, *(f"./{os.fsdecode(name)}" for name in batch)]
        most = sum(len(name) + 3 for name in batch)
        try:
            ran = run(asked, top, environment, b"", most, _MOST_SECONDS)
        except ChildError as error:
            raise TreeError(f"{top}: {error}") from error
        # grep exits with 1 if it finds nothing.
        if not 0 <= ran.code <= 1:
            raise TreeError(f"{top}: grep: {ran.said or f'killed by signal {-ran.code}'}")
        yield from (name.removeprefix(b"./") for name in ran.out.split(b"\0") if name)


def _batches(names: list[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for name in names:
        if size > _NAMES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(name)
        size += len(name) + 3
    if batch:
        yield batch
