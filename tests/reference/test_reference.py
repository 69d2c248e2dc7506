# SPDX-License-Identifier: MIT
"""The reference has every clause, word, rule, verb and option, and note.lark reads real notes."""

from __future__ import annotations

import argparse
import re

import pytest
from lark import Lark

import vmcoreinfo
from tests.conftest import ROOT, real_notes
from vmcoreinfo_codegen.check import all_rules
from vmcoreinfo_codegen.cli.main import parser
from vmcoreinfo_codegen.emit.rows import DIAGNOSTICS, MESSAGES
from vmcoreinfo_codegen.model.vocabulary import Described, Evidence, Format, QuirkKind, Unit
from vmcoreinfo_codegen.query.interface import ANSWERS
from vmcoreinfo_codegen.resources import grammar


def page(name: str) -> str:
    return (ROOT / f"generated/reference/{name}.md").read_text()


def test_every_clause_is_explained() -> None:
    text = grammar("schema.lark")
    keywords = set(re.findall(r'^\w+: +"([a-z-]+)"', text, re.MULTILINE))
    assert {"doc", "value", "via", "depends", "quirk", "changed", "replaced-by", "from"} <= keywords
    prose = page("language").partition("## Grammar")[0]
    missing = [word for word in keywords if not re.search(rf"`[^`]*\b{word}\b[^`]*`", prose)]
    assert missing == []


@pytest.mark.parametrize("words", [Format, Unit, QuirkKind, Evidence])
def test_every_word_is_listed_with_its_meaning(words: type[Described]) -> None:
    for word in words:
        assert f"| `{word.value}` | {word.doc} |" in page("language")


def test_the_grammars_are_shown_whole() -> None:
    assert grammar("schema.lark").rstrip() in page("language")
    assert grammar("note.lark").rstrip() in page("note")


def test_every_rule_is_told_with_its_example() -> None:
    for rule in all_rules():
        assert f"## {rule.id} {rule.name}" in page("rules")
        assert rule.doc in page("rules")
        assert rule.example.strip("\n") in page("rules")
    assert "## VMCI001" in page("rules") and "## VMCI002" in page("rules")


def test_every_verb_option_and_field_is_told() -> None:
    (subparsers,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, verb in subparsers.choices.items():
        section = page("commands").partition(f"## vmcoreinfo {name}\n")[2].partition("\n## ")[0]
        assert section
        for action in verb._actions:
            for option in action.option_strings:
                assert option in section or option in ("-h", "--help")
    for verb_name, answer in ANSWERS.items():
        section = (
            page("commands").partition(f"## vmcoreinfo {verb_name}\n")[2].partition("\n## ")[0]
        )
        for shape in answer.model_json_schema().get("$defs", {}).values():
            for field in shape.get("properties", {}):
                assert f"`{field}`" in section, (verb_name, field)


def test_every_diagnostic_is_told() -> None:
    for word, severity in DIAGNOSTICS:
        assert f"| `{word}` | {severity} |" in page("note")
    for message in MESSAGES.values():
        assert message in page("note")


@pytest.fixture(scope="module")
def note_parser() -> Lark:
    pytest.importorskip("interegular", reason="lark compares terminals with interegular")
    return Lark(grammar("note.lark"), parser="lalr", strict=True)


def test_note_grammar_reads_real_notes(note_parser: Lark) -> None:
    for note in real_notes():
        tree = note_parser.parse(note.text.decode("ascii"))
        read = {
            str(line.children[0]): "".join(map(str, line.children[1:]))
            for line in tree.find_data("line")
        }
        info = vmcoreinfo.parse(note.note)
        assert read == {entry.key: entry.text for entry in info.lines}


def test_note_grammar_at_its_edges(note_parser: Lark) -> None:
    assert note_parser.parse("").children == []
    assert len(list(note_parser.parse("A=b=c\nD=").find_data("line"))) == 2
    for bad in ("no equals\n", "=1\n", "A=\t\n", "\n"):
        with pytest.raises(Exception, match=r"No terminal|Unexpected token"):
            note_parser.parse(bad)
