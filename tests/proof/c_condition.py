# SPDX-License-Identifier: MIT
"""Conditions in the syntax of the preprocessor, `defined(CONFIG_A) && !(CONFIG_B == 3)`."""

from __future__ import annotations

import re

from vmcoreinfo_codegen.core import condition
from vmcoreinfo_codegen.core.condition import Condition


def parse_c_condition(text: str) -> Condition:
    tokens = re.findall(r"defined|\w+|&&|\|\||==|[!()]", text)
    found = _any(tokens)
    assert not tokens, f"not understood: {text!r} from {tokens}"
    return found


def _any(tokens: list[str]) -> Condition:
    terms = [_all(tokens)]
    while tokens[:1] == ["||"]:
        tokens.pop(0)
        terms.append(_all(tokens))
    return terms[0] if len(terms) == 1 else condition.Any(tuple(terms))


def _all(tokens: list[str]) -> Condition:
    terms = [_term(tokens)]
    while tokens[:1] == ["&&"]:
        tokens.pop(0)
        terms.append(_term(tokens))
    return terms[0] if len(terms) == 1 else condition.All(tuple(terms))


def _term(tokens: list[str]) -> Condition:
    token = tokens.pop(0)
    if token == "!":
        return condition.Not(_term(tokens))
    if token == "(":
        found = _any(tokens)
        assert tokens.pop(0) == ")"
        return found
    if token == "defined":
        assert tokens.pop(0) == "("
        name = tokens.pop(0)
        assert tokens.pop(0) == ")"
        return condition.Symbol(name)
    if tokens[:1] == ["=="]:
        tokens.pop(0)
        return condition.Compare(token, int(tokens.pop(0)))
    return condition.Symbol(token)
