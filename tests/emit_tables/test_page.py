# SPDX-License-Identifier: MIT
"""The page: all entries as a plain table, and the right answers in its data."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from vmcoreinfo_codegen.core.condition import ALWAYS
from vmcoreinfo_codegen.emit import tables
from vmcoreinfo_codegen.emit.tables.page import release_points
from vmcoreinfo_codegen.model import Schema

from .conftest import Products

_VOID = {"meta", "br", "input", "link", "img"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element with the text in it; tags that do not match are an error."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        # The end tag of an option may be left out, but ours is not.
        assert self.open and self.open[-1].name == tag, f"</{tag}> closes nothing"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, name: str, **attributes: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.name == name
            and all(element.attributes.get(key) == value for key, value in attributes.items())
        ]


def read(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


@pytest.fixture(scope="module")
def page(products: Products) -> Page:
    return read(products["tables/index.html"])


def test_all_keys_are_in_the_table_without_javascript(page: Page, schema: Schema) -> None:
    assert sorted(th.text for th in page.all("th", scope="row")) == sorted(schema.by_key)
    body = [row for row in page.all("tr") if "data-search" in row.attributes]
    assert len(body) == len(schema.entries)
    assert all("hidden" not in row.attributes for row in body)
    ids = [row.attributes["id"] for row in body]
    assert len(set(ids)) == len(ids)


def test_what_helps_those_who_do_not_see_it(page: Page) -> None:
    labelled = {label.attributes["for"] for label in page.all("label")}
    controls = [*page.all("input"), *page.all("select")]
    assert len(controls) == 3
    assert {control.attributes["id"] for control in controls} == labelled
    assert all("scope" in th.attributes for th in page.all("th"))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("caption")[0].text
    assert page.all("output")[0].attributes["aria-live"] == "polite"


def test_nothing_is_loaded_from_elsewhere(page: Page, products: Products) -> None:
    for element in page.elements:
        assert "src" not in element.attributes
        href = element.attributes.get("href")
        assert href is None or href.startswith("#")
    assert not page.all("link")
    assert "url(" not in products["tables/index.html"]
    ids = {element.attributes.get("id") for element in page.elements}
    assert {str(a.attributes["href"])[1:] for a in page.all("a")} <= ids


@pytest.mark.long
def test_text_is_escaped(schema: Schema) -> None:
    hostile = '</script><script>alert("1")</script> & <b>bold</b>'
    first = schema.entries[0]
    export = replace(first.exports[0], doc=hostile, section=hostile)
    entry = replace(first, exports=(export,))
    changed = replace(schema, entries=(entry, *schema.entries[1:]))
    (text,) = [p.text for p in tables.emit(changed) if p.path == "tables/index.html"]
    read_back = read(text)
    assert len(read_back.all("script")) == 2
    assert not read_back.all("b")
    assert hostile in [th.text for th in read_back.all("th", scope="rowgroup")]


def answer(data: Any, entry: int, arch: int, point: int) -> tuple[str, str] | None:
    """What the page's script finds: condition and quirk."""
    born, died = data["lives"][arch]
    for archs, runs in data["runs"][entry]:
        for first, last, condition, quirk in runs:
            if arch in archs and max(first, born) <= point <= min(last, died):
                return data["texts"][condition], data["texts"][quirk]
    return None


def test_the_data_answers_as_the_schema_does(page: Page, schema: Schema) -> None:
    data = json.loads(page.all("script", id="data")[0].text)
    keys = [th.text for th in page.all("th", scope="row")]
    points = release_points(schema)
    assert data["points"] == [str(point) for point in points]
    assert {"6.6.2", "6.11.3", "5.10.46"} < set(data["points"])
    for place, arch in enumerate(schema.architectures):
        for number, release in enumerate(points):
            there = arch.existed_in(release)
            expected = {
                p.key: "" if p.condition == ALWAYS else str(p.condition)
                for p in (schema.predict(release, arch) if there else ())
            }
            found = {
                key: told[0]
                for entry, key in enumerate(keys)
                if (told := answer(data, entry, place, number))
            }
            assert found == expected, f"{release} on {arch.name}"


def test_the_data_warns_of_quirks(page: Page) -> None:
    data = json.loads(page.all("script", id="data")[0].text)
    entry = [th.text for th in page.all("th", scope="row")].index("BUILD-ID")
    arch = data["archs"].index("arm64")
    for release, is_spoilt in (("6.11", False), ("6.11.3", True), ("6.11.10", False)):
        told = answer(data, entry, arch, data["points"].index(release))
        assert told and told[1].startswith("garbage: ") == is_spoilt


def test_every_architecture_and_release_can_be_chosen(page: Page, schema: Schema) -> None:
    options = [option.text for option in page.all("option")]
    assert {arch.name for arch in schema.architectures} < set(options)
    for declared in schema.releases:
        assert f"{declared.release} ({declared.date})" in options


@pytest.mark.parametrize(
    ("query", "arch", "release"),
    [("arch=arm64&release=6.9", "arm64", "6.9"), ("arch=ppc64&release=6.6.2", "ppc64", "6.6.2")],
)
def test_a_browser_shows_the_answer(
    products: Products, schema: Schema, tmp_path: Path, query: str, arch: str, release: str
) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("no chromium here")
    (tmp_path / "index.html").write_text(products["tables/index.html"])
    address = f"{(tmp_path / 'index.html').as_uri()}#?{query}"
    ran = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    shown = read(ran.stdout)
    visible = [
        str(row.attributes["id"])
        for row in shown.all("tr")
        if "data-search" in row.attributes and "hidden" not in row.attributes
    ]
    found = schema.architecture(arch)
    assert found
    points = {str(point): point for point in release_points(schema)}
    expected = [p.key for p in schema.predict(points[release], found)]
    assert len(visible) == len(expected)
    assert {re.sub(r"\W+", "_", key).strip("_") for key in expected} == set(visible)
    assert shown.all("output")[0].text == f"{len(expected)} of {len(schema.entries)} entries"
