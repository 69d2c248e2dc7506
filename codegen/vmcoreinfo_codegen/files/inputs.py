# SPDX-License-Identifier: MIT
"""Names of many inputs: files in folders, matching patterns or in lists, one after the other."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Container, Iterable, Iterator
from io import BufferedReader

MOST_NAME = 1 << 16
"""Most bytes of a name in a list; no system has longer ones."""
_CHUNK = 1 << 16


class NoInput(OSError):
    """A name without a file; `filename` and `strerror` say which and why."""


def named(
    names: Iterable[str], passed: Container[str] = (), left_out: str | None = None
) -> Iterator[str]:
    """The inputs that names stand for, in a fixed order; names in `passed` are not files.

    A folder stands for all files below it, except hidden ones, in the order of their names; a
    pattern such as `**/vmcore` for all that match, and any other name for itself. `left_out` is the
    file of the results. Raises NoInput if a name stands for none, and OSError.
    """
    out = _identity(left_out) if left_out is not None else None
    for name in names:
        if name in passed:
            yield name
        elif os.path.isdir(name):
            found = False
            for path in _below(name):
                if out is None or _identity(path) != out:
                    found = True
                    yield path
            if not found:
                raise NoInput(0, "the folder has no files", name)
        elif glob.has_magic(name) and not os.path.lexists(name):
            paths = sorted(path for path in glob.iglob(name, recursive=True) if _is_file(path))
            if not paths:
                raise NoInput(0, "no file matches the pattern", name)
            yield from (path for path in paths if out is None or _identity(path) != out)
        else:
            yield name


def listed(stream: BufferedReader, name: str, separator: bytes) -> Iterator[str]:
    """The names in a list, ended by newlines or NULs. Raises NoInput if one is too long."""
    rest = b""
    number = 0
    while chunk := stream.read1(_CHUNK):
        *names, rest = (rest + chunk).split(separator)
        for one in names:
            number += 1
            if one.strip():
                yield os.fsdecode(one)
        if len(rest) > MOST_NAME:
            raise NoInput(
                0,
                f"a name of more than {MOST_NAME} bytes; write one name per line",
                f"{name}:{number + 1}",
            )
    if rest.strip():
        yield os.fsdecode(rest)


def _below(folder: str) -> Iterator[str]:
    # Not recursive: folders may be nested as deep as the system allows.
    left = [folder]
    while left:
        path = left.pop()
        if not os.path.isdir(path) or (os.path.islink(path) and path != folder):
            if _is_file(path):
                yield path
            continue
        try:
            with os.scandir(path) as entries:
                inside = sorted(entry.path for entry in entries if not entry.name.startswith("."))
        except OSError:
            # Reading it reports why it can't be read.
            yield path
        else:
            left.extend(reversed(inside))


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        # Reading it reports the error.
        return True


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
