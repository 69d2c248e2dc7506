# SPDX-License-Identifier: MIT
"""Observations of a tool: runs of its releases on whole dumps."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, overload

from ..core.tool import ToolRelease
from ..record import Form
from .base import ReleaseField
from .vocabulary import DumpFormat, Verdict

if TYPE_CHECKING:
    from .consumer import Consumer

ToolField = Annotated[ToolRelease, Form(str, {"type": "string"})]

UPSTREAM = "upstream"
"""A build of a release without a distribution's patches."""


class Seen(NamedTuple):
    """A run of one release on one dump, and its result.

    `dump` is the name of the dump in the record, `kernel` the kernel's, and `branch` its mainline
    release. `build` is the distribution's build of the tool, `has` the kinds of pages in the dump
    that not every dump has. `read` is a digest of the note's entries that the release reads. Not a
    dataclass, because the cached model, which every question loads, has thousands.
    """

    release: ToolField
    build: str
    arch: str
    kernel: str
    branch: ReleaseField
    dump: str
    format: DumpFormat
    has: tuple[str, ...]
    command: str
    level: int | None
    came: Verdict
    by: str
    read: str


class Runs(Sequence[Seen]):
    """Runs that are created from plain tuples on access, because most questions need none.

    Otherwise thousands would be created whenever a cached model is loaded.
    """

    def __init__(self, rows: Iterable[tuple[object, ...]]) -> None:
        self._rows = tuple(map(tuple, rows))

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Seen: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Seen]: ...

    def __getitem__(self, place: int | slice) -> Seen | Sequence[Seen]:
        if isinstance(place, slice):
            return Runs(self._rows[place])
        return Seen._make(self._rows[place])

    def __iter__(self) -> Iterator[Seen]:
        return map(Seen._make, self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(self._rows)

    def __reduce__(self) -> tuple[type[Runs], tuple[object]]:
        return Runs, (self._rows,)


NOTHING_SEEN = Runs(())
RunsField = Annotated[Runs, Form(list, {"type": "array"})]


def build_name(build: str) -> str:
    """The build of an observation as a `build` clause names it: `debian 1:1.6.8-4` is
    `debian-1.6.8-4`."""
    distribution, _, version = build.partition(" ")
    if not version:
        return build
    # Names lack the other characters that package versions may have.
    words = "".join(c if c.isalnum() or c == "." else "-" for c in version.rpartition(":")[2])
    return "-".join([distribution, *(word for word in words.split("-") if word)])


def read_digest(consumer: Consumer, release: ToolRelease, keys: Iterable[str]) -> str:
    """A digest in eight digits of the given keys that a release reads."""
    there = frozenset(keys)
    text = "\n".join(sorted(key for key in consumer.keys_of(release) if key in there))
    return f"{zlib.crc32(text.encode()):08x}"
