# SPDX-License-Identifier: MIT
"""Each rule finds what its own example says, at that line, and nothing else does."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.check import all_rules
from vmcoreinfo_codegen.check.example import expected_and_found
from vmcoreinfo_codegen.check.rule import Rule


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_example_fails_as_it_says(rule: Rule) -> None:
    expected, found = expected_and_found(rule)
    assert expected, "an example without '### message' shows nothing"
    for line, message in expected:
        assert any(
            at == line and said.startswith(message) and by == rule.id for at, said, by in found
        ), f"expected {line}: {message}\nfound {found}"
    assert [f for f in found if f[2] != rule.id] == []
    assert len(found) == len(expected)


def test_ids_and_names_are_unique() -> None:
    rules = all_rules()
    assert len({rule.id for rule in rules}) == len(rules) >= 9
    assert len({rule.name for rule in rules}) == len(rules)
    assert all(rule.doc.endswith(".") for rule in rules)
