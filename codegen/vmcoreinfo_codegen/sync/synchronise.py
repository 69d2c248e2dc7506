# SPDX-License-Identifier: MIT
"""Updates a folder's schema files to what a kernel tree exports, and describes the result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..check import check_files
from ..core.release import Release
from ..kernel.extract import Extraction
from ..kernel.git import GitError, Repository
from ..kernel.pickaxe import commit_of, source_text
from ..model import Schema
from ..model.builder import parse_files
from ..model.store.files import read_files
from ..model.timeline import in_mainline, newest
from ..problem import Problem, SchemaError
from ..query.interface.schemas import ByHand, Renamed, Synced
from ..query.problems import reported
from ..syntax.format import format_file
from . import edited
from .apply import Commits, apply
from .plan import plan as planned
from .steps import (
    Add,
    Close,
    Declare,
    Depend,
    Locate,
    Move,
    Open,
    Plan,
    Print,
    Redefine,
    Reformat,
    ReformatKind,
    Step,
)

_DONE: dict[str, tuple[type[Step], ...]] = {
    "architecture declared": (Declare,),
    "closed": (Close,),
    "opened again": (Open,),
    "added": (Add,),
    "condition changed": (Depend,),
    "format changed": (Reformat, ReformatKind),
    "printed by another macro": (Print,),
    "macro changed": (Redefine,),
    "printed in another file": (Move,),
    "source file added": (Locate,),
}


@dataclass(frozen=True)
class Unsaid:
    """A change that a schema can't express, and why."""

    key: str
    reason: str


class SyncError(Exception):
    """A release to which the schema can't be updated."""


