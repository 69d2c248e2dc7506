# SPDX-License-Identifier: MIT
"""Kernel sources at a revision of a git repository, read directly from its objects."""

from __future__ import annotations

import io
from collections.abc import Set
from dataclasses import dataclass

from .gathered import MARKS, Gathered, Gatherer, Tree, TreeError, text_of
from .git import NOT_HERE, GitError, Repository
from .naming import MAKEFILE, NAMING

_REGULAR = (b"100644", b"100755")
# Ubuntu's changelogs have 3 MB, and git returns files as a whole.
_MOST_NAMING = 8 << 20


@dataclass(frozen=True)
class _Blob:
    name: bytes
    object: bytes
    size: int


def read_revision(repository: Repository, revision: str, wanted: Set[str] = frozenset()) -> Tree:
    """Read the tree of a revision. Raises TreeError."""
    try:
        return _read(repository, revision, wanted)
    except GitError as error:
        raise TreeError(str(error)) from error


def _read(repository: Repository, revision: str, asked: Set[str]) -> Tree:
    gathered = Gathered(f"{repository.path}@{revision}", asked)
    commit = _commit(repository, revision)
    # Listing comes first, as it has a limit: nested trees can be endless.
    blobs = {blob.name: blob for blob in _listed(repository, commit, gathered)}
    marks = [part for mark in MARKS for part in ("-e", mark.decode())]
    # git grep exits with 1 if it finds nothing.
    found = repository.git("grep", "-lzF", *marks, commit, "--", "*.c", "*.h", accepted=1)
    prefix = f"{commit}:".encode()
    names = [name.removeprefix(prefix) for name in found.split(b"\0") if name]
    naming = (blobs[name] for name in map(str.encode, NAMING) if name in blobs)
    more = {MAKEFILE.encode(), *(name for name in blobs if text_of(name) in asked)}
    more |= {blob.name for blob in naming if blob.size <= _MOST_NAMING}
    names += sorted(more.intersection(blobs).difference(names))
    for name in names:
        if name not in blobs:
            raise GitError(
                f"{repository.path}: {text_of(name)} is listed by git grep, but not by git ls-tree"
            )
    for name, data in _contents(repository, [blobs[name] for name in names]):
        gathered.take(text_of(name), io.BytesIO(data))
    return gathered.tree()


def take_revision(repository: Repository, revision: str, gathered: Gatherer) -> None:
    """Pass the files of a revision to `gathered`. Raises TreeError."""
    try:
        blobs = _listed(repository, _commit(repository, revision), gathered)
        for name, data in _contents(repository, blobs):
            gathered.take(text_of(name), io.BytesIO(data))
    except GitError as error:
        raise TreeError(str(error)) from error


def day_of(repository: Repository, revision: str) -> str:
    """The date of a revision's commit, as 2025-05-20. Raises TreeError."""
    try:
        commit = _commit(repository, revision)
        return repository.git("log", "-1", "--format=%cs", commit, "--").decode().strip()
    except GitError as error:
        raise TreeError(str(error)) from error


def _commit(repository: Repository, revision: str) -> str:
    wanted = f"{revision}^{{commit}}"
    return repository.git("rev-parse", "--verify", "--end-of-options", wanted).decode().strip()


def _listed(repository: Repository, commit: str, gathered: Gatherer) -> list[_Blob]:
    """Every regular file that can be relevant, with its object."""
    found = []
    for line in repository.git("ls-tree", "-rlz", "--full-tree", commit).split(b"\0"):
        head, _, name = line.partition(b"\t")
        # Links and submodules have other modes.
        if not line or not gathered.see(text_of(name)) or not head.startswith(_REGULAR):
            continue
        _, _, object_, size = head.split()
        if not size.isdigit():
            raise GitError(f"{repository.path}: {text_of(name)}: its object is missing{NOT_HERE}")
        gathered.expect(text_of(name), int(size))
        found.append(_Blob(name, object_, int(size)))
    return found


def _contents(repository: Repository, blobs: list[_Blob]) -> list[tuple[bytes, bytes]]:
    """Names and contents of files. They are requested by object, as a name may contain any byte."""
    asked = b"".join(blob.object + b"\n" for blob in blobs)
    out = repository.git("cat-file", "--batch", stdin=asked)
    found = []
    at = 0
    for blob in blobs:
        head = b"%b blob %d\n" % (blob.object, blob.size)
        start, end = at + len(head), at + len(head) + blob.size
        if out[at:start] != head or out[end : end + 1] != b"\n":
            raise GitError(f"{repository.path}: git cat-file: no answer for {text_of(blob.name)}")
        found.append((blob.name, out[start:end]))
        at = end + 1
    if at != len(out):
        raise GitError(f"{repository.path}: git cat-file: more answers than questions")
    return found
