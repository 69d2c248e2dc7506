# SPDX-License-Identifier: MIT
"""The shipped schema with every free text replaced, by markup of some product or by plain words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.format import format_file
from vmcoreinfo_codegen.syntax.parse import parse

NASTY = (
    "ends a comment */ int pwned; /* begins one",
    "*/ int pwned; /* at the start",
    "/* nested /* and **/ and */*/*",
    "a trigraph ??/ and ??/",
    "ends in a backslash \\",
    "two of them \\\\",
    "an escape \\N{BULLET} \\x41 \\u0041 \\n \\",
    "''' three ''' quotes '''",
    "`code`x`more` and ` alone",
    "``double`` ``",
    "`a` `b``c`",
    "a | pipe \\| behind a backslash || `in | code`",
    "*strong* _word_ __words__ ~~gone~~ snake_ case_",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "<!-- comment --> ]]> <![CDATA[ x ]]>",
    "&lt;b&gt; &amp; &#60; & alone",
    "[text](https://example.org) ![image](x) [0123456789ab] [text][0123456789ab]",
    "# a heading #",
    "## ##",
    "- an item",
    "+ another",
    "1. a number",
    "12) another",
    "a. a letter",
    "(iv) roman",
    "#. automatic",
    "> a quotation",
    "=====",
    "-----",
    "a title ==========================================================================================",
    ".. raw:: html",
    ".. include:: /etc/passwd",
    ".. |x| replace:: y",
    ".TH PWNED 1",
    ".so /etc/passwd",
    "'br of roff",
    ":field: and more",
    ":role:`text` text`__ a_ `b`_ `c`__ [1]_ [#]_ |s| _`target`",
    "a literal block follows::",
    "::",
    ">>> doctest",
    "--option  and what it does",
    "-1  and what it does",
    "| a line",
    "+---+---+",
    "__ https://example.org",
    "%s %n %% {{ 7 * 7 }} {% raw %} {# comment #}",
    "${HOME} $(id) `id` @PROJECT_VERSION@ #{x}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "'quoted' and, a comma; and a semicolon",
    "END",
    "wide 日本語の見出し and é and \N{LATIN SMALL LIGATURE FI}",
    "https://example.org/a_b_(c)?d=e&f=g#h and a@example.org",
    "OFFSET(a.b)c and struct page, snake_case_word(x) x86_64_",
    "Long. " + "w" * 120 + "*/" + "w" * 120,
    "No words at all. " + "\\" * 120,
)
TAME = "tame words"

_ONE_TEXT = {
    tree.Section: "title",
    tree.TextClause: "text",
    tree.Quirk: "text",
    tree.Changed: "text",
    tree.Parser: "text",
    tree.Adapt: "text",
    tree.Without: "text",
}


def write(folder: Path, texts: Callable[[int], str]) -> list[str]:
    """Write the shipped schema with texts by their number in a file; purposes and titles stay
    distinct.
    """
    used: list[str] = []
    in_file = count()

    def new(word: tree.Quoted, different: bool = False) -> tree.Quoted:
        number = next(in_file)
        text = f"{texts(number)} {len(used)}" if different else texts(number)
        used.append(text)
        return dataclasses.replace(word, text=text)

    titles: dict[str, tree.Quoted] = {}
    for path in sorted((ROOT / "schema").rglob("*.vmci")):
        # Each file begins with the first text again, so that the texts in a product do not depend
        # on the number of texts in other files.
        in_file = count()
        parsed, problems = parse(path.read_text(encoding="utf-8"), path.name)
        assert not problems
        items = tuple(_replaced(node, new, titles) for node in parsed.items)
        there = folder / path.relative_to(ROOT / "schema")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(format_file(dataclasses.replace(parsed, items=items)), encoding="utf-8")
    return used


def _replaced(node: Any, new: Callable[..., tree.Quoted], titles: dict[str, tree.Quoted]) -> Any:
    changes: dict[str, Any] = {}
    if isinstance(node, tree.Section):
        # A title in two files is the same section in both.
        title = str(node.title)
        if title not in titles:
            titles[title] = new(node.title, different=True)
        return dataclasses.replace(node, title=titles[title])
    if isinstance(node, (tree.Url, tree.VersionOption)):
        return node
    if isinstance(node, tree.Build):
        # It refers to needs by their purposes, whose texts are replaced here.
        return dataclasses.replace(node, patched=None)
    for kind, name in _ONE_TEXT.items():
        if not isinstance(node, kind):
            continue
        changes[name] = new(getattr(node, name))
    if isinstance(node, tree.BoundaryClause) and node.reason:
        changes["reason"] = new(node.reason)
    elif isinstance(node, tree.Alternative):
        changes["requirements"] = tree.Requirements(
            tree.Other(new(one.text)) if isinstance(one, tree.Other) else one
            for one in node.requirements
        )
    elif isinstance(node, tree.Need):
        changes["purpose"] = new(node.purpose, different=True)
    if isinstance(node, tree.Block):
        changes["body"] = tuple(_replaced(inner, new, titles) for inner in node.body)
    return dataclasses.replace(node, **changes)


def nasty() -> Callable[[int], str]:
    return lambda number: NASTY[number % len(NASTY)]


def tame() -> Callable[[int], str]:
    return lambda number: TAME


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")