@dataclass(frozen=True)
class Synchronised:
    """Schema files before and after a plan was applied; `after` has only those that changed.

    `is_declared` tells whether the release was declared before. `schema` and `problems` are read
    from the files after the edit. `refused` are changes that the schema can't express; if there are
    any, nothing may be written.
    """

    plan: Plan
    is_declared: bool
    before: Mapping[str, str]
    after: Mapping[str, str]
    schema: Schema
    problems: tuple[Problem, ...]
    refused: tuple[Unsaid, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def answer(self) -> Synced:
        return Synced(
            release=str(self.plan.release.branch),
            declared=not self.is_declared,
            steps=self._keys(),
            files=[] if self.refused else list(self.after),
            renames=[Renamed(**vars(rename)) for rename in self.plan.renames],
            by_hand=[
                *(ByHand(key=todo.key, reason=todo.reason) for todo in self.plan.by_hand),
                *(ByHand(key=one.gone, reason=one.question) for one in self.plan.renames),
            ],
            refused=[ByHand(key=unsaid.key, reason=unsaid.reason) for unsaid in self.refused],
            problems=reported(self.problems),
        )

    def summary(self) -> str:
        """A summary of the changes for a commit message."""
        branch = self.plan.release.branch
        if not self.after and self.plan.by_hand:
            return f"Nothing changed for {branch}: the differences must be resolved by hand.\n"
        if not self.after:
            return f"The schema matches the tree; nothing to do for {branch}.\n"
        lines = [f"schema: Linux {branch}", ""]
        if not self.is_declared:
            lines.append(f"Declare {branch}.")
        for word, keys in self._keys().items():
            lines.append(f"{word[0].upper()}{word[1:]}:")
            lines += [f"- {key}" for key in keys]
        if self.plan.renames:
            lines.append("Possibly renamed, please confirm:")
            lines += [f"- {rename.gone} to {rename.came}" for rename in self.plan.renames]
        return "\n".join([*lines, ""])

    def diff(self) -> str:
        """The changes as a unified diff."""
        return edited.diff(self.before, self.after)

    def write(self, folder: Path) -> None:
        """Write changed files to the folder from which they were read. Raises OSError."""
        edited.write(folder, self.after)

    def _keys(self) -> dict[str, list[str]]:
        """Keys, with their architectures, by the change made to them."""
        found = {
            word: [_told(step) for step in self.plan.steps if isinstance(step, kinds)]
            for word, kinds in _DONE.items()
        }
        return {word: keys for word, keys in found.items() if keys}


def synchronise(
    folder: Path,
    schema: Schema,
    plan: Plan,
    date: str,
    commits: Commits,
    extraction: Extraction | None = None,
) -> Synchronised:
    """Apply a plan to the texts of a folder's files, from which `schema` was read.

    Nothing is written. `date` is the release's, if it is not declared yet. The new schema is
    compared with `extraction`, the tree of the plan, and has to match. Raises SchemaError, OSError.
    """
    texts = dict(read_files(folder))
    problems: list[Problem] = []
    files = parse_files(texts.items(), problems)
    after = {
        file.path: format_file(file)
        for file in apply(plan, files, schema, date, commits)
        if file not in files
    }
    new, found = checked({**texts, **after}, schema)
    refused = _unsaid(plan, new_errors(found, texts, schema))
    if not refused and extraction is not None:
        refused = _left(planned(new, extraction, plan.release))
    is_declared = schema.is_declared(plan.release)
    return Synchronised(plan, is_declared, texts, after, new, tuple(found), tuple(refused))


def checked(texts: Mapping[str, str], schema: Schema) -> tuple[Schema, list[Problem]]:
    """The schema and the problems of files; if they can't be read at all, `schema` instead."""
    try:
        return check_files(texts.items())
    except SchemaError as error:
        return schema, list(error.problems)


def new_errors(after: Iterable[Problem], texts: Mapping[str, str], schema: Schema) -> list[Problem]:
    """Errors that the files did not have before, compared by message, as an edit moves lines."""
    errors = [problem for problem in after if problem.severity == "error"]
    before = checked(texts, schema)[1] if errors else []
    known = {(problem.rule, problem.message) for problem in before}
    return [p for p in errors if (p.rule, p.message) not in known]


def _unsaid(plan: Plan, errors: Iterable[Problem]) -> list[Unsaid]:
    """The changes that cause errors: a step whose key is in the message, else the error's
    location.
    """
    keys = {_key(step): step for step in plan.steps}
    found = []
    for error in errors:
        named = [key for key in keys if _names(error.message, key)]
        about = _told(keys[max(named, key=len)]) if named else str(error.location)
        found.append(Unsaid(about, f"{error.message} ({error.rule})"))
    return found


def _names(message: str, key: str) -> bool:
    return (
        key in message and re.search(rf"(?<![\w(]){re.escape(key)}(?![\w)])", message) is not None
    )


def _left(plan: Plan) -> list[Unsaid]:
    """The changes that would remain after a plan is applied."""
    reason = "the schema would still differ from the tree after these changes"
    return [Unsaid(_told(step), reason) for step in plan.steps]


def release_to_sync(schema: Schema, text: str) -> Release:
    """The mainline release to update the schema to. Raises SyncError."""
    try:
        release = Release.parse(text)
    except ValueError as error:
        raise SyncError(str(error)) from error
    if release.is_stable:
        raise SyncError(
            f"release {release}: stable releases are declared by hand with 'backport'; give the "
            f"mainline release {release.branch}"
        )
    if not schema.is_declared(release) and release.branch < schema.latest:
        raise SyncError(f"release {release} is older than {schema.latest}, but not declared")
    return release


def commits_of(plan: Plan, repository: Repository, revision: str) -> tuple[Commits, str]:
    """The commits of added, removed and moved keys, by key or file, and what stopped the search, or
    empty."""
    found: dict[str, str] = {}
    for about, text, path in _calls(plan):
        try:
            commit = commit_of(repository, revision, text, path)
        except GitError as error:
            return found, f"no commits recorded for {about} and later entries: {error}"
        if commit is not None:
            found[about] = commit
    return found, ""


def _calls(plan: Plan) -> Sequence[tuple[str, str, str | None]]:
    """Added and removed keys, and files to which some moved, each with the text of a call.

    The call of a key is in the kernel that has it, in any file; that of a file is in this file.
    """
    found: list[tuple[str, str, str | None]] = []
    for step in plan.steps:
        match step:
            case Close(key=key, export=export):
                via = in_mainline(export.vias, plan.release.branch.eve) or newest(export.vias)
                if via is not None:
                    found.append((key, source_text(key, via.macro), None))
            case Open(printed=printed) | Add(printed=printed):
                found.append((printed.key, source_text(printed.key, printed.macro), None))
            case Move(path=path, printed=printed):
                found.append((path, source_text(printed.key, printed.macro), path))
    return found


def _told(step: Step) -> str:
    """The key of a step, with its architectures unless it is for all."""
    match step:
        case Add(archs=archs) | Locate(archs=archs):
            pass
        case Move(files=files):
            archs = files.archs
        case Declare() | Redefine() | ReformatKind():
            archs = None
        case _:
            archs = step.export.archs
    return _key(step) + (f" on {' '.join(archs)}" if archs else "")


def _key(step: Step) -> str:
    match step:
        case Add(printed=printed):
            return printed.key
        case Declare(arch=arch):
            return arch.name
        case Redefine(macro=macro):
            return macro.name
        case ReformatKind(default=default):
            return f"kind {default.kind}"
        case Move(path=path) | Locate(path=path):
            return path
        case _:
            return step.key
