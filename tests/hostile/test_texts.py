# SPDX-License-Identifier: MIT
"""Free text of the schema is text in every product: none of it is code, markup, or a formula.

The same schema is written twice, once with texts that each format would read, and once with tame
ones. Products of both have the same code and the same structure, and show what the schema says.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docutils import core, nodes
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests import installed
from tests.hostile import texts
from vmcoreinfo_codegen.cli.main import main
from vmcoreinfo_codegen.emit.depfile import depfile
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.reference.man import roff

_HASH = re.compile(r"\b(?:0x)?[0-9a-f]{8}(?:[0-9a-f]{8})?u?\b")
# Every product is made twice, and C compiled.
pytestmark = pytest.mark.long

_COMPILERS = [name for name in ("gcc", "clang") if shutil.which(name)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of products, by what their texts are."""
    found = {}
    for name, written in (("tame", texts.tame()), ("nasty", texts.nasty())):
        folder = tmp_path_factory.mktemp(name)
        used = texts.write(folder / "schema", written)
        assert len(used) > 10 * len(texts.NASTY)
        options = ["--schema", str(folder / "schema"), "--out"]
        assert main(["generate", *options, str(folder / "out")]) == 0
        assert main(["generate", "site", *options, str(folder / "out")]) == 0
        assert main(["generate", "library", "python", "rust", *options, str(folder / "lib")]) == 0
        found[name] = folder
    return found


@pytest.fixture(scope="module")
def nasty_schema(made: dict[str, Path]) -> Schema:
    return load(made["nasty"] / "schema")


def plain(text: str) -> str:
    """What a reader sees of a text: blanks and the backticks around code do not count."""
    return re.sub(r"[\s`]+", "", text)


def pairs(made: dict[str, Path], pattern: str) -> Iterator[tuple[str, str, str]]:
    """Names and the tame and the nasty text of products."""
    paths = sorted((made["tame"]).glob(pattern))
    assert paths, pattern
    for path in paths:
        name = path.relative_to(made["tame"])
        yield str(name), path.read_text("utf-8"), (made["nasty"] / name).read_text("utf-8")


# ---- C -------------------------------------------------------------------------------------


# The text of a quirk is a string of the code; all else of it has to be the same.
_QUIRK = re.compile(r'(\{ VMCOREINFO_QUIRK_\w+, "[^"]*", )"(?:\\.|[^"\\])*" \}')


