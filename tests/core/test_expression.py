# SPDX-License-Identifier: MIT
"""Expressions render with the parentheses that C needs, and constants are worked out."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.expression import Expression, constant_of, render
from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.parse import parse


def expression(text: str) -> Expression:
    file, problems = parse(f"schema 1\nderive x {{\n\tfrom {text} as y\n}}\n", "x.vmci")
    assert problems == []
    block = file.items[1]
    assert isinstance(block, tree.Derivation)
    recipe = block.clauses[0]
    assert isinstance(recipe, tree.Recipe)
    return recipe.expression


@pytest.mark.parametrize(
    "text",
    [
        "1 - 2 - 3",
        "1 - (2 - 3)",
        "1 + (2 << 3)",
        "1 + 2 << 3",
        "1 & 2 | 3",
        "1 & (2 | 3)",
        "~(1 + 2)",
        "~0x1fffff",
        "-128",
        "!-PAGESIZE",
        "-(-1)",
        "1 - -1",
        "-(1 + 2)",
        "!(SYMBOL(a) >> 51 & 1)",
        "(1 != 2) == 3",
        "1 != 2 | !3",
        "(1 ? 2 : 3) + 1",
        "1 ? 2 : 3 ? 4 : 5",
        "(1 == 2) == 3",
        "1 == 2 & 3",
        "ptr[u32[SYMBOL(a) + 8] - OFFSET(b.c)]",
        "log2(PAGESIZE) - log2(SIZE(page))",
        "PAGESIZE - 1",
    ],
)
def test_render_keeps_meaning(text: str) -> None:
    parsed = expression(text)
    assert expression(render(parsed)) == parsed
    assert render(parsed) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0 - 128", 2**64 - 128),
        ("1 << 63", 2**63),
        ("1 << 64", 0),
        ("~0", 2**64 - 1),
        ("-128", 2**64 - 128),
        ("- -1", 1),
        ("-0", 0),
        ("!0", 1),
        ("!7", 0),
        ("!!7", 1),
        ("~!1", 2**64 - 1),
        ("3 != 3", 0),
        ("3 != 4", 1),
        ("-1 != ~0", 0),
        ("1 - -1", 2),
        ("3 == 3 ? 5 : 6", 5),
        ("0 ? 5 : 6", 6),
        ("0xff & 0x0f | 0x30", 0x3F),
        ("256 >> 4", 16),
        ("256 >> 64", 0),
        ("18446744073709551615 + 1", 0),
        ("log2(8)", 3),
    ],
)
def test_constants(text: str, value: int) -> None:
    assert constant_of(expression(text)) == value


@pytest.mark.parametrize(
    "text", ["PAGESIZE", "1 + PAGESIZE", "ptr[8]", "log2(7)", "size(page)", "page_shift"]
)
def test_what_is_no_constant(text: str) -> None:
    assert constant_of(expression(text)) is None
