# SPDX-License-Identifier: MIT
"""Where kernel sources are: a directory, a tarball, or a revision in a git repository.

Each gives the files that could print VMCOREINFO lines, and no other: a whole
tree has some 80,000 files, of which about 25 name it at all.
"""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path

from .folder import read_folder
from .gathered import Tree, TreeError
from .git import GitError, Repository
from .naming import MAKEFILE
from .revision import read_revision
from .tarball import Watch, read_tarball


def open_tree(
    path: Path,
    revision: str | None = None,
    watch: Watch | None = None,
    wanted: Set[str] = frozenset(),
) -> Tree:
    """Read a tree, and of it also the files that are `wanted`. Raises TreeError, OSError."""
    if revision is not None:
        return read_revision(open_repository(path), revision, wanted)
    if path.is_dir():
        if not (path / MAKEFILE).is_file() and is_bare(path):
            raise TreeError(
                f"{path}: a git repository without a work tree; give a revision with --rev"
            )
        return read_folder(path, wanted)
    return read_tarball(path, watch or (lambda file, size: file), wanted)


def open_repository(path: Path) -> Repository:
    """The repository that a folder is in. Raises TreeError."""
    try:
        return Repository(path)
    except GitError as error:
        raise TreeError(str(error)) from error


def is_bare(path: Path) -> bool:
    """Whether a folder is a git repository itself, one without a work tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir()
