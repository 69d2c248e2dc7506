# SPDX-License-Identifier: MIT
"""The page for the kernel's documentation renders without a warning and is complete."""

from __future__ import annotations

import re
from dataclasses import replace

import docutils.core
import docutils.utils
import pytest

from vmcoreinfo_codegen.emit import rst
from vmcoreinfo_codegen.model import Schema

from .conftest import Products, was_there


def page(products: Products) -> str:
    return products["rst/vmcoreinfo.rst"]


def render(text: str) -> str:
    settings = {"report_level": 2, "halt_level": 2, "input_encoding": "unicode"}
    return str(
        docutils.core.publish_parts(text, writer="html5", settings_overrides=settings)["body"]
    )


def titles(text: str, mark: str) -> list[str]:
    found = re.findall(rf"^(\S.*)\n({re.escape(mark)}+)$", text, re.MULTILINE)
    assert all(len(title) == len(line) for title, line in found)
    return [title.replace("\\", "") for title, _ in found]


def test_docutils_has_nothing_to_say(products: Products) -> None:
    body = render(page(products))
    assert "system-message" not in body
    assert "problematic" not in body


def test_a_warning_would_be_noticed(products: Products) -> None:
    with pytest.raises(docutils.utils.SystemMessage):
        render(page(products).replace("``OSRELEASE``", "``OSRELEASE") + "\nlost_ ``open\n")


def test_all_entries_of_the_latest_release_have_a_heading(
    products: Products, schema: Schema
) -> None:
    headings = titles(page(products), "-")
    exported = [
        entry.key
        for entry in schema.entries
        for export in entry.exports
        if export.contains(schema.latest)
    ]
    derivations = [derivation.name for derivation in schema.derivations]
    others = ["Values", "How to read an entry"]
    assert sorted(headings) == sorted([*exported, *derivations, *others])


def test_what_is_gone_is_told_with_its_replacement(products: Products, schema: Schema) -> None:
    gone = page(products).partition("Removed entries\n")[2]
    gone = gone.partition("Derived values\n")[0]
    for entry in schema.entries:
        if entry.last and was_there(schema, entry):
            match = re.search(
                rf"^``{re.escape(entry.key)}``, until {entry.last.release}.*\n((?:    .*\n)+)",
                gone,
                re.MULTILINE,
            )
            assert match, entry.key
            for key in entry.replaced_by:
                assert f"``{key}``" in match[1]


def test_rendered_text_is_that_of_the_schema(products: Products, schema: Schema) -> None:
    rendered = " ".join(re.sub(r"<[^>]+>", "", render(page(products))).split())
    for entry in schema.entries:
        for export in entry.exports:
            if export.contains(schema.latest):
                told = " ".join(export.doc.split()).replace("`", "")
                told = told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                assert told in rendered, entry.key


def test_special_characters_in_texts_are_harmless(schema: Schema) -> None:
    hostile = "Ends in lost_ with *stars, |bars|, and `ticks` \\ too. "
    first = schema.entries[0]
    export = replace(first.exports[0], doc=hostile * 3)
    entry = replace(first, exports=(export,))
    changed = replace(schema, entries=(entry, *schema.entries[1:]))
    assert "system-message" not in render(rst.emit(changed)[0].text)


def test_lines_are_short(products: Products) -> None:
    # An expression or a key may be longer than a line, words are not.
    long = [line for line in page(products).splitlines() if len(line) > 79]
    assert [line for line in long if " " in line.strip()] == []
