# SPDX-License-Identifier: MIT
"""Every page: its links lead somewhere, its ids are unique, and it asks nothing of another host."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from vmcoreinfo_codegen.emit.site.links import key_pages
from vmcoreinfo_codegen.emit.stamp import command_of
from vmcoreinfo_codegen.model import Schema

from .conftest import Site
from .html import Page, read

pytestmark = pytest.mark.long

_ELSEWHERE = re.compile(r"https?://")
_MOST_BYTES = 500_000

KERNEL = ("https://git.kernel.org/linus/", "https://elixir.bootlin.com/linux/v")


@pytest.fixture(scope="module")
def pages(made: Site) -> dict[str, Page]:
    return {place: read(text) for place, text in made.items() if place.endswith(".html")}


def ids_of(page: Page) -> list[str]:
    return [id_ for element in page.elements if (id_ := element.attributes.get("id"))]


def test_every_link_leads_somewhere(made: Site, pages: dict[str, Page]) -> None:
    ids = {place: set(ids_of(page)) for place, page in pages.items()}
    dead = Counter[str]()
    followed = 0
    for place, page in pages.items():
        for element in page.elements:
            for name in ("href", "src", "action"):
                address = element.attributes.get(name)
                if address is None or _ELSEWHERE.match(address):
                    continue
                path, _, part = address.partition("#")
                target = posixpath.normpath(posixpath.join(posixpath.dirname(place), path))
                target = target if path else place
                # What follows the mark on this page is read by its script.
                is_choice = target in ("compare.html", "search.html") and "=" in part
                followed += 1
                if target not in made or (
                    not is_choice and part and unquote(part) not in ids[target]
                ):
                    dead[f"{place}: {address}"] += 1
    assert not dead, list(dead)[:20]
    assert followed > 50_000


def test_links_to_elsewhere_are_to_commits_and_tools(
    pages: dict[str, Page], schema: Schema
) -> None:
    known = tuple(consumer.url for consumer in schema.consumers)
    for page in pages.values():
        for element in page.elements:
            for name, value in element.attributes.items():
                if value and _ELSEWHERE.search(value):
                    assert (element.name, name) == ("a", "href")
                    assert value.startswith((*KERNEL, *known))


def test_ids_are_unique(pages: dict[str, Page]) -> None:
    for place, page in pages.items():
        assert [id_ for id_, count in Counter(ids_of(page)).items() if count > 1] == [], place


def test_the_policy_lets_nothing_out_and_nothing_inline_in(pages: dict[str, Page]) -> None:
    for place, page in pages.items():
        policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0].attributes
        said = str(policy["content"])
        assert said.startswith("default-src 'none'; "), place
        assert "unsafe" not in said and "http" not in said and "connect-src" not in said
        assert not page.all("style")
        for element in page.elements:
            assert not any(name.startswith("on") for name in element.attributes), place
            assert "style" not in element.attributes, place
        assert all("src" in script.attributes and not script.text for script in page.all("script"))


def test_what_helps_those_who_do_not_see_it(pages: dict[str, Page]) -> None:
    for place, page in pages.items():
        labelled = {label.attributes["for"] for label in page.all("label")}
        controls = [*page.all("input"), *page.all("select"), *page.all("textarea")]
        assert {control.attributes["id"] for control in controls} == labelled, place
        assert all("scope" in th.attributes for th in page.all("th")), place
        assert page.all("html")[0].attributes["lang"] == "en"
        assert len(page.all("h1")) == 1, place
        assert page.all("title")[0].text.endswith(" - VMCOREINFO")


def test_headings_skip_no_level(pages: dict[str, Page]) -> None:
    for place, page in pages.items():
        levels = [int(e.name[1]) for e in page.elements if re.fullmatch(r"h[1-6]", e.name)]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), place


def test_every_file_says_how_it_was_made(made: Site) -> None:
    for place, text in made.items():
        assert "SPDX-License-Identifier: MIT" in text[:200], place
        assert command_of(text) == "vmcoreinfo generate site", place


def test_sizes(made: Site) -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', made["index.html"])
    first = ["index.html", *loaded]
    assert "assets/site.css" in loaded
    assert sum(len(made[place].encode()) for place in first) < 150_000
    assert {place: len(text) for place, text in made.items() if len(text) > _MOST_BYTES} == {}


def test_there_is_a_page_for_everything(made: Site, schema: Schema) -> None:
    expected = {f"kernels/{declared.release}.html" for declared in schema.releases}
    expected |= {f"kernels/{line.name}.html" for line in schema.lines}
    expected |= {f"architectures/{arch.name}.html" for arch in schema.architectures}
    expected |= {f"tools/{consumer.name}.html" for consumer in schema.consumers}
    expected |= {
        f"tools/{consumer.name}/{one.release}.html"
        for consumer in schema.consumers
        for one in consumer.releases
    }
    assert expected <= set(made)
    assert sum(place.startswith("keys/") for place in made) == len(schema.entries) + 1
    # Some file systems take names that differ in case alone for the same.
    assert len({place.lower() for place in made}) == len(made)


def test_a_page_of_a_key_says_what_becomes_of_it(pages: dict[str, Page]) -> None:
    page = pages["keys/OFFSET_vmap_area_va_start.html"]
    assert [p.text for p in page.all("p") if p.attributes.get("class") == "status"] == [
        "Removed in 6.9; use NUMBER(VMALLOC_START)."
    ]
    text = page.with_id("main").text
    assert "The kernel version is not supported, and saving the vmcore fails" in text
    assert "build 1: yes" in page.with_id("on-openeuler24.03").text


def test_without_scripts_a_cell_of_the_first_page_leads_to_the_answer(
    pages: dict[str, Page], schema: Schema
) -> None:
    page = pages["index.html"]
    row = page.with_id("x86_64-makedumpfile")
    assert "makedumpfile" in row.text
    places = [str(a.attributes.get("href")) for a in page.all("a")]
    newest = next(c for c in schema.consumers if c.name == "makedumpfile").latest
    (first, *_) = [p for p in places if p.startswith(f"tools/makedumpfile/{newest}.html#on-")]
    path, _, id_ = first.partition("#")
    assert pages[path].with_id(id_).name == "tr"


def test_it_is_made_the_same_again(made: Site, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vmcoreinfo_codegen", "generate", "site", "--out", "."]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, stdout=subprocess.DEVNULL)
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    again = {path.relative_to(tmp_path / "site").as_posix(): path.read_text() for path in files}
    assert again == made


_ELIXIR = "https://elixir.bootlin.com/linux"


def test_a_key_leads_to_the_files_that_print_it(made: Site, schema: Schema) -> None:
    """Each in the last release in which it does, the newest first, with the commit that moved it."""
    page = made["keys/SYMBOL_log_buf.html"]
    newer = f'<a href="{_ELIXIR}/v5.9/source/kernel/printk/printk.c">'
    older = f'<a href="{_ELIXIR}/v3.10/source/kernel/printk.c">'
    assert 0 < page.index(newer) < page.index(older)
    page = made["keys/SYMBOL_node_data.html"]
    assert f"{_ELIXIR}/v5.5/source/arch/x86/kernel/machine_kexec_32.c" in page
    assert "443cbaf9e2fd" in page
    commits = made["commits.html"]
    assert 'id="443cbaf9e2fd"' in commits and "<code>kernel/vmcore_info.c</code>" in commits
    for entry in schema.entries:
        last = max(d.release for d in schema.releases)
        for export in entry.exports:
            if export.contains(last) and not export.is_out_of_tree:
                file = schema.files_of(export)[0].files[-1].path
                link = f'href="{_ELIXIR}/v{last}/source/{file}"'
                assert link in made[key_pages(schema)[entry.key]]


def test_a_key_leads_to_the_kernel_that_had_it_last(made: Site) -> None:
    """Removed ones too; a bare key by the macro that prints it."""
    start = _ELIXIR
    for page, link in (
        ("SYMBOL_vmap_area_list", f"{start}/v6.8/A/ident/vmap_area_list"),
        ("OFFSET_page_flags", f"{start}/v7.3/A/ident/page"),
        ("OSRELEASE", f"{start}/v7.3/A/ident/VMCOREINFO_OSRELEASE"),
    ):
        assert f'href="{link}"' in made[f"keys/{page}.html"]
