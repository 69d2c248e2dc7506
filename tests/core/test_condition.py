# SPDX-License-Identifier: MIT
"""Conditions have three values, render as C, and are compared by what they mean."""

from __future__ import annotations

import pytest

from tests.proof.c_condition import parse_c_condition
from vmcoreinfo_codegen.core.condition import ALWAYS, NEVER, all_of, equivalent

P = parse_c_condition


@pytest.mark.parametrize(
    ("text", "known", "value"),
    [
        ("CONFIG_A && CONFIG_B", {"CONFIG_A": False}, False),
        ("CONFIG_A && CONFIG_B", {"CONFIG_A": True}, None),
        ("CONFIG_A && CONFIG_B", {"CONFIG_A": True, "CONFIG_B": True}, True),
        ("CONFIG_A || CONFIG_B", {"CONFIG_B": True}, True),
        ("CONFIG_A || CONFIG_B", {"CONFIG_B": False}, None),
        ("!CONFIG_A", {}, None),
        ("!CONFIG_A", {"CONFIG_A": True}, False),
        ("CONFIG_L == 3", {"CONFIG_L": 3}, True),
        ("CONFIG_L == 3", {"CONFIG_L": 4}, False),
        ("CONFIG_L == 3", {}, None),
    ],
)
def test_evaluate(text: str, known: dict[str, bool | int], value: bool | None) -> None:
    assert P(text).evaluate(known) is value


@pytest.mark.parametrize(
    "text",
    [
        "CONFIG_A && (CONFIG_B || CONFIG_C)",
        "CONFIG_A || CONFIG_B && CONFIG_C",
        "!(CONFIG_A || CONFIG_B)",
        "!CONFIG_A && !(CONFIG_L == 3)",
        "(CONFIG_A || CONFIG_B) && CONFIG_C",
    ],
)
def test_render_is_what_was_parsed(text: str) -> None:
    assert str(P(text)) == text
    assert P(str(P(text))) == P(text)


def test_simplify() -> None:
    condition = P("CONFIG_PPC64 && CONFIG_SPARSEMEM_VMEMMAP")
    assert str(condition.simplify({"CONFIG_PPC64": True})) == "CONFIG_SPARSEMEM_VMEMMAP"
    assert condition.simplify({"CONFIG_PPC64": False}) == NEVER
    assert all_of() == ALWAYS
    assert str(all_of(ALWAYS, P("CONFIG_A"))) == "CONFIG_A"


def test_equivalence() -> None:
    assert equivalent(P("!(CONFIG_L == 3) && (CONFIG_L == 4)"), P("CONFIG_L == 4"))
    assert equivalent(P("!(CONFIG_A && CONFIG_B)"), P("!CONFIG_A || !CONFIG_B"))
    assert not equivalent(P("CONFIG_A"), P("CONFIG_A && CONFIG_B"))
    assert not equivalent(P("CONFIG_L == 4"), P("CONFIG_L == 3"))
    assert equivalent(P("CONFIG_A || !CONFIG_A"), ALWAYS)


def test_names() -> None:
    assert P("CONFIG_A && !(CONFIG_L == 3) || CONFIG_B").names() == {
        "CONFIG_A",
        "CONFIG_L",
        "CONFIG_B",
    }
