# SPDX-License-Identifier: MIT
"""Results of many inputs in a file, one JSON document per line; a later run appends the missing
ones.
"""

from __future__ import annotations

import json
import os
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any

MOST_LINE = 64 << 20
"""Most bytes of a line; an input has at most 1000 findings of each rule."""


class ResultsError(ValueError):
    """A file that contains something other than results; the message says where."""


class Done:
    """The inputs that have results, stored in eight bytes each."""

    def __init__(self, hashes: array[int]) -> None:
        self._hashes = array("Q", sorted(hashes))

    def __contains__(self, name: str) -> bool:
        wanted = _hash(name)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted

    def __len__(self) -> int:
        return len(self._hashes)


def read_earlier(path: str, take: Callable[[Any], str]) -> Done:
    """Read the results of an earlier run, and remove an incomplete last line.

    `take` gets each result, and returns the name of its input; if it raises ValueError, KeyError or
    TypeError, the line is not a result. Raises ResultsError, OSError.
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
