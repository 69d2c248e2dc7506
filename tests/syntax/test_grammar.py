# SPDX-License-Identifier: MIT
"""The grammar is LALR(1) without conflicts, and its terminals don't collide."""

from __future__ import annotations

import pytest
from lark import Lark
from lark.exceptions import GrammarError, LexError

from vmcoreinfo_codegen.syntax.parse import grammar


def test_grammar_is_strict_lalr() -> None:
    pytest.importorskip("interegular", reason="lark compares terminals with interegular")
    Lark(grammar(), parser="lalr", strict=True)


def test_strict_mode_would_tell_of_a_conflict() -> None:
    pytest.importorskip("interegular", reason="lark compares terminals with interegular")
    ambiguous = grammar() + '\nentry_again: KEY "{" eol "}" eol\n%extend start: entry_again\n'
    with pytest.raises((GrammarError, LexError)):
        Lark(ambiguous, parser="lalr", strict=True)
