# SPDX-License-Identifier: MIT
"""Which keys a note, and which a schema can have."""

from __future__ import annotations

import pytest
from lark import Lark

from tests.conftest import ROOT
from vmcoreinfo_codegen.core.key import is_in_form, is_printable

KEYS = {
    "OSRELEASE": (True, True),
    "BUILD-ID": (True, True),
    "OFFSET(page.flags)": (True, True),
    "NUMBER(a{b)": (True, False),
    "phys_base": (True, False),
    'A"B': (True, False),
    "A{": (True, False),
    "SYMBOL(": (True, False),
    "A B": (False, False),
    "A=B": (False, False),
    "": (False, False),
    "A\x1b[2J": (False, False),
    "A" * 257: (False, False),
    "NUMBER(\u00e9)": (False, False),
}


@pytest.mark.parametrize(("key", "expected"), KEYS.items())
def test_legal_keys(key: str, expected: tuple[bool, bool]) -> None:
    assert (is_printable(key), is_in_form(key)) == expected


@pytest.mark.parametrize("key", [key for key, (printable, _) in KEYS.items() if printable])
def test_the_grammar_says_the_same(key: str) -> None:
    grammar = (ROOT / "grammar/schema.lark").read_text()
    terminal = next(line for line in grammar.splitlines() if line.startswith("KEY:"))
    parser = Lark(f"start: KEY\n{terminal}", parser="lalr")
    try:
        parser.parse(key)
    except Exception:
        assert not is_in_form(key)
    else:
        assert is_in_form(key)
