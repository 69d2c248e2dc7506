# SPDX-License-Identifier: MIT
"""Kernel trees for patches: the differences of two revisions, and the files that a patch
changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..kernel.extract import Extraction, extract, source_of
from ..kernel.gathered import Tree
from ..kernel.git import GitError
from ..kernel.source import Source
from ..kernel.tree import open_repository, open_tree
from ..model import Schema
from .change import KernelChange, Unseen
from .diff import file_diffs
from .images import Images, is_source, pieces_of
from .reading import of_extractions
from .series import Patch

_CONTEXT = "-U25"
_SOURCES = ("*.c", "*.h")


def wanted_by(series: Iterable[Patch]) -> frozenset[str]:
    """The files of a tree that patches change, if entries can depend on them."""
    paths = (path for p in series for file in p.files for path in (file.old, file.new))
    return frozenset(path for path in paths if path and is_source(path))


def files_of(tree: Tree) -> dict[str, Source]:
    """The files of a tree that were read, by their paths."""
    return {file.path: source_of(file) for file in tree.files}


def between(schema: Schema, path: Path, old: str, new: str) -> tuple[KernelChange, Extraction]:
    """The differences of two revisions of a repository, and the exports of the first.

    Exports are read from complete files, names behind entries only from the lines that differ.
    Raises TreeError.
    """
    before, after = (extract(open_tree(path, revision)) for revision in (old, new))
    images, unseen = _images(path, old, new)
    change = of_extractions(schema, f"{old}..{new}", before, after, images)
    return KernelChange(
        change.subject, change.views, change.foreign, change.redefined, (*change.unseen, *unseen)
    ), before


def _images(path: Path, old: str, new: str) -> tuple[Images, list[Unseen]]:
    repository = open_repository(path)
    try:
        options = ("--no-ext-diff", "--no-textconv", "--no-color", "-M", _CONTEXT)
        trees = (f"{old}^{{tree}}", f"{new}^{{tree}}")
        out = repository.git("diff", *options, "--end-of-options", *trees, "--", *_SOURCES)
    except GitError as error:
        reason = f"names behind entries were not checked: {error}"
        return Images((), (), ()), [Unseen("", 1, f"{old}..{new}", reason)]
    found = pieces_of(file_diffs(out.decode("utf-8", "replace").split("\n")))
    # Exports are read from complete files, so what surrounds them is known.
    return Images(found.before, found.after, ()), []