def code_of_c(path: Path) -> str:
    command = ["gcc", "-fpreprocessed", "-dD", "-E", "-P", "-trigraphs", "-x", "c", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return _HASH.sub("HASH", _QUIRK.sub(r"\1TEXT }", ran.stdout))


@pytest.mark.parametrize("name", ["out/c/vmcoreinfo.h", "out/c/vmcoreinfo.c", "lib/vmcoreinfo.c"])
def test_c_has_the_same_code(made: dict[str, Path], name: str) -> None:
    assert "pwned" in (made["nasty"] / "out/c/vmcoreinfo.h").read_text()
    code = code_of_c(made["nasty"] / name)
    assert code == code_of_c(made["tame"] / name)
    assert "pwned" not in code


@pytest.mark.parametrize("compiler", _COMPILERS)
def test_c_compiles_without_a_warning(made: dict[str, Path], tmp_path: Path, compiler: str) -> None:
    command = [compiler, "-std=c99", "-Wall", "-Wextra", "-Wcomment", "-Wtrigraphs", "-Werror"]
    for name in ("out/c/vmcoreinfo.c", "lib/vmcoreinfo.c"):
        path = made["nasty"] / name
        subprocess.run([*command, "-c", str(path), "-o", str(tmp_path / "out.o")], check=True)


def test_c_shows_the_docs(made: dict[str, Path], nasty_schema: Schema) -> None:
    header = (made["nasty"] / "out/c/vmcoreinfo.h").read_text("utf-8")
    shown = re.sub(r"\s", "", re.sub(r"^ \* ", "", header, flags=re.MULTILINE))
    docs = [re.sub(r"\s", "", derivation.doc) for derivation in nasty_schema.derivations]
    assert all(doc in shown for doc in docs)


_QUIRKS = """
#include <stdio.h>
#include "vmcoreinfo.h"
int main(void)
{
	unsigned key, i;
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		const struct vmcoreinfo_entry *entry = vmcoreinfo_entry_of((enum vmcoreinfo_key)key);
		for (i = 0; i < entry->quirk_count; i++)
			puts(entry->quirks[i].text);
	}
	return 0;
}
"""


def test_quirks_have_the_texts_in_c_and_python(
    made: dict[str, Path], nasty_schema: Schema, tmp_path: Path
) -> None:
    texts_of = [
        quirk.text
        for entry in nasty_schema.entries_by_number
        for export in entry.exports
        for quirk in export.quirks
    ]
    assert len(set(texts_of)) > 3
    (tmp_path / "quirks.c").write_text(_QUIRKS)
    out = made["nasty"] / "out"
    files = [f"-I{out / 'c'}", str(tmp_path / "quirks.c"), str(out / "c/vmcoreinfo.c")]
    program = tmp_path / "quirks"
    subprocess.run([_COMPILERS[0], "-std=c99", *files, "-o", str(program)], check=True)
    said = subprocess.run([program], capture_output=True, check=True).stdout.decode("utf-8")
    assert said == "".join(f"{text}\n" for text in texts_of)
    show = (
        "import json, vmcoreinfo\n"
        "print(json.dumps([q.text for e in vmcoreinfo.ENTRIES.values() for q in e.quirks]))"
    )
    command = [sys.executable, "-W", "error", "-c", show]
    ran = subprocess.run(command, cwd=out / "python", capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == texts_of


# ---- Rust ----------------------------------------------------------------------------------


def code_of_rust(text: str) -> str:
    """Without comments: those with a text of the schema are lines of their own."""
    return _HASH.sub("HASH", re.sub(r"^ *//.*\n", "", text, flags=re.MULTILINE))


def test_rust_has_the_same_code(made: dict[str, Path]) -> None:
    for pattern in ("out/rust/src/*.rs", "lib/*.rs"):
        for name, tame, nasty in pairs(made, pattern):
            assert code_of_rust(nasty) == code_of_rust(tame), name
            assert "pwned" not in code_of_rust(nasty)
    assert "pwned" in (made["nasty"] / "out/rust/src/keys.rs").read_text()


# ---- Python ----------------------------------------------------------------------------------


def code_of_python(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            body[0] = ast.Pass()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Quirk":
            node.args[2] = ast.Constant("TEXT")
    return _HASH.sub("HASH", ast.dump(tree))


def test_python_has_the_same_code(made: dict[str, Path]) -> None:
    for pattern in ("out/python/vmcoreinfo/*.py", "lib/*.py"):
        for name, tame, nasty in pairs(made, pattern):
            assert code_of_python(nasty) == code_of_python(tame), name


@pytest.mark.parametrize("folder", ["out/python", "lib"])
def test_python_shows_the_docs(made: dict[str, Path], nasty_schema: Schema, folder: str) -> None:
    module = "vmcoreinfo" if folder == "out/python" else "vmcoreinfo_subset"
    derive = "vmcoreinfo.derive" if folder == "out/python" else module
    program = (
        f"import json, {module}, {derive} as derive\n"
        f"names = vars({module}.VmcoreInfo).items()\n"
        "print(json.dumps({n: p.__doc__ for n, p in names if isinstance(p, property)} |"
        " {n: f.__doc__ for n, f in derive.DERIVATIONS.items()}))"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    ran = subprocess.run(
        command, cwd=made["nasty"] / folder, capture_output=True, text=True, check=True
    )
    docs = {name: re.sub(r"\s", "", doc) for name, doc in json.loads(ran.stdout).items() if doc}
    shown = set(docs.values())
    assert {re.sub(r"\s", "", entry.summary) for entry in nasty_schema.entries} <= shown
    for derivation in nasty_schema.derivations:
        assert docs[derivation.name].startswith(re.sub(r"\s", "", derivation.doc))


# ---- Markdown ----------------------------------------------------------------------------------

_INSIDE = {"text", "code_inline", "softbreak"}


def markdown(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


def structure(tokens: list[Token]) -> list[str]:
    """Blocks, and what is inside of lines but texts and code."""
    found = []
    for token in tokens:
        found.append(token.type + token.tag)
        inside = [child for child in token.children or () if child.type not in _INSIDE]
        found += [
            child.type + (child.content if child.type == "html_inline" else "") for child in inside
        ]
    return found


def shown(tokens: list[Token]) -> str:
    return plain("".join(c.content for t in tokens for c in t.children or () if c.type in _INSIDE))


def test_markdown_has_the_same_structure(made: dict[str, Path]) -> None:
    for name, tame, nasty in pairs(made, "out/tables/**/*.md"):
        one, other = structure(markdown(tame)), structure(markdown(nasty))
        if name.endswith("releases.md"):
            # Changes that are told in the same words are one item.
            one, other = sorted(set(one)), sorted(set(other))
        assert other == one, name


def test_markdown_shows_the_texts(made: dict[str, Path], nasty_schema: Schema) -> None:
    pages = {name: shown(markdown(nasty)) for name, _, nasty in pairs(made, "out/tables/**/*.md")}
    entries = pages["out/tables/entries.md"]
    for entry in nasty_schema.entries:
        assert plain(entry.summary) in entries
        for export in entry.exports:
            assert plain(export.section) in entries
    for consumer in nasty_schema.consumers:
        for need in consumer.needs:
            # One that reads no entry is on the page where something becomes of it alone.
            if need.keys:
                assert plain(need.purpose) in pages["out/tables/consumers.md"]
    everything = "".join(pages.values())
    for arch in nasty_schema.architectures:
        assert plain(arch.doc) in everything


# ---- reStructuredText ----------------------------------------------------------------------


def test_rst_has_the_same_structure_and_shows_the_texts(
    made: dict[str, Path], nasty_schema: Schema
) -> None:
    # What includes files and takes raw text is on, as it is by default.
    settings = {"report_level": 2, "halt_level": 2, "input_encoding": "unicode"}
    inside = (nodes.Inline, nodes.Text)

    def blocks(node: nodes.Node) -> list[str]:
        found = [type(node).__name__]
        for child in node.children:
            if not isinstance(child, inside):
                found += blocks(child)
        return found

    ((_, tame, nasty),) = pairs(made, "out/rst/vmcoreinfo.rst")
    documents = [core.publish_doctree(text, settings_overrides=settings) for text in (tame, nasty)]
    assert blocks(documents[1]) == blocks(documents[0])
    found = plain(documents[1].astext())
    for entry in nasty_schema.entries:
        for export in entry.exports:
            if export.contains(nasty_schema.latest):
                assert plain(export.doc) in found
                assert plain(export.section) in found
    for derivation in nasty_schema.derivations:
        assert plain(derivation.doc) in found


# ---- HTML and SVG -----------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, [name for name, _ in attrs]))

    def handle_data(self, data: str) -> None:
        self.text += data


# A long list is folded away, and what is alike of several has links to them.
_FOLDED = {("details", "class"), ("a", "href")}


def test_the_site_has_the_same_tags(made: dict[str, Path], nasty_schema: Schema) -> None:
    for name, tame, nasty in pairs(made, "out/site/**/*.html"):
        pages = [_Tags(), _Tags()]
        for page, text in zip(pages, (tame, nasty)):
            page.feed(text)
        # Texts that differ stand in more rows or fewer, so tags are compared, not counted.
        kinds = [{(tag, one) for tag, names in page.tags for one in names} for page in pages]
        assert kinds[1] <= kinds[0] | _FOLDED, name
        known = {tag for tag, _ in pages[0].tags} | {"details", "summary", "br", "code"}
        assert {tag for tag, _ in pages[1].tags} <= known, name
        scripts = [[tag for tag, _ in page.tags].count("script") for page in pages]
        assert scripts[1] == scripts[0], name
    shown = _Tags()
    shown.feed((made["nasty"] / "out/site/keys/index.html").read_text("utf-8"))
    for entry in nasty_schema.entries:
        assert plain(entry.summary) in plain(shown.text)


def test_scripts_of_the_site_are_data(made: dict[str, Path], nasty_schema: Schema) -> None:
    for name, tame, nasty in pairs(made, "out/site/data/*.js"):
        values = [json.loads(text[text.index(" = ") + 3 : -2]) for text in (tame, nasty)]
        assert list(values[1]) == list(values[0]), name
        if name.endswith("compare.js"):
            quirks = {q.text for export in nasty_schema.exports() for q in export.quirks}
            assert all(any(q in text for text in values[1]["texts"]) for q in quirks)


def test_pictures_are_xml_with_the_same_elements(made: dict[str, Path]) -> None:
    for name, tame, nasty in pairs(made, "out/tables/*.svg"):
        elements = [
            {element.tag for element in ElementTree.fromstring(text).iter()}
            for text in (tame, nasty)
        ]
        assert elements[1] == elements[0], name


# ---- tables for machines --------------------------------------------------------------------


def test_csv_guards_texts_and_nothing_else(made: dict[str, Path], nasty_schema: Schema) -> None:
    """An apostrophe in front of a text that a spreadsheet would work out; keys are as they are."""
    formulas = 0
    for name, tame, nasty in pairs(made, "out/tables/*.csv"):
        rows = list(csv.reader(io.StringIO(nasty)))
        assert all(len(row) == len(rows[0]) for row in rows)
        assert rows[0] == next(csv.reader(io.StringIO(tame)))
        assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")], name
        formulas += sum(cell[:2] in ("'=", "'+", "'-", "'@") for row in rows for cell in row)
    assert formulas > 10
    text = (made["nasty"] / "out/tables/entries.csv").read_text("utf-8")
    summaries = {entry.key: {e.doc for e in entry.exports} for entry in nasty_schema.entries}
    for row in csv.DictReader(io.StringIO(text)):
        unguarded = re.sub(r"^'(?=[=+@-])", "", row["summary"])
        assert any(doc.startswith(unguarded.rstrip(".")) for doc in summaries[row["key"]])


def test_json_has_the_texts_as_they_are(made: dict[str, Path], nasty_schema: Schema) -> None:
    document = json.loads((made["nasty"] / "out/tables/vmcoreinfo.json").read_text("utf-8"))
    assert [e["exports"][0]["doc"] for e in document["entries"]] == [
        entry.exports[0].doc for entry in nasty_schema.entries
    ]
    for name, tame, nasty in pairs(made, "out/**/*.json"):
        assert json.loads(nasty).keys() == json.loads(tame).keys(), name


# ---- what has no text of the schema ----------------------------------------------------------


def test_builds_and_manuals_do_not_depend_on_texts(made: dict[str, Path]) -> None:
    for pattern in ("lib/CMakeLists.txt", "lib/meson.build", "lib/*.map", "lib/*.pc.in"):
        for name, tame, nasty in pairs(made, pattern):
            assert _HASH.sub("HASH", nasty) == _HASH.sub("HASH", tame), name
    for pattern in ("out/man/**/*.[15]", "out/reference/*.md", "out/interface/*.json"):
        for name, tame, nasty in pairs(made, pattern):
            assert nasty == tame, name


@pytest.mark.parametrize("program", ["groff", "mandoc"])
def test_manuals_show_any_text(tmp_path: Path, program: str) -> None:
    """No product has such a text in it today; the escape is tested where it is."""
    installed.program(program)
    body = "".join(f".PP\n{roff.text(text)}\n" for text in texts.NASTY)
    page = tmp_path / "page.1"
    page.write_text(f'.TH PAGE 1 2026-01-01 "x" "x"\n.SH NAME\npage \\- a page\n.SH TEXT\n{body}')
    groff = ["groff", "-man", "-Tutf8", "-ww", "-rLL=500n", "-P-cbou"]
    command = groff if program == "groff" else ["mandoc", "-Tutf8", "-O", "width=500"]
    ran = subprocess.run([*command, str(page)], capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    # mandoc shows bold as a letter struck twice.
    found = plain(re.sub(r".\x08", "", ran.stdout))
    missing = [text for text in texts.NASTY if plain(text) not in found]
    assert missing == []


@pytest.mark.parametrize(
    "name", ["a:b", "a=b", "a%b", "a;b", "a|b", "a*b", "a[b", "a\nb", "a\x1bb"]
)
def test_a_depfile_has_no_name_that_make_reads_otherwise(name: str) -> None:
    """`a=b/x.h: x` sets a variable, and nothing was made again."""
    for made, needed in (([name], ["x"]), (["x"], [name])):
        with pytest.raises(ValueError, match="can't be used in a Makefile"):
            depfile(made, needed)
