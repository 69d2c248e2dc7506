# SPDX-License-Identifier: MIT
"""Where kernel sources are: a directory, a tarball, or a revision in a git repository.

Each gives the files that could print VMCOREINFO lines, and no other: a whole
tree has some 80,000 files, of which about 25 name it at all.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..terms.release import Release
from .git import GitError, git

# What a file has in it that prints a line or defines a macro that does.
MARKS = (b"vmcoreinfo_", b"VMCOREINFO_")
_SUFFIXES = (".c", ".h")
# The largest source files of the kernel are register lists of some 20 MiB.
_MOST_BYTES = 64 << 20


class TreeError(Exception):
    """A tree that can't be read, or is none; says which and why."""


@dataclass(frozen=True)
class SourceFile:
    """A file of a tree, its path relative to the top."""

    path: str
    data: bytes


@dataclass(frozen=True)
class Tree:
    """The files of a kernel tree that matter here.

    `name` is what the user called it, `release` what its Makefile says, None
    where that can't be told. `architectures` are the folders under `arch/`.
    """

    name: str
    release: Release | None
    architectures: frozenset[str]
    files: tuple[SourceFile, ...]


Watch = Callable[[BinaryIO, int], BinaryIO]
"""Wraps a file of some size that is about to be read, to show how far that is."""


def open_tree(path: Path, revision: str | None = None, watch: Watch | None = None) -> Tree:
    """Read a tree. Raises TreeError, OSError."""
    if revision is not None:
        return _from_git(path, revision)
    if path.is_dir():
        if not (path / "Makefile").is_file() and _is_repository(path):
            raise TreeError(
                f"{path}: a git repository without a work tree; name a revision by --rev"
            )
        return _from_directory(path)
    return _from_tarball(path, watch or (lambda file, size: file))


def _matters(data: bytes) -> bool:
    return any(mark in data for mark in MARKS)


def _tree(
    name: str, makefile: bytes | None, architectures: Iterable[str], files: Iterable[SourceFile]
) -> Tree:
    found = tuple(sorted(files, key=lambda file: file.path))
    release = _release_of(makefile) if makefile is not None else None
    archs = frozenset(architectures)
    if makefile is None or release is None or not archs:
        what = "no Makefile with VERSION" if release is None else "no folder arch/"
        raise TreeError(f"{name}: this is no kernel tree: it has {what} at its top")
    return Tree(name, release, archs, found)


def _release_of(makefile: bytes) -> Release | None:
    """The release that a kernel's top Makefile names."""
    values = dict(
        re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)", _text(makefile), re.M)
    )
    if not values.get("VERSION", "").isdigit() or not values.get("PATCHLEVEL", "").isdigit():
        return None
    text = f"{values['VERSION']}.{values['PATCHLEVEL']}"
    sublevel = values.get("SUBLEVEL", "")
    extra = re.match(r"-rc\d+", values.get("EXTRAVERSION", ""))
    old_stable = re.match(r"\.\d+", values.get("EXTRAVERSION", ""))
    if text == "2.6":
        text += f".{sublevel or 0}{old_stable[0] if old_stable else ''}"
    elif sublevel not in ("", "0"):
        text += f".{sublevel}"
    try:
        return Release.parse(text + (extra[0] if extra else ""))
    except ValueError:
        return None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


# ---- directories -----------------------------------------------------------------------


def _from_directory(top: Path) -> Tree:
    makefile = top / "Makefile"
    arch = top / "arch"
    architectures = [p.name for p in arch.iterdir() if p.is_dir()] if arch.is_dir() else []
    files = [] if not architectures else list(_marked_files(top))
    return _tree(
        str(top), makefile.read_bytes() if makefile.is_file() else None, architectures, files
    )


def _marked_files(top: Path) -> Iterator[SourceFile]:
    for path in _grep(top) if shutil.which("grep") else _walk(top):
        data = path.read_bytes()
        if _matters(data):
            yield SourceFile(path.relative_to(top).as_posix(), data)


