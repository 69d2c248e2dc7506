# SPDX-License-Identifier: MIT
"""The grammars are LALR(1) without conflicts, and their terminals don't collide."""

from __future__ import annotations

import pytest
from lark import Lark
from lark.exceptions import GrammarError, LexError

from vmcoreinfo_codegen import resources
from vmcoreinfo_codegen.syntax.parse import grammar


@pytest.mark.parametrize(
    ("name", "start"),
    [("schema.lark", ["start"]), ("note.lark", ["start"]), ("kernel.lark", ["condition", "call"])],
)
def test_grammar_is_strict_lalr(name: str, start: list[str]) -> None:
    Lark(resources.grammar(name), parser="lalr", start=start, strict=True)


def test_strict_mode_would_tell_of_a_conflict() -> None:
    ambiguous = grammar() + '\nentry_again: KEY "{" eol "}" eol\n%extend start: entry_again\n'
    with pytest.raises((GrammarError, LexError)):
        Lark(ambiguous, parser="lalr", strict=True)
