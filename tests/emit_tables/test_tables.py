# SPDX-License-Identifier: MIT
"""The tables for people answer: what is its life, what changed, what is gone, and where."""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.model import Schema

from .conftest import Products, was_there
from .markdown import codes, rows, section, tables

WITH_ENTRIES = [
    "x86_64",
    "i386",
    "arm64",
    "arm",
    "ppc64",
    "ppc",
    "s390x",
    "riscv64",
    "riscv32",
    "ia64",
    "sh",
]


# ---- every entry with its life -------------------------------------------------------


def test_every_entry_has_one_row(products: Products, schema: Schema) -> None:
    shown = rows(products["tables/entries.md"])
    assert len(shown) == len(schema.entries)
    assert set(shown) == set(schema.by_key)
    for key, row in shown.items():
        entry = schema.by_key[key]
        assert row["Kind"] == entry.kind.value
        assert row["Value"].startswith(str(entry.format))
        assert codes(row["Replaced by"]) == set(entry.replaced_by)
        assert row["Summary"] and row["Condition"]
        lives = row["Exported"].split("<br>")
        assert len(lives) == sum(len(export.spans) for export in entry.exports)


def test_lives_tell_doubt_backports_and_architectures(products: Products) -> None:
    shown = rows(products["tables/entries.md"])
    life = {key: row["Exported"] for key, row in shown.items()}
    assert life["SYMBOL(vmap_area_list)"] == "since 3.10 (seen only in 3.10.4) until 6.9"
    assert life["NUMBER(VMALLOC_START)"].split("<br>") == [
        "all: since 6.9",
        "arm64: since 5.18 until 6.9",
        "riscv64, riscv32: since 6.2 until 6.9",
    ]
    assert "5.10.y since 5.10.46" in life["NUMBER(SECTION_SIZE_BITS)"]
    assert "6.6.y since 6.6.2 (seen only in 6.6.9)" in life["SYMBOL(cur_cpu_spec)"]


def test_conditions_have_their_history(products: Products) -> None:
    shown = rows(products["tables/entries.md"])
    assert shown["SYMBOL(log_buf)"]["Condition"].split("<br>") == [
        "`CONFIG_PRINTK && CONFIG_KEXEC` until 4.3",
        "`CONFIG_PRINTK && CONFIG_KEXEC_CORE` since 4.3 until 4.12",
        "`CONFIG_PRINTK && CONFIG_CRASH_CORE` since 4.12",
    ]
    assert shown["OSRELEASE"]["Condition"] == "always"


# ---- what changed in a release -------------------------------------------------------


def changes(products: Products, release: str, title: str) -> str:
    return section(section(products["tables/releases.md"], f"## {release}"), f"### {title}")


def item(text: str, key: str) -> str:
    (found,) = [line for line in text.splitlines() if line.startswith("- ") and f"`{key}`" in line]
    return found


def test_release_6_9(products: Products) -> None:
    removed = item(changes(products, "6.9", "Removed"), "SYMBOL(vmap_area_list)")
    assert "`OFFSET(vmap_area.va_start)`, `OFFSET(vmap_area.list)`" in removed
    assert "use `NUMBER(VMALLOC_START)`" in removed
    assert "[55c49fee57af]" in removed
    added = item(changes(products, "6.9", "Added"), "NUMBER(VMALLOC_START)")
    assert "on all architectures; arm64, riscv64 and riscv32 had it before" in added
    condition = item(changes(products, "6.9", "Changed condition"), "SYMBOL(prb)")
    assert "CONFIG_VMCORE_INFO`, before if `CONFIG_PRINTK && CONFIG_CRASH_CORE`" in condition


def test_release_7_1(products: Products) -> None:
    removed = changes(products, "7.1", "Removed")
    assert "use `OFFSET(page.compound_info)`" in item(removed, "OFFSET(page.compound_head)")
    assert "[d50569612c29]" in item(changes(products, "7.1", "Added"), "OFFSET(page.compound_info)")


@pytest.mark.parametrize(
    ("release", "title", "key", "text"),
    [
        ("6.12", "Changed meaning", "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", "top byte"),
        ("4.19", "Changed printed form", "CRASHTIME", "as `%lld`, before as `%ld`"),
        ("6.11", "Quirks", "BUILD-ID", "garbage from 6.11.3 until 6.11.10"),
        ("2.6.27", "Quirks", "OSRELEASE", "no longer garbage"),
        ("6.6", "Added by a stable release", "NUMBER(RADIX_MMU)", "in 6.6.y from 6.6.2 on"),
        ("4.10", "Exported by other code", "NUMBER(KERNEL_IMAGE_SIZE)", "on x86_64"),
        ("4.10", "Removed", "NUMBER(KERNEL_IMAGE_SIZE)", "on i386"),
    ],
)
def test_other_kinds_of_change(
    products: Products, release: str, title: str, key: str, text: str
) -> None:
    assert text in item(changes(products, release, title), key)


def test_every_release_is_accounted_for(products: Products, schema: Schema) -> None:
    text = products["tables/releases.md"]
    names = [str(declared.release) for declared in schema.releases]
    told = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert told == [name for name in reversed(names) if name in told], "newest first"
    match = re.search(r"(\d+) releases changed nothing: (.*)\.$", text, re.MULTILINE)
    assert match
    quiet: list[str] = []
    for part in re.split(r", | and ", match[2]):
        first, _, last = part.partition(" to ")
        quiet += names[names.index(first) : names.index(last or first) + 1]
    assert len(quiet) == int(match[1])
    assert sorted([*told, *quiet]) == sorted(names)


# ---- what is gone ----------------------------------------------------------------------


