# SPDX-License-Identifier: MIT
"""The reads of a tool's successive releases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kernel.git import Repository
from ..model import Schema
from ..model.consumer import Consumer
from .files import files_at
from .reading import ToolReading, reading_of
from .releases import ReleaseTag


def walked(
    schema: Schema, consumer: Consumer, repository: Repository, tags: Iterable[ReleaseTag]
) -> Iterator[tuple[ReleaseTag, ToolReading]]:
    """Read the tree of each tag. Raises TreeError."""
    for tag in tags:
        files = files_at(consumer, repository, tag.tag)
        yield tag, reading_of(f"{repository.path}@{tag.tag}", files, schema, consumer)
