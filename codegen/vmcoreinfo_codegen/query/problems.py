# SPDX-License-Identifier: MIT
"""What is wrong with schema files, and how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..model.store.files import read_schema_file, schema_text
from ..problem import Problem, SchemaError
from ..syntax.format import format_file
from ..syntax.parse import parse
from .interface.schemas import Check, CheckProblem, Formatted


def reported(problems: Iterable[Problem]) -> list[CheckProblem]:
    return [
        CheckProblem(
            path=problem.location.path,
            line=problem.location.line,
            column=problem.location.column,
            severity=problem.severity,
            rule=problem.rule,
            message=problem.message,
            hint=problem.hint,
        )
        for problem in problems
    ]


def checked(problems: Iterable[Problem]) -> Check:
    return Check(problems=reported(problems))


@dataclass(frozen=True)
class Layout:
    """Texts of files that are laid out otherwise than they should, as they should be.

    A file that can't be read is left out, and told of by its problems.
    """

    changed: Mapping[Path, str]
    problems: tuple[Problem, ...]

    def answer(self) -> Formatted:
        return Formatted(changed=list(map(str, self.changed)), problems=reported(self.problems))


def laid_out(paths: Iterable[Path]) -> Layout:
    """Schema files laid out; none is written. Raises OSError."""
    changed: dict[Path, str] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            text = schema_text(read_schema_file(path, str(path)), str(path))
        except SchemaError as error:
            problems += error.problems
            continue
        formatted, found = laid_out_text(text, str(path))
        problems += found
        if formatted is not None and formatted != text:
            changed[path] = formatted
    return Layout(changed, tuple(sorted(problems)))


def laid_out_text(text: str, name: str) -> tuple[str | None, list[Problem]]:
    """One text laid out, None if it can't be read; and what is wrong with it."""
    tree, problems = parse(text, name)
    return (None if problems else format_file(tree)), problems
