# SPDX-License-Identifier: MIT
"""What verbs print of the sources of tools."""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import Answer
from .kernels import Difference, Extracted, History, NotUnderstood, TreeDifference
from .schemas import ByHand, CheckProblem, LineSynced, Synced

Disagreement = Literal["extra", "missing", "boundary", "base"]


class ToolRead(Answer):
    """A place that reads a key."""

    key: str
    arch: str | None = described("null if it is for the dumps of all architectures")
    file: str
    line: int
    function: str | None
    form: str = described("the form of the schema that it has")
    base: list[int] = described(
        "bases in which the value is read as a number, in their order; empty if none shows"
    )
    required: bool | None = described(
        "whether the function gives up without it; null if the code does not show it"
    )


class ToolExtracted(Answer):
    """What the sources of a tool read."""

    tool: str
    tree: str
    files: int = described("sources that were looked at")
    reads: list[ToolRead]
    not_understood: list[NotUnderstood]


class ToolChange(Answer):
    """Where sources and schema say something else of a key."""

    change: Disagreement = described(
        "extra: it is read, and no need has it; missing: a need has it, and nothing reads it; boundary: "
        "it is read, and only other releases have a need for it; base: it is read in another base than"
        " 'reads' says"
    )
    key: str
    archs: list[str] | None = described("null for all")
    in_schema: str | None
    in_tree: str | None
    file: str = described("of the tree, or of the schema where nothing in the tree reads the key")
    line: int


class ToolDifference(Answer):
    """What the sources of a tool read, compared with its needs."""

    tool: str
    tree: str
    release: str
    compared: int = described("keys compared")
    changes: list[ToolChange]
    not_understood: int


class ToolLife(Answer):
    """Releases that read a key, and those that need it by the schema; on architectures where that
    is the same.

    Spans are `first..last`; `differs` are the tags in which only one of them has it.
    """

    key: str
    archs: list[str] | None
    seen: list[str]
    in_schema: list[str]
    differs: list[str]


class ToolTag(Answer):
    """A tag, and what its release reads that the one before did not."""

    tag: str
    release: str
    came: list[str]
    went: list[str]
    not_understood: int


class ToolHistory(Answer):
    """What the releases of a tool read, as the tags of its repository have it."""

    tool: str
    repository: str
    tags: list[ToolTag]
    entries: list[ToolLife]


class ToolSynced(Answer):
    """What was done to bring a tool's releases up to its repository."""

    tool: str
    declared: list[str] = described("releases that had to be declared")
    steps: dict[str, list[str]] = described("what was done, by its kind")
    files: list[str] = described("files that changed, or would")
    by_hand: list[ByHand]
    problems: list[CheckProblem] = described("what the linter finds in the new schema")


class Extract(Answer):
    """`vmcoreinfo extract --format json`: of a kernel, or with --consumer of a tool"""

    one_of = (Extracted, ToolExtracted)


class Diff(Answer):
    """`vmcoreinfo diff --format json`: of two kernels, with --kernel of schema and tree, with --consumer of schema and a tool's tree"""

    one_of = (Difference, TreeDifference, ToolDifference)


class Histories(Answer):
    """`vmcoreinfo history --format json`: of a kernel, or with --consumer of a tool"""

    one_of = (History, ToolHistory)


class Syncs(Answer):
    """`vmcoreinfo sync --format json`: with a kernel tree, with that of a vendor, or with --consumer with a tool's repository"""

    one_of = (Synced, LineSynced, ToolSynced)
