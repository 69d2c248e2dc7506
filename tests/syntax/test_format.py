# SPDX-License-Identifier: MIT
"""The formatter is lossless: it changes layout alone, and shipped files not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.format import format_file
from vmcoreinfo_codegen.syntax.parse import parse

FILES = sorted((ROOT / "schema").rglob("*.vmci"))


def parsed(text: str) -> tree.File:
    found, problems = parse(text, "test.vmci")
    assert problems == []
    return found


def tokens(text: str) -> list[str]:
    """What a file says, whatever its layout: words, texts over several lines as one."""
    text = re.sub(r'"\s*(#[^\n]*)?\n\s*"([^"]*)"', r' \2" \1', text)
    return re.findall(r'"[^"]*"|#[^\n]*|[^\s"#]+', text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shipped_files_are_formatted(path: Path) -> None:
    text = path.read_text()
    assert format_file(parsed(text)) == text


def test_there_are_shipped_files() -> None:
    assert len(FILES) > 15


MESSY = """\
# first comment
schema 1


section   "vmalloc"   # behind a section

release 6.9 2024-05-12\t# behind a release
SYMBOL(vmap_area_list) {   # behind a brace

  doc "Head of the list."   # behind a doc
      "More of it."
  # on its own
  value hex address
\tvia VMCOREINFO_SYMBOL   since 5.4
  depends on CONFIG_A&&!(CONFIG_B||CONFIG_C == 3)   until 5.14
  since <=3.10 seen 3.10.4 commit f1c4069e1dc1 unverified "because"
  until 6.9
  quirk garbage since 6.11.3 until 6.11.10,
			since 6.6.55 on arm64 "the length"
  replaced-by NUMBER(VMALLOC_START)   BUILD-ID


  on arm64 { # behind an on
    since 5.18
  } # behind its end
} # last
derive x {
  from ((ptr[ SYMBOL(a)+8 ] & ~0xfff) == (1<<2)) ? u32[(OFFSET(b.c))] : log2(PAGESIZE-1)-(3-4) as y requires SIZE(c) on arm64
}
"""


def test_layout_changes_and_words_do_not() -> None:
    formatted = format_file(parsed(MESSY))
    assert formatted != MESSY
    assert format_file(parsed(formatted)) == formatted
    for comment in re.findall(r"#[^\n]*", MESSY):
        assert comment.strip() in formatted
    # Spaces around operators are layout as well, and so are parentheses without effect.
    squeezed = [re.sub(r"[\s()]", "", "".join(tokens(text))) for text in (MESSY, formatted)]
    assert squeezed[0] == squeezed[1]


def test_blank_lines_are_kept_as_one() -> None:
    formatted = format_file(parsed("schema 1\n\n\n\nrelease 6.9\t2024-05-12\n"))
    assert formatted == "schema 1\n\nrelease 6.9\t2024-05-12\n"


@settings(max_examples=max(30, settings().max_examples // 5))
@given(st.data())
def test_any_layout_of_a_shipped_file_formats_to_it(data: st.DataObject) -> None:
    """Spaces, tabs and trailing blanks put in at random come out again."""
    path = data.draw(st.sampled_from([f for f in FILES if f.stat().st_size < 9000]))
    text = path.read_text()
    lines = []
    for line in text.splitlines():
        indent = data.draw(st.sampled_from(["", " ", "\t\t", "   \t"]))
        behind = data.draw(st.sampled_from(["", " ", "\t"]))
        lines.append((indent + line.strip() + behind) if line.strip() else line)
    assert format_file(parsed("\n".join(lines) + "\n")) == text


def test_long_texts_are_wrapped_and_joined_again() -> None:
    words = " ".join(f"word{n}" for n in range(100))
    text = f'schema 1\nmacro M {{\n\tdoc "{words}"\n\tsince 6.9\n}}\n'
    formatted = format_file(parsed(text))
    assert max(len(line.expandtabs(8)) for line in formatted.splitlines()) <= 100
    macro = parsed(formatted).items[1]
    assert isinstance(macro, tree.Macro)
    doc = macro.clauses[0]
    assert isinstance(doc, tree.TextClause)
    assert doc.text.text == words
