# SPDX-License-Identifier: MIT
"""A kernel tree on the command line."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from ..problem import shortened
from .failure import Failure
from .progress import DELAY, meter

# Readers of trees are loaded only when needed: verbs that need only the schema start faster.
if TYPE_CHECKING:
    from ..kernel.extract import Extraction
    from ..kernel.gathered import Tree
    from ..kernel.tarball import Watch
    from ..model import Schema
    from ..model.kernel import Kernel


def add_revision_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rev", metavar="REV", help="git revision to read, if TREE is a repository"
    )


def extraction_of(path: Path, revision: str | None) -> Extraction:
    """The exports of a folder, a tarball, or a revision."""
    from ..kernel.extract import extract
    from ..kernel.gathered import TreeError

    try:
        return extract(tree_of(path, revision))
    except TreeError as error:
        raise Failure(str(error)) from error


def kernel_in(schema: Schema, extraction: Extraction, revision: str | None) -> Kernel | None:
    """The vendor's kernel of a tree; None for mainline, or if the schema has no line for its
    names.
    """
    from ..query.tree_kernel import kernel_of_tree

    return kernel_of_tree(schema, extraction.names, extraction.release, revision)


def tree_of(path: Path, revision: str | None, wanted: Set[str] = frozenset()) -> Tree:
    """The tree with its relevant files and those in `wanted`."""
    from ..kernel.gathered import TreeError
    from ..kernel.tree import open_tree

    try:
        with watched(path) as watch:
            return open_tree(path, revision, watch, wanted)
    except TreeError as error:
        raise Failure(str(error)) from error


@contextlib.contextmanager
def watched(path: Path) -> Iterator[Watch | None]:
    """Show progress while a tree is read, on a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar(path) if path.is_file() else _clock(path) as watch:
        yield watch


@contextlib.contextmanager
def _bar(path: Path) -> Iterator[Watch]:
    """Show how much of a tarball has been read, if that takes more than two seconds."""
    from tqdm.utils import CallbackIOWrapper

    with meter(f"reading {path.name}", unit="B", unit_scale=True) as bar:

        def watch(file: BinaryIO, size: int) -> BinaryIO:
            bar.total = size
            return cast(BinaryIO, CallbackIOWrapper(bar.update, file, "read"))

        yield watch


@contextlib.contextmanager
def _clock(path: Path) -> Iterator[Watch]:
    """Show how long a folder or a repository takes; what remains for grep and git is unknown."""
    import threading

    done = threading.Event()
    bar = meter(f"reading {path}", bar_format="{desc}: {elapsed}", leave=False)

    def tick() -> None:
        if not done.wait(DELAY):
            while not done.wait(0.5):
                bar.refresh()

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield lambda file, size: file
    finally:
        done.set()
        thread.join()
        bar.close()


class Place(Protocol):
    """A place in sources, and why it was not understood."""

    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def text(self) -> str: ...


MOST_PLACES = 1000
"""Most places for people to read; --format json has all."""


def print_places(places: Sequence[Place]) -> None:
    """Print the places that were not understood, the first ones if there are many."""
    for one in places[:MOST_PLACES]:
        print(
            f"{one.file}:{one.line}: not understood: {one.reason}: {shortened(one.text)}",
            file=sys.stderr,
        )
    if len(places) > MOST_PLACES:
        left = len(places) - MOST_PLACES
        print(f"... and {left} more; --format json lists all", file=sys.stderr)


def print_sites(extraction: Extraction) -> None:
    """Print how all places found by a text search count, and which were not understood."""
    print_places(extraction.not_understood)
    sites = extraction.sites
    print(
        f"{sites.seen} places found by text search: {sites.exports} exports, "
        f"{sites.definitions} in definitions, {sites.declarations} declarations, "
        f"{sites.comments} in comments, {sites.not_understood} not understood",
        file=sys.stderr,
    )
