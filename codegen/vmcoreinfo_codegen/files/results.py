# SPDX-License-Identifier: MIT
"""Results of many inputs in a file, a JSON document a line, to which a later run adds the others."""

from __future__ import annotations

import json
import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

MOST_LINE = 64 << 20
"""Bytes; an input has at most 1000 findings of each rule."""


class ResultsError(ValueError):
    """A file that has something else than results; says where."""


class Done:
    """The inputs that results are there for, in eight bytes each."""

    def __init__(self, hashes: array[int]) -> None:
        self._hashes = array("Q", sorted(hashes))

    def __contains__(self, name: str) -> bool:
        wanted = _hash(name)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted

    def __len__(self) -> int:
        return len(self._hashes)


def read_earlier(path: str, take: Callable[[Any], str]) -> Done:
    """Read the results of an earlier run, and cut off a last line that it did not finish.

    `take` is given each, and says which input it is of; what it raises of ValueError, KeyError or
    TypeError makes it none. Raises ResultsError, OSError.
    """
    hashes = array("Q")
    end = 0
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(_lines(file, path), 1):
                if not line.endswith(b"\n"):
                    break
                try:
                    hashes.append(_hash(take(json.loads(line))))
                except (ValueError, KeyError, TypeError, RecursionError) as error:
                    raise ResultsError(
                        f"{path}:{number}: not a result of an earlier run; --resume continues a "
                        "file written by the same command"
                    ) from error
                end += len(line)
    except FileNotFoundError:
        return Done(hashes)
    os.truncate(path, end)
    return Done(hashes)


def _lines(file: Any, path: str) -> Iterator[bytes]:
    number = 0
    while line := file.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE:
            raise ResultsError(f"{path}:{number}: a line of {MOST_LINE} bytes or more")
        yield line


def _hash(name: str) -> int:
    data = name.encode("utf-8", "surrogateescape")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")
