# SPDX-License-Identifier: MIT
"""Answers of verbs that check, change and use the files of a schema."""

from __future__ import annotations

from ...record import described
from .answer import Answer, KernelLine


class CheckProblem(Answer):
    """A problem of the schema; line and column count from 1."""

    path: str
    line: int
    column: int
    severity: str
    rule: str
    message: str
    hint: str


class Check(Answer):
    """`vmcoreinfo check --format json`"""

    problems: list[CheckProblem]


class ByHand(Answer):
    """Something that `sync` leaves to people, and why."""

    key: str
    reason: str


class Renamed(Answer):
    """A key that may have been renamed; `place` is where the new key is printed."""

    gone: str
    came: str
    place: str


class Synced(Answer):
    """The changes that bring the schema up to date with a kernel tree."""

    release: str
    declared: bool = described("whether the release was declared")
    steps: dict[str, list[str]] = described("the keys for each kind of change")
    files: list[str] = described("files that changed, or would change")
    renames: list[Renamed] = described("for people to confirm")
    by_hand: list[ByHand]
    refused: list[ByHand] = described(
        "changes that the schema can't express; if there are any, nothing is written"
    )
    problems: list[CheckProblem] = described("problems that the linter finds in the new schema")


class LineSynced(Answer):
    """The changes that bring a vendor's line up to date with the tree of a build."""

    line: KernelLine
    written: str | None = described(
        "the head of the written block, such as `build 570 to 570.12.1 as 9.6`; null if "
        "nothing differs"
    )
    steps: dict[str, list[str]] = described(
        "the keys, with their architectures, for each kind of change"
    )
    files: list[str] = described("files that changed, or would change")
    by_hand: list[ByHand]
    refused: list[ByHand] = described(
        "changes that the schema can't express; if there are any, nothing is written"
    )
    problems: list[CheckProblem] = described("problems that the linter finds in the new schema")


class Generated(Answer):
    """`vmcoreinfo generate --format json`"""

    stale: list[str]
    written: list[str]
    removed: list[str]
    unchanged: int


class MadeBy(Answer):
    """The version and the schema hash recorded in a product."""

    version: str
    schema_hash: str


class RegeneratedProduct(Answer):
    """A file; `before` and `now` are the same if it is unchanged."""

    path: str
    command: str = described("the command recorded in the file")
    state: str = described("unchanged, written, or with --check stale")
    before: MadeBy
    now: MadeBy
    added: list[str] = described("keys that it knows now, but did not before")
    removed: list[str] = described("keys that it knew before, but no longer does")


class Regenerated(Answer):
    """`vmcoreinfo regenerate --format json`"""

    products: list[RegeneratedProduct]


class Formatted(Answer):
    """`vmcoreinfo fmt --format json`"""

    changed: list[str]
    problems: list[CheckProblem]
