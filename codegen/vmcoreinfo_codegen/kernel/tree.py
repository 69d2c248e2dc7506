# SPDX-License-Identifier: MIT
"""Kernel sources in a directory, a tarball, or at a revision of a git repository.

Each gives only the files that could print VMCOREINFO lines: of some 80,000 files in a tree, about
25 name it at all.
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
    """Read a tree, including the files in `wanted`. Raises TreeError, OSError."""
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
    """The repository that contains a folder. Raises TreeError."""
    try:
        return Repository(path)
    except GitError as error:
        raise TreeError(str(error)) from error


def is_bare(path: Path) -> bool:
    """Whether a folder is a bare git repository."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir()
