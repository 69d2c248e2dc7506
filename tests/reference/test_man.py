# SPDX-License-Identifier: MIT
"""The manual pages: groff and mandoc take them without a word, and they show what they should."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.installed import program
from tests.reference.test_reference import page
from vmcoreinfo_codegen.cli.main import parser
from vmcoreinfo_codegen.reference.man import roff

MAN = ROOT / "generated" / "man"
PAGES = sorted(MAN.glob("man*/*"))


def rendered(path: Path) -> str:
    """A page as a terminal shows it, without bold, underline and hyphenation."""
    groff = [program("groff"), "-man", "-Tutf8", "-ww", "-rLL=200n", "-rHY=0", "-P-cbou"]
    ran = subprocess.run([*groff, str(path)], capture_output=True, text=True, check=True)
    assert ran.stderr == "", path.name
    return ran.stdout


def words(text: str) -> str:
    return " ".join(text.split())


def test_there_is_a_page_for_the_command_each_verb_and_each_format() -> None:
    (subparsers,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    verbs = {f"man1/vmcoreinfo-{name}.1" for name in subparsers.choices}
    formats = {"man5/vmcoreinfo-schema.5", "man5/vmcoreinfo-note.5"}
    assert {str(p.relative_to(MAN)) for p in PAGES} == {"man1/vmcoreinfo.1", *verbs, *formats}


def test_mandoc_has_nothing_to_say() -> None:
    lint = [program("mandoc"), "-Tlint", "-W", "warning"]
    ran = subprocess.run([*lint, *map(str, PAGES)], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_groff_has_nothing_to_say_and_every_option_is_shown() -> None:
    (subparsers,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, verb in subparsers.choices.items():
        shown = rendered(MAN / "man1" / f"vmcoreinfo-{name}.1")
        synopsis = shown.partition("SYNOPSIS")[2].partition("DESCRIPTION")[0]
        options = shown.partition("OPTIONS")[2].partition("EXIT STATUS")[0]
        for action in verb._actions:
            assert all(option in options for option in action.option_strings)
            if isinstance(action, argparse._HelpAction):
                continue
            assert words((action.help or "").replace("%%", "%")) in words(options)
            named = [*action.option_strings[:1]] or [
                "|".join(action.choices or [action.metavar or action.dest])
            ]
            assert named[0] in synopsis


@pytest.mark.parametrize(
    ("name", "reference"), [("vmcoreinfo-schema", "language"), ("vmcoreinfo-note", "note")]
)
def test_examples_can_be_copied(name: str, reference: str) -> None:
    """Each line of an example is one of the page, to the character; roff has quotes of its own."""
    lines = {line.strip() for line in rendered(MAN / "man5" / f"{name}.5").splitlines()}
    examples = re.findall(r"^```\n(.*?)^```", page(reference), re.DOTALL | re.MULTILINE)
    shown = [line.expandtabs(8).strip() for block in examples for line in block.splitlines()]
    assert len(shown) > 20
    assert [line for line in shown if line not in lines] == []


def test_the_command_page_lists_the_verbs() -> None:
    shown = rendered(MAN / "man1" / "vmcoreinfo.1")
    assert "vmcoreinfo-compat(1)" in shown
    assert "vmcoreinfo-schema(5)" in shown


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("a `b-c d`", "a \\fB\\%b\\-c \\%d\\fR\n"),
        (".so /etc/passwd", "\\&.so /etc/passwd\n"),
        ("a\n.so b", "a\n\\&.so b\n"),
        ("'a\\\\b", "\\(aqa\\eb\n"),
        ("[the rules](rules.md)", "the rules\n"),
        ("2 ≤ 3", "2 \\[u2264] 3\n"),
        ("## Two\n\nwords\n\nmore", ".SH TWO\nwords\n.PP\nmore\n"),
        ("- a\n- b", ".IP \\(bu 2\na\n.IP \\(bu 2\nb\n"),
        ("| a | b |\n|---|---|\n| c | d |", ".TP\nc\nd\n"),
        ("| a | b | c |\n|---|---|---|\n| d | e | f |", ".TP\nd\nb: e\n.br\nc: f\n"),
    ],
)
def test_markdown_as_roff(markdown: str, written: str) -> None:
    assert roff.blocks(markdown) == written


@pytest.mark.parametrize("markdown", ["> quoted", "1. first", "![picture](a.png)", "*a*"])
def test_what_pages_do_not_have_is_refused(markdown: str) -> None:
    with pytest.raises(ValueError, match="manual pages have no form for"):
        roff.blocks(markdown)
