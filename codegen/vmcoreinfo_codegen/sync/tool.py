# SPDX-License-Identifier: MIT
"""Updates a consumer in the schema to the tagged releases of its repository.

Each new release is declared, with its date. A need that was only in the repository, `since next`,
begins with the first release that reads its keys. Other new reads are reported, and people have to
tell their purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ..core.tool import NEXT, ToolRelease
from ..model import Schema
from ..model.builder import parse_files
from ..model.consumer import Alternative, Consumer
from ..model.store.files import read_files
from ..problem import Problem
from ..query.interface.schemas import ByHand
from ..query.interface.tools import ToolSynced
from ..query.problems import reported
from ..query.tool_history import TaggedReads
from ..query.tool_reads import Where
from ..syntax import tree
from ..syntax.format import format_file
from . import edited
from .apply import MADE, Files, word
from .synchronise import checked, new_errors


@dataclass(frozen=True)
class Dated:
    """A release of a tool, its date, and the keys it reads."""

    date: str
    reads: TaggedReads

    @property
    def release(self) -> ToolRelease:
        return self.reads.release


@dataclass(frozen=True)
class DeclareRelease:
    """A release that is not in the schema."""

    release: ToolRelease
    date: str


@dataclass(frozen=True)
class Released:
    """An alternative of a need that was in no release, and is in this one."""

    purpose: str
    alternative: Alternative
    release: ToolRelease

    @property
    def told(self) -> str:
        return f"{' + '.join(self.alternative.keys)} since {self.release} ({self.purpose})"


ToolStep = DeclareRelease | Released


@dataclass
class ToolPlan:
    """The changes to a consumer, and what is left to people."""

    consumer: Consumer
    steps: list[ToolStep] = field(default_factory=list)
    by_hand: list[ByHand] = field(default_factory=list)

    @property
    def declared(self) -> list[str]:
        return [str(step.release) for step in self.steps if isinstance(step, DeclareRelease)]


@dataclass(frozen=True)
class ToolSynchronised:
    """The schema files before and after; `after` has only those that changed."""

    plan: ToolPlan
    before: edited.Texts
    after: edited.Texts
    schema: Schema
    problems: tuple[Problem, ...]
    is_sound: bool
    """Whether the edit caused no new error."""

    def answer(self) -> ToolSynced:
        released = [step.told for step in self.plan.steps if isinstance(step, Released)]
        return ToolSynced(
            tool=self.plan.consumer.name,
            declared=self.plan.declared,
            steps={"released": released} if released else {},
            files=list(self.after),
            by_hand=self.plan.by_hand,
            problems=reported(self.problems),
        )

    def summary(self) -> str:
        """A summary of the changes for a commit message."""
        name = self.plan.consumer.name
        if not self.plan.steps:
            return f"The schema has every tagged release of {name}.\n"
        lines = [f"schema: {name} {', '.join(self.plan.declared)}", ""]
        released = [step.told for step in self.plan.steps if isinstance(step, Released)]
        if released:
            lines += ["Released:", *(f"- {told}" for told in released)]
        return "\n".join([*lines, ""])


def plan_tool(consumer: Consumer, tagged: Iterable[Dated]) -> ToolPlan:
    """The changes to the schema for the tagged releases, in their order."""
    made = ToolPlan(consumer)
    waiting = [
        (need.purpose, alternative)
        for need in consumer.needs
        for alternative in need.alternatives
        if alternative.since is not None and alternative.since.is_next
    ]
    read: Mapping[str, Where] = {}
    for dated in tagged:
        now = dated.reads.reads
        if consumer.release(dated.release) is None and dated.release > consumer.latest:
            made.steps.append(DeclareRelease(dated.release, dated.date))
            come = [one for one in waiting if _is_new(one[1], now, read)]
            waiting = [one for one in waiting if one not in come]
            made.steps += [Released(purpose, one, dated.release) for purpose, one in come]
            told = {key for _, one in come for key in one.keys}
            made.by_hand += _left(consumer, dated, read, told)
        read = now
    if made.steps:
        made.by_hand += [
            ByHand(key=purpose, reason=f"line {one.location.line} is not released; check again")
            for purpose, one in waiting
        ]
    return made


def _is_new(one: Alternative, now: Mapping[str, Where], before: Mapping[str, Where]) -> bool:
    """Whether a release reads all keys of an alternative, and the release before did not."""
    return now.keys() >= set(one.keys) and not before.keys() >= set(one.keys)


def _left(
    consumer: Consumer, dated: Dated, before: Mapping[str, Where], told: set[str]
) -> Iterator[ByHand]:
    """Keys that a release starts or stops reading, and other findings, for people to handle."""
    now, release = dated.reads.reads, dated.release
    silent = told | set(consumer.passed_keys)
    for key in sorted(now.keys() - before.keys() - silent):
        known = "needs of older releases have it" if key in consumer.keys else "not in any need"
        yield ByHand(
            key=key, reason=f"{release} reads it, but the previous release did not; {known}"
        )
    for key in sorted(before.keys() - now.keys() - silent):
        reason = f"{release} no longer reads it: add 'until {release}' to its needs"
        yield ByHand(key=key, reason=reason)
    if any(one.kernels is not None for one in consumer.releases):
        reason = f"add the kernels that {release} declares to support as 'kernels' in its line"
        yield ByHand(key=f"{consumer.name} {release}", reason=reason)


def synchronise_tool(folder: Path, schema: Schema, plan: ToolPlan) -> ToolSynchronised:
    """Apply a plan to the texts of a folder's files; writes nothing. Raises SchemaError,
    OSError.
    """
    texts = dict(read_files(folder))
    problems: list[Problem] = []
    files = parse_files(texts.items(), problems)
    edits = Files(files, schema)
    for step in plan.steps:
        edits.edit(plan.consumer.location, partial(_with, step))
    after = {file.path: format_file(file) for file in edits.files if file not in files}
    new, found = checked({**texts, **after}, schema)
    is_sound = not new_errors(found, texts, schema)
    return ToolSynchronised(plan, texts, after, new, tuple(found), is_sound)


def _with(step: ToolStep, block: tree.Block) -> tree.Block:
    match step:
        case DeclareRelease(release=release, date=date):
            return _declaring(block, str(release), date)
        case Released(alternative=alternative, release=release):
            line = alternative.location.line
            return replace(block, body=_released(block.body, line, str(release)))


def _declaring(block: tree.Block, release: str, date: str) -> tree.Block:
    """The block with another release after the last one."""
    clause = tree.ToolRelease(*MADE, word(release), word(date), None)
    last = max(i for i, node in enumerate(block.body) if isinstance(node, tree.ToolRelease))
    return replace(block, body=(*block.body[: last + 1], clause, *block.body[last + 1 :]))


def _released(nodes: Sequence[tree.Node], line: int, release: str) -> tuple[tree.Node, ...]:
    """The nodes with a release instead of `next` in the clause at a line."""
    found: list[tree.Node] = []
    for node in nodes:
        if isinstance(node, tree.Need):
            node = replace(node, body=_released(node.body, line, release))
        elif (
            isinstance(node, tree.Alternative)
            and node.line == line
            and node.range is not None
            and str(node.range.since) == NEXT
        ):
            node = replace(node, range=replace(node.range, since=word(release)))
        found.append(node)
    return tuple(found)
