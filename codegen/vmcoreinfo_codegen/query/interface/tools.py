# SPDX-License-Identifier: MIT
"""Answers about the sources of tools."""

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
    arch: str | None = described("null if the code handles dumps of all architectures")
    file: str
    line: int
    function: str | None
    form: str = described("the matching 'form' of the schema")
    base: list[int] = described(
        "bases in which the value is parsed as a number, in order; empty if the code does not "
        "show any"
    )
    required: bool | None = described(
        "whether the function fails without it; null if the code does not show that"
    )


class ToolExtracted(Answer):
    """What the sources of a tool read."""

    tool: str
    tree: str
    files: int = described("number of source files that were read")
    reads: list[ToolRead]
    not_understood: list[NotUnderstood]


class ToolChange(Answer):
    """A disagreement between sources and schema about a key."""

    change: Disagreement = described(
        "extra: it is read, but not in any need; missing: it is in a need, but not read; "
        "boundary: it is read, but only in needs of other releases; base: it is read in "
        "another base than 'reads' says"
    )
    key: str
    archs: list[str] | None = described("null for all")
    in_schema: str | None
    in_tree: str | None
    file: str = described("in the tree, or in the schema if nothing in the tree reads the key")
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
    """The releases that read a key, and those that need it according to the schema, on
    architectures that share them.

    Spans are `first..last`; `differs` are the tags for which only one of the two has it.
    """

    key: str
    archs: list[str] | None
    seen: list[str]
    in_schema: list[str]
    differs: list[str]


class ToolTag(Answer):
    """A tag, and the keys that its release reads in addition to the previous one."""

    tag: str
    release: str
    came: list[str]
    went: list[str]
    not_understood: int


class ToolHistory(Answer):
    """What the releases of a tool read, according to the tags of its repository."""

    tool: str
    repository: str
    tags: list[ToolTag]
    entries: list[ToolLife]


class ToolSynced(Answer):
    """The changes that bring a tool's releases up to date with its repository."""

    tool: str
    declared: list[str] = described("releases that were declared")
    steps: dict[str, list[str]] = described("the changes, by kind")
    files: list[str] = described("files that changed, or would change")
    by_hand: list[ByHand]
    problems: list[CheckProblem] = described("problems that the linter finds in the new schema")


class Extract(Answer):
    """`vmcoreinfo extract --format json`: for a kernel, or with --consumer for a tool"""

    one_of = (Extracted, ToolExtracted)


class Diff(Answer):
    """`vmcoreinfo diff --format json`: for two kernels, with --kernel for schema and tree, with
    --consumer for the schema and a tool's tree"""

    one_of = (Difference, TreeDifference, ToolDifference)


class Histories(Answer):
    """`vmcoreinfo history --format json`: for a kernel, or with --consumer for a tool"""

    one_of = (History, ToolHistory)


class Syncs(Answer):
    """`vmcoreinfo sync --format json`: for a kernel tree, for a vendor's tree, or with --consumer
    for a tool's repository"""

    one_of = (Synced, LineSynced, ToolSynced)
