# SPDX-License-Identifier: MIT
"""The sources of a tool in a folder, in a tarball, or at a revision of a git repository."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ..kernel.folder import sources_below, take_file
from ..kernel.gathered import Content, SourceFile, TreeError, text_of
from ..kernel.git import Repository
from ..kernel.revision import take_revision
from ..kernel.tarball import Watch, take_members
from ..kernel.tree import is_bare, open_repository
from ..limits import Limit
from ..model.consumer import Consumer

# crash has 140 such files and 7 MB; the largest file of a tool has 0.6 MB.
_MOST_SEEN = 500_000
_MOST_FILES = 10_000
_MOST_SOURCES = 64 << 20
_MOST_SOURCE = 8 << 20


class _Gathered:
    """Collects the sources."""

    def __init__(self, name: str, patterns: Sequence[str]) -> None:
        self.name = name
        self._wanted = [_glob(pattern) for pattern in patterns]
        self._seen = Limit(name, _MOST_SEEN, "files", TreeError)
        self._files = Limit(name, _MOST_FILES, "sources", TreeError)
        self._bytes = Limit(f"{name}: sources", _MOST_SOURCES, "bytes", TreeError)
        self.files: list[SourceFile] = []

    def see(self, path: str, /) -> bool:
        self._seen.spend()
        return any(wanted.fullmatch(path) for wanted in self._wanted)

    def expect(self, path: str, size: int, /) -> None:
        if size > _MOST_SOURCE:
            raise TreeError(
                f"{self.name}: {path}: passed the limit of {_MOST_SOURCE} bytes of one source"
            )
        self._files.spend()
        self._bytes.spend(size)

    def take(self, path: str, content: Content, /) -> None:
        data = content.read(_MOST_SOURCE + 1)
        if len(data) > _MOST_SOURCE:
            self.expect(path, len(data))
        self.files.append(SourceFile(path, data))


def _glob(pattern: str) -> re.Pattern[str]:
    """The regular expression of a glob: `*` matches in one name, `**` in a path."""
    parts = re.split(r"(\*+)", pattern)
    words = {"*": "[^/]*"}
    return re.compile("".join(words.get(p, ".*" if p[:1] == "*" else re.escape(p)) for p in parts))


def tool_files(
    consumer: Consumer, path: Path, revision: str | None = None, watch: Watch | None = None
) -> Sequence[SourceFile]:
    """The files that can read keys, in the order of their paths. Raises TreeError, OSError."""
    if revision is not None:
        return files_at(consumer, open_repository(path), revision)
    gathered = _Gathered(str(path), consumer.sources)
    if path.is_dir():
        if is_bare(path):
            raise TreeError(
                f"{path}: a git repository without a work tree; give a revision with --rev"
            )
        for name in sources_below(gathered, path):
            take_file(gathered, text_of(name), path / os.fsdecode(name))
    else:
        take_members(path, watch or (lambda file, size: file), gathered)
    return _sorted(gathered, consumer)


def files_at(consumer: Consumer, repository: Repository, revision: str) -> Sequence[SourceFile]:
    """The files of a revision that can read keys. Raises TreeError."""
    gathered = _Gathered(f"{repository.path}@{revision}", consumer.sources)
    take_revision(repository, revision, gathered)
    return _sorted(gathered, consumer)


def _sorted(gathered: _Gathered, consumer: Consumer) -> Sequence[SourceFile]:
    if not gathered.files:
        raise TreeError(f"{gathered.name}: no sources of {consumer.name} found")
    return sorted(gathered.files, key=lambda file: file.path)
