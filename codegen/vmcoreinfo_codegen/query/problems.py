# SPDX-License-Identifier: MIT
"""Problems of schema files, and their layout."""

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
    """The files whose layout differs from the canonical one, with the canonical text.

    A file that can't be parsed is only in `problems`.
    """

    changed: Mapping[Path, str]
    problems: tuple[Problem, ...]

    def answer(self) -> Formatted:
        return Formatted(changed=list(map(str, self.changed)), problems=reported(self.problems))


def laid_out(paths: Iterable[Path]) -> Layout:
    """The layout of schema files; nothing is written. Raises OSError."""
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
    """A text in the canonical layout, None if it can't be parsed, and its problems."""
    tree, problems = parse(text, name)
    return (None if problems else format_file(tree)), problems
