# SPDX-License-Identifier: MIT
"""Answers of verbs that check, change and use the files of a schema."""

from __future__ import annotations

from ...record import described
from .answer import Answer, KernelLine


class CheckProblem(Answer):
    """One problem of the schema; line and column count from 1."""

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
    """What `sync` leaves to people, and why."""

    key: str
    reason: str


class Renamed(Answer):
    """A key that may have another name now; `place` is where that is printed."""

    gone: str
    came: str
    place: str


class Synced(Answer):
    """What was done to bring the schema up to a kernel tree."""

    release: str
    declared: bool = described("whether the release had to be declared")
    steps: dict[str, list[str]] = described("keys by what was done to them")
    files: list[str] = described("files that changed, or would")
    renames: list[Renamed] = described("for people to confirm")
    by_hand: list[ByHand]
    refused: list[ByHand] = described(
        "what the schema can't say; if there is any, nothing is written"
    )
    problems: list[CheckProblem] = described("what the linter finds in the new schema")


class LineSynced(Answer):
    """What was done to bring the line of a vendor up to the tree of a build."""

    line: KernelLine
    written: str | None = described(
        "the head of the block that says it, as `build 570 to 570.12.1 as 9.6`; null if nothing is "
        "to be said"
    )
    steps: dict[str, list[str]] = described(
        "keys, with their architectures, by what is said of them"
    )
    files: list[str] = described("files that changed, or would")
    by_hand: list[ByHand]
    refused: list[ByHand] = described(
        "what the schema can't say; if there is any, nothing is written"
    )
    problems: list[CheckProblem] = described("what the linter finds in the new schema")


class Generated(Answer):
    """`vmcoreinfo generate --format json`"""

    stale: list[str]
    written: list[str]
    removed: list[str]
    unchanged: int


class MadeBy(Answer):
    """What a product says of itself: the version of the tool, and the hash of its part of the
    schema.
    """

    version: str
    schema_hash: str


class RegeneratedProduct(Answer):
    """One file; `before` and `now` are the same where it is unchanged."""

    path: str
    command: str = described("what made it, as it is in the file")
    state: str = described("unchanged, written, or with --check stale")
    before: MadeBy
    now: MadeBy
    added: list[str] = described("keys that it knows now and did not")
    removed: list[str] = described("keys that it knew and does not any more")


class Regenerated(Answer):
    """`vmcoreinfo regenerate --format json`"""

    products: list[RegeneratedProduct]


class Formatted(Answer):
    """`vmcoreinfo fmt --format json`"""

    changed: list[str]
    problems: list[CheckProblem]
