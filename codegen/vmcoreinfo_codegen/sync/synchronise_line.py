# SPDX-License-Identifier: MIT
"""Updates a vendor's line to what the tree of a build exports, and describes the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..kernel.extract import Extraction
from ..model import Schema
from ..model.builder import parse_files
from ..model.kernel import kernel_named
from ..model.store.files import read_files
from ..problem import Problem
from ..query.interface.schemas import ByHand, LineSynced
from ..query.kernel_line import kernel_line
from ..query.problems import reported
from ..syntax.format import format_file
from .build import LinePlan, apply_build, plan_build
from .line import LineStep
from .synchronise import checked, new_errors


@dataclass(frozen=True)
class LineSynchronised:
    """Schema files before and after a plan was applied; `after` has only those that changed.

    `schema` and `problems` are read from the files after the edit. `refused` are changes that the
    schema can't express; if there are any, nothing may be written.
    """

    plan: LinePlan
    before: Mapping[str, str]
    after: Mapping[str, str]
    schema: Schema
    problems: tuple[Problem, ...]
    refused: tuple[ByHand, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def answer(self) -> LineSynced:
        line = kernel_line(kernel_named(self.schema, self.plan.kernel.name))
        assert line is not None
        return LineSynced(
            line=line,
            written=self.plan.written,
            steps=_keys(self.plan.steps),
            files=[] if self.refused else list(self.after),
            by_hand=[ByHand(key=todo.key, reason=todo.reason) for todo in self.plan.by_hand],
            refused=list(self.refused),
            problems=reported(self.problems),
        )

    def summary(self) -> str:
        """A summary of the changes for a commit message."""
        line, build = self.plan.line.name, self.plan.build
        if not self.after and self.plan.by_hand:
            return f"Nothing changed in line {line}: the differences must be resolved by hand.\n"
        if not self.after:
            return f"The line {line} matches build {build}; nothing to do.\n"
        is_alike = self.plan.extended is not None
        what = "exports the same as the previous build" if is_alike else "has a block of its own"
        lines = [f"schema: {line} {build}", "", f"It {what}: '{self.plan.written}'."]
        for word, keys in _keys(self.plan.steps).items():
            lines.append(f"{word[0].upper()}{word[1:]}:")
            lines += [f"- {key}" for key in keys]
        return "\n".join([*lines, ""])


def synchronise_build(
    folder: Path,
    schema: Schema,
    plan: LinePlan,
    extraction: Extraction,
    release: str,
) -> LineSynchronised:
    """Apply a plan to the texts of a folder's files, from which `schema` was read.

    Nothing is written. With the plan's clauses, the line has to match what the tree exports. Raises
    SchemaError, OSError.
    """
    texts = dict(read_files(folder))
    problems: list[Problem] = []
    files = parse_files(texts.items(), problems)
    after = {
        file.path: format_file(file)
        for file in apply_build(plan, files, schema)
        if file not in files
    }
    new, found = checked({**texts, **after}, schema)
    refused = [
        ByHand(key=str(error.location), reason=f"{error.message} ({error.rule})")
        for error in new_errors(found, texts, schema)
    ]
    if after and not refused:
        refused = _left(plan, new, extraction, release)
    return LineSynchronised(plan, texts, after, new, tuple(found), tuple(refused))


def _left(plan: LinePlan, new: Schema, extraction: Extraction, release: str) -> list[ByHand]:
    """The changes that would remain after a plan is applied."""
    again = plan_build(new, kernel_named(new, plan.kernel.name), extraction, release, None)
    known = {todo.key for todo in plan.by_hand}
    reason = "the line would still differ from the tree with these clauses"
    return [ByHand(key=todo.key, reason=reason) for todo in again.by_hand if todo.key not in known]


def _keys(steps: Sequence[LineStep]) -> dict[str, list[str]]:
    """Keys, with their architectures, by the clause for them."""
    found: dict[str, list[str]] = {}
    for step in steps:
        if step.like is not None:
            told = f"as mainline of {step.like}"
        elif step.printed is None:
            told = "gone"
        else:
            told = "as no mainline has it"
        where = f" on {' '.join(step.archs)}" if step.archs is not None else ""
        found.setdefault(told, []).extend(f"{key}{where}" for key in step.keys)
    return found
