# SPDX-License-Identifier: MIT
"""Conditions have three values, render as C, and are compared by what they mean."""

from __future__ import annotations

import pytest

from tests.proof.c_condition import parse_c_condition
from vmcoreinfo_codegen.core.condition import (
    ALWAYS,
    NEVER,
    Any,
    Symbol,
    TooLarge,
    all_of,
    equivalent,
    minimal,
)
from vmcoreinfo_codegen.limits import Limit

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
    # What is printed in two places, in each always.
    assert equivalent(Any((ALWAYS, ALWAYS)), ALWAYS)
    assert not equivalent(Any((NEVER, NEVER)), ALWAYS)


def test_names() -> None:
    assert P("CONFIG_A && !(CONFIG_L == 3) || CONFIG_B").names() == {
        "CONFIG_A",
        "CONFIG_L",
        "CONFIG_B",
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A && B", "A && B"),
        ("(A || B) && A", "A"),
        ("(A || B) && C && (B || C) && D", "(A || B) && C && D"),
        ("(A || B) && (B || C) && B && (C || D) && D", "B && D"),
        ("N == 1 && !(N == 2)", "N == 1"),
        ("(A || !A) && B", "B"),
        ("B && A && !A", "A && !A"),
        ("A && B && A", "B && A"),
    ],
)
def test_minimal(text: str, wanted: str) -> None:
    assert str(minimal(P(text))) == wanted
    assert equivalent(P(text), P(wanted))


def test_what_always_holds_is_no_term() -> None:
    assert minimal(P("(A || !A) && (B || !B)")) == ALWAYS


def test_terms_that_share_no_name_cost_nothing() -> None:
    names = [Symbol(f"A{n}") for n in range(2000)]
    condition = all_of(*names)
    assert minimal(condition, Limit("it", 0, "steps", TooLarge)) == condition
