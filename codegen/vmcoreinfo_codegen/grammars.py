# SPDX-License-Identifier: MIT
"""Parsers for the grammars in `grammar/`, made by lark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lark import Lark, lexer

from . import resources


def lalr(name: str, **options: Any) -> Lark:
    """The parser for a grammar; `options` are lark's."""
    with _terminals_taken_as_they_are():
        return Lark(resources.grammar(name), parser="lalr", propagate_positions=True, **options)


@contextmanager
def _terminals_taken_as_they_are() -> Iterator[None]:
    """Disable interegular: if it is installed, lark compares all terminals, including those of its
    own grammar.

    That takes three times as long as the rest of its initialisation; a test does it in strict mode.
    """
    had = lexer.has_interegular
    lexer.has_interegular = False
    try:
        yield
    finally:
        lexer.has_interegular = had