def _grep(top: Path) -> list[Path]:
    """Candidates by grep, which reads a tree faster than anything in Python."""
    marks = [part for mark in MARKS for part in ("-e", mark.decode())]
    command = ["grep", "-rlZF", "--include=*.c", "--include=*.h", *marks, "."]
    ran = subprocess.run(command, cwd=top, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    names = [os.fsdecode(name) for name in ran.stdout.split(b"\0") if name]
    return [top / name for name in names]


def _walk(top: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(top):
        for name in names:
            path = Path(folder, name)
            if name.endswith(_SUFFIXES) and path.is_file() and not path.is_symlink():
                yield path


# ---- tarballs --------------------------------------------------------------------------


def _from_tarball(path: Path, watch: Watch) -> Tree:
    """Read a tarball as a stream; nothing is written anywhere, so no path in it can hurt."""
    makefile: bytes | None = None
    architectures: set[str] = set()
    files = []
    try:
        with (
            path.open("rb") as file,
            tarfile.open(fileobj=watch(file, path.stat().st_size), mode="r|*") as tar,
        ):
            for member in tar:
                # Members are looked at, never unpacked; links are no files of the tree.
                inner = _below_top(member.name)
                if inner is None or not member.isfile() or member.size > _MOST_BYTES:
                    continue
                parts = inner.split("/")
                if parts[0] == "arch" and len(parts) > 2:
                    architectures.add(parts[1])
                if inner != "Makefile" and not inner.endswith(_SUFFIXES):
                    continue
                stream = tar.extractfile(member)
                data = stream.read() if stream else b""
                if inner == "Makefile":
                    makefile = data
                elif _matters(data):
                    files.append(SourceFile(inner, data))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise TreeError(f"{path}: neither a folder nor a readable tarball: {error}") from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise TreeError(f"{path}: the tarball is damaged: {error}") from error
    except Exception as error:
        if type(error).__name__ not in ("LZMAError", "error"):
            raise
        raise TreeError(f"{path}: the tarball is damaged: {error}") from error
    return _tree(str(path), makefile, architectures, files)


def _below_top(name: str) -> str | None:
    """A member's path below the one folder that a source tarball has at its top."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return None
    if parts[0] == ".":
        parts = parts[1:]
    return "/".join(parts[1:]) if len(parts) > 1 else None


# ---- git -------------------------------------------------------------------------------


def _is_repository(path: Path) -> bool:
    """Whether a folder is a git repository itself, one without a work tree."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir()


def _from_git(path: Path, revision: str) -> Tree:
    """Read blobs straight from the object store."""
    try:
        # The repository by its own folder: from inside a work tree, git looks below that alone.
        repository = Path(_text(git(path, "rev-parse", "--absolute-git-dir")).strip())
        wanted = f"{revision}^{{commit}}"
        commit = _text(git(repository, "rev-parse", "--verify", "--end-of-options", wanted)).strip()
        marks = [part for mark in MARKS for part in ("-e", mark.decode())]
        # It exits with 1 where nothing is found.
        found = git(repository, "grep", "-lzF", *marks, commit, "--", "*.c", "*.h", accepted=1)
        prefix = f"{commit}:".encode()
        names = [name.removeprefix(prefix) for name in found.split(b"\0") if name]
        listed = git(repository, "ls-tree", "-z", "--name-only", commit, "arch/")
        blobs = _blobs(repository, commit, [b"Makefile", *names])
    except GitError as error:
        raise TreeError(str(error)) from error
    architectures = [_text(n).removeprefix("arch/") for n in listed.split(b"\0") if n]
    files = [SourceFile(_text(n), blobs[n]) for n in names if n in blobs]
    return _tree(f"{path}@{revision}", blobs.get(b"Makefile"), architectures, files)


def _blobs(repository: Path, commit: str, names: list[bytes]) -> dict[bytes, bytes]:
    asked = b"".join(commit.encode() + b":" + name + b"\n" for name in names)
    out = git(repository, "cat-file", "--batch", stdin=asked)
    found: dict[bytes, bytes] = {}
    at = 0
    for name in names:
        end = out.index(b"\n", at)
        head = out[at:end].split()
        at = end + 1
        if len(head) != 3 or head[1] != b"blob":
            continue
        size = int(head[2])
        found[name] = out[at : at + size]
        at += size + 1
    return found
