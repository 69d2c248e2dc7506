# SPDX-License-Identifier: MIT
"""The reference has every clause, word, rule, verb and option, and note.lark reads real notes."""

from __future__ import annotations

import argparse
import re

import pytest
from lark import Lark, Tree, UnexpectedInput

import vmcoreinfo
from tests.conftest import CORPUS, ROOT
from vmcoreinfo_codegen.check import all_rules
from vmcoreinfo_codegen.cli.main import parser
from vmcoreinfo_codegen.cli.verb import VERBS
from vmcoreinfo_codegen.emit.rows import DIAGNOSTICS, MESSAGES
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Described, Evidence, Format, QuirkKind, Unit
from vmcoreinfo_codegen.query.interface.answers import ANSWERS
from vmcoreinfo_codegen.reference import PAGES
from vmcoreinfo_codegen.reference import page as reference_page
from vmcoreinfo_codegen.reference.rows import shown as rows_of_pages
from vmcoreinfo_codegen.resources import grammar
from vmcoreinfo_codegen.shape import json_schema
from vmcoreinfo_codegen.targets import emit


def page(name: str) -> str:
    return (ROOT / f"generated/reference/{name}.md").read_text()


def keywords() -> set[str]:
    """Every word that the grammar of the schema spells out."""
    text = re.sub(r"//.*", "", grammar("schema.lark"))
    return set(re.findall(r'"([a-z][a-z0-9-]*)"', text))


