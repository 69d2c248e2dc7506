# SPDX-License-Identifier: MIT
"""Each clause has a rule in the grammar and a class in the tree, and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields

from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.node import RULES, Listed
from vmcoreinfo_codegen.syntax.parse import grammar

# Rules of the grammar by name, what they say in one line.
DEFINED = {
    name: " ".join(text.split())
    for name, text in re.findall(r"^\??([a-z_]+\d?):(.*\n(?:[ ]+\|.*\n)*)", grammar(), re.MULTILINE)
}
ITEMS = [
    name
    for rule, text in DEFINED.items()
    if re.fullmatch(r"_item|_\w*_?clause", rule)
    for name in text.split(" | ")
    if re.fullmatch(r"[a-z]\w*", name)
]


def test_every_line_and_block_of_the_grammar_is_declared() -> None:
    assert len(ITEMS) > 40
    assert [name for name in ITEMS if name not in RULES] == []


def test_every_declaration_has_its_rule() -> None:
    assert [rule for rule in RULES if rule not in DEFINED] == []


def test_the_keyword_is_the_one_of_the_grammar() -> None:
    for rule in ITEMS:
        kind = RULES[rule]
        assert issubclass(kind, tree.Line)
        quoted = " ".join(re.findall(r'"([^"]*)"', DEFINED[rule]))
        if not issubclass(kind, tree.Entry):
            assert quoted.startswith(kind.keyword), rule


def test_a_layout_names_every_field_but_the_text() -> None:
    for kind in RULES.values():
        if issubclass(kind, Listed) or not kind.layout:
            continue
        own = {one.name for one in fields(kind)} - {one.name for one in fields(tree.Block)}
        assert set(re.findall(r"\{(\w+)\}", kind.layout)) == own - {"text"}, kind
