# SPDX-License-Identifier: MIT
"""Lint rules of the schema, one per file in `rules/`, each with a failing example."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..discovery import rules_in
from ..model.builder import build, parse_files
from ..model.schema import Schema
from ..model.store.files import read_files
from ..problem import LANGUAGE, Problem
from ..syntax.parse import RULE as SYNTAX
from . import rules
from .rule import Rule

BUILT_IN = {
    SYNTAX: "The file is valid: all syntax errors are reported at once.",
    LANGUAGE: "Names exist, releases are valid, each clause appears once, `since` comes before "
    "`until`.",
}
"""Ids without a rule of their own: problems found while the files are read and the model is
built."""


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    return tuple(rules_in(rules))


def check_schema(schema: Schema) -> list[Problem]:
    """Run every rule on a schema."""
    return sorted({problem for rule in all_rules() for problem in rule.run(schema)})


def check_files(files: Iterable[tuple[str, str]]) -> tuple[Schema, list[Problem]]:
    """Parse, build and lint files given as (name, text); return all problems, sorted."""
    schema, problems = _checked(tuple(files))
    return schema, list(problems)


# One process may generate several products from the same schema.
@lru_cache(maxsize=4)
def _checked(files: tuple[tuple[str, str], ...]) -> tuple[Schema, tuple[Problem, ...]]:
    problems: list[Problem] = []
    schema, _ = build(parse_files(files, problems), problems)
    return schema, tuple(sorted({*problems, *check_schema(schema)}))


def check_folder(folder: Path) -> tuple[Schema, list[Problem]]:
    return check_files(read_files(folder))