def explained(prose: str) -> set[str]:
    """Words in code within a sentence or a table, and those that an example's line begins with."""
    blocks = re.findall(r"^```\n(.*?)^```", prose, re.DOTALL | re.MULTILINE)
    sentences = re.sub(r"^```.*?^```", "", prose, flags=re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", sentences)
    lines = [line.split()[0] for block in blocks for line in block.splitlines() if line.strip()]
    word = r"(?<![\w(.-])[a-z][a-z0-9-]*(?![\w.)-])"  # a part of a key is none
    return {*lines, *(found for span in spans for found in re.findall(word, span))}


def test_every_clause_is_explained() -> None:
    assert {"doc", "via", "depends", "quirk", "changed", "replaced-by", "as", "log2"} <= keywords()
    prose = page("language").partition("## Grammar")[0]
    assert keywords() - explained(prose) == set()


def test_examples_are_out_of_the_schema() -> None:
    files = (ROOT / "schema").rglob("*.vmci")
    shipped = {line.split("#")[0].strip() for file in files for line in file.open()}
    prose = page("language").partition("## Grammar")[0]
    blocks = re.findall(r"^```\n(.*?)^```", prose, re.DOTALL | re.MULTILINE)
    lines = {line.split("#")[0].strip() for block in blocks for line in block.splitlines()}
    assert len(lines) > 40
    assert lines - shipped == set()


@pytest.mark.parametrize("word", ["changed", "suffix", "log2"])
def test_a_clause_that_is_not_explained_is_found(word: str) -> None:
    prose = page("language").partition("## Grammar")[0]
    assert word not in explained(re.sub(rf"\b{word}\b", "", prose))


def test_a_key_explains_no_clause() -> None:
    assert "page" not in explained("`git grep 'OFFSET(page.lru)'`")
    assert {"page", "log2", "replaced-by"} <= explained("`page`, `log2(A)`, `replaced-by KEY...`")


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


def section_of(verb: str) -> str:
    return page("commands").partition(f"## vmcoreinfo {verb}\n")[2].partition("\n## ")[0]


def test_every_verb_and_argument_is_told() -> None:
    (subparsers,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, verb in subparsers.choices.items():
        rows = re.findall(r"^\| `([^`]+)` \| .+ \|$", section_of(name), re.MULTILINE)
        told = {word for row in rows for word in re.findall(r"[^\s,\\|\[\]]+", row)}
        for action in verb._actions:
            if not isinstance(action, argparse._HelpAction):
                choices = [str(choice) for choice in action.choices or ()]
                names = action.option_strings or [str(action.metavar or action.dest)]
                assert told.issuperset([*choices, *(action.option_strings or choices or names)])


def test_every_argument_has_its_help_and_every_verb_its_example() -> None:
    (subparsers,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for verb in VERBS:
        told = re.findall(r"^\| `[^`]+` \| (.+) \|$", section_of(verb.name), re.MULTILINE)
        actions = subparsers.choices[verb.name]._actions
        helps = [a.help or "" for a in actions if not isinstance(a, argparse._HelpAction)]
        plain = [" ".join(h.split()).replace("%%", "%") for h in helps]
        assert told == [help_.replace("\\", "\\\\") for help_ in plain]  # as Markdown has it
        assert f"```\n{verb.example}\n```" in section_of(verb.name)
        assert verb.help[1:] in section_of(verb.name)


def test_the_exit_codes_are_those_of_the_help() -> None:
    codes = re.findall(r"(\d+) ([^;]+)", " ".join((parser().epilog or "").split()))
    assert len(codes) == 7
    assert re.findall(r"^\| (\d+) \| (.+) \|$", page("commands"), re.MULTILINE) == codes


def test_every_field_of_an_answer_is_told() -> None:
    for verb, answer in ANSWERS.items():
        document = json_schema(answer)
        for shape in (document, *document.get("$defs", {}).values()):
            for field in shape.get("properties", {}):
                assert f"  - `{field}`" in section_of(verb), (verb, field)


def test_the_reference_is_the_same_on_every_terminal(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    for columns in ("20", "300"):
        monkeypatch.setenv("COLUMNS", columns)
        for product in emit(schema, ["reference"]):
            assert product.text == (ROOT / "generated" / product.path).read_text()


def test_every_diagnostic_is_told() -> None:
    for word, severity in DIAGNOSTICS:
        assert f"| `{word}` | {severity} |" in page("note")
    for message in MESSAGES.values():
        assert message in page("note")


@pytest.fixture(scope="module")
def note_parser() -> Lark:
    return Lark(grammar("note.lark"), parser="lalr", strict=True)


def test_note_grammar_reads_real_notes(note_parser: Lark) -> None:
    texts = sorted((CORPUS / "notes").glob("*.txt"))
    assert len(texts) > 100
    for path in texts:
        tree = note_parser.parse(path.read_text("ascii"))
        read = [
            (str(line.children[0]), "".join(map(str, line.children[1:])))
            for line in tree.children
            if isinstance(line, Tree)
        ]
        lines = vmcoreinfo.parse(path.read_bytes()).lines
        assert read == [(entry.key, entry.text) for entry in lines], path.name


def test_note_grammar_hides_nothing_from_strict_mode() -> None:
    """interegular can't read a lookbehind, and lark then takes the terminal for one of a kind."""
    assert "(?" not in grammar("note.lark")


def test_note_grammar_at_its_edges(note_parser: Lark) -> None:
    assert note_parser.parse("").children == []
    assert len(list(note_parser.parse("A=b=c\nD=").find_data("line"))) == 2
    for bad in ("no equals\n", "=1\n", "A=\t\n", "\n"):
        with pytest.raises(Exception, match=r"No terminal|Unexpected token"):
            note_parser.parse(bad)


@pytest.mark.parametrize(
    "text",
    [" A=1\n", "A B= b \n", "A= \n", "A=~", "~=b", "A==\n", "A=b\n\n", "Ä=1", "A=ä", "A\r=1"],
)
def test_note_grammar_and_parser_agree(note_parser: Lark, text: str) -> None:
    info = vmcoreinfo.parse(text.encode())
    if {"malformed", "not-text"} & {diagnostic.id for diagnostic in info.diagnostics}:
        with pytest.raises(UnexpectedInput):
            note_parser.parse(text)
        return
    read = [list(map(str, line.children)) for line in note_parser.parse(text).find_data("line")]
    assert read == [[entry.key, entry.text] for entry in info.lines]


def test_a_page_is_stamped_by_what_it_shows(schema: Schema) -> None:
    """A new lint rule makes one page new, and leaves the others as they are."""
    rows = rows_of_pages(schema)
    rule = {**rows["rules"][0], "id": "VMCI999", "doc": "A new rule."}
    more = {**rows, "rules": [*rows["rules"], rule]}
    changed = {name for name in PAGES if reference_page(name, rows) != reference_page(name, more)}
    assert changed == {"rules"}