def test_what_is_gone_and_what_replaced_it(products: Products, schema: Schema) -> None:
    text = products["tables/removed.md"]
    everywhere = rows(section(text, "## Removed everywhere"))
    gone = {entry.key for entry in schema.entries if entry.last and was_there(schema, entry)}
    assert set(everywhere) == gone
    assert f"\n{len(gone)} keys that no architecture exports any more." in text
    for key, row in everywhere.items():
        last = schema.by_key[key].last
        assert last and row["Until"] == str(last.release)
        assert codes(row["Replaced by"]) == set(schema.by_key[key].replaced_by)
        assert row["Why"]
        assert (last.commit or "") in row["Commit"]
    assert everywhere["SYMBOL(vmlist)"]["Replaced by"].startswith("`SYMBOL(vmap_area_list)`")
    assert everywhere["SDMA"]["On"] == "s390x"


def test_what_is_gone_on_some_architectures(products: Products) -> None:
    elsewhere = rows(section(products["tables/removed.md"], "## Removed on some architectures"))
    assert [(key, row["On"]) for key, row in elsewhere.items()] == [
        ("NUMBER(KERNEL_IMAGE_SIZE)", "i386")
    ]


# ---- architectures ---------------------------------------------------------------------


def test_architectures_with_entries_of_their_own_have_a_page(products: Products) -> None:
    pages = {path for path in products if path.startswith("tables/arch/")}
    assert pages == {f"tables/arch/{name}.md" for name in (*WITH_ENTRIES, "generic")}


@pytest.mark.parametrize("name", WITH_ENTRIES)
def test_page_of_an_architecture(products: Products, schema: Schema, name: str) -> None:
    arch = schema.architecture(name)
    assert arch
    text = products[f"tables/arch/{name}.md"]
    own = section(text, "## Entries of its own")
    expected = {
        entry.key
        for entry in schema.entries
        for export in entry.exports
        if export.archs is not None and name in export.archs
    }
    never = own.partition("can't hold on this architecture: ")[2]
    assert set(rows(own)) | codes(never) == expected
    for release in schema.declared:
        if arch.existed_in(release):
            exported = {p.key for p in schema.predict(release, arch)}
            assert not exported & codes(never)
    count = len(list(schema.predict(schema.latest, arch)))
    assert (f"can export {count} entries" in text) == arch.existed_in(schema.latest)


def test_lives_are_those_of_the_architecture(products: Products) -> None:
    arm64 = rows(section(products["tables/arch/arm64.md"], "## Entries of its own"))
    assert arm64["NUMBER(VMALLOC_START)"]["Exported"].split("<br>") == [
        "since 5.18 until 6.9",
        "since 6.9 (generic code)",
    ]
    generic = section(products["tables/arch/arm64.md"], "## Entries of generic code")
    assert rows(generic)["SYMBOL(swapper_pg_dir)"]["On arm64"] == "always"
    assert codes(generic.partition("same time: ")[2]) == {
        "SYMBOL(log_end)", "SYMBOL(logged_chars)", "NUMBER(PG_buddy)",
    }  # fmt: skip


def test_generic_page(products: Products, schema: Schema) -> None:
    text = products["tables/arch/generic.md"]
    generic = {e.key for e in schema.entries if any(x.archs is None for x in e.exports)}
    assert set(rows(text)) == generic
    plain = tables(text)[0]
    assert {row["Architecture"].strip("`") for row in plain} == {
        arch.name for arch in schema.architectures if arch.name not in WITH_ENTRIES
    }


# ---- form ------------------------------------------------------------------------------


def markdown(products: Products) -> dict[str, str]:
    return {path: text for path, text in products.items() if path.endswith(".md")}


def test_files_begin_with_licence_and_stamp(products: Products) -> None:
    for path, text in products.items():
        if path.endswith(".csv"):
            text = products[f"{path}.license"]
        head = text[:600]
        assert "MIT" in head, path
        assert "Generated by vmcoreinfo " in head, path
        assert "do not edit" in head, path
        assert re.search(r"[0-9a-f]{16}", head), path
        assert re.search(r"vmcoreinfo generate (tables|rst)", head), path
        assert str(ROOT) not in text


def test_links_lead_somewhere(products: Products) -> None:
    for path, text in markdown(products).items():
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) in products
        used = set(re.findall(r"\[([0-9a-f]{12,40})\](?!:)", text))
        defined = re.findall(r"^\[([0-9a-f]{12,40})\]: \S+$", text, re.MULTILINE)
        assert sorted(used) == defined, path


def test_unverified_commits_are_not_linked(products: Products, schema: Schema) -> None:
    unverified = {
        boundary.commit
        for boundary in schema.boundaries()
        if boundary.commit and boundary.evidence == "unverified"
    }
    checked = {b.commit for b in schema.boundaries() if b.evidence not in (None, "unverified")}
    for text in markdown(products).values():
        assert not set(re.findall(r"^\[(\w+)\]:", text, re.MULTILINE)) & (unverified - checked)


def test_layout_is_even(products: Products) -> None:
    for path, text in products.items():
        if path.endswith((".md", ".rst", ".html")):
            assert text.endswith("\n") and not text.endswith("\n\n"), path
            assert "\n\n\n" not in text, path
            assert not re.search(r"[ \t]\n", text), path


@pytest.mark.long
def test_products_do_not_depend_on_the_run() -> None:
    program = (
        "import hashlib, pathlib\n"
        "from vmcoreinfo_codegen.targets import emit\n"
        "from vmcoreinfo_codegen.model.builder import load\n"
        "made = emit(load(pathlib.Path('schema')), ['tables', 'rst'])\n"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "codegen"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    assert len(digests.pop().strip()) == hashlib.sha256().digest_size * 2
