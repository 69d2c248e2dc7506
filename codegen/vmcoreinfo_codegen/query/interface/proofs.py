# SPDX-License-Identifier: MIT
"""The answer of `prove`."""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import Answer

Came = Literal["ok", "degraded", "wrong", "fatal"]
Expected = Literal["ok", "degraded", "unknown", "wrong", "fatal"]


class ProvedCell(Answer):
    """A run of a tool on a dump."""

    run: str = described("the command, such as `filter`")
    level: int | None = described("the dump level; null for a command without one")
    without: list[str] = described("the entries that were removed")
    predicted: Expected = described("the worst of the purposes that count for the run")
    purposes: list[str] = described("the purposes with that verdict, if it is not ok")
    came: Came
    seen: str
    by: str = described("the reference that the result was compared with")
    agrees: bool
    recorded: bool = described(
        "whether it was recorded as an observation; a run on a whole note that serves as its "
        "own reference is not"
    )


class ProvedDump(Answer):
    """The runs of a tool on one dump."""

    path: str
    dump: str | None = described("its name in a record; null if it could not be used")
    kernel: str | None
    arch: str | None
    error: str | None = described("why there are no cells, or not all of them")
    cells: list[ProvedCell]


class Proofs(Answer):
    """`vmcoreinfo prove --format json`"""

    consumer: str
    release: str
    build: str
    cells: int
    agree: int
    dumps: list[ProvedDump]
