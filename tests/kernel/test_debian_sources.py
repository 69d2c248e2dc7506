# SPDX-License-Identifier: MIT
"""Debian's kernel sources, read as the tarballs that they are, are what the schema says.

All architectures, no unexplained difference, every place understood; and the exports
are the very ones, by file and line, that kernel-trees.jsonl.xz has from elsewhere.
"""

from __future__ import annotations

import functools
import json
import lzma
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPUS, ROOT
from tests.dump.real import CACHE, locked
from vmcoreinfo_codegen.kernel.extract import Extraction, extract
from vmcoreinfo_codegen.kernel.tree import open_tree
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.query.tree_difference import tree_difference

pytestmark = pytest.mark.long
VERSIONS = ["5.10", "6.1", "7.3"]
SOURCES = CACHE / "sources"


def downloaded(version: str) -> Path | None:
    """The tarball, downloaded once; None where Debian's archive does not have it (any more)."""
    with locked("kernel-sources"):
        ran = subprocess.run(
            [ROOT / "tests" / "kernel-sources", SOURCES, version], capture_output=True, text=True
        )
    if ran.returncode == 2:
        pytest.skip(ran.stderr.strip().splitlines()[-1])
    path = SOURCES / f"linux-source-{version}.tar.xz"
    return path if path.is_file() else None


@functools.cache
def tarball(version: str) -> Path:
    """The newest of a series."""
    path = downloaded(version)
    assert path, f"Debian has no linux-source-{version} any more; name a series that it has"
    return path


@functools.cache
def extraction(version: str) -> Extraction:
    return extract(open_tree(tarball(version)))


def recorded() -> dict[str, dict[str, Any]]:
    """The trees of Debian's packages among those that were recorded, by SERIES=PACKAGE-VERSION."""
    with lzma.open(CORPUS / "kernel-trees.jsonl.xz", "rt") as file:
        trees = [json.loads(line) for line in file]
    package = re.compile(r"Debian linux-source-(\S+) (\S+)")
    named = [(package.match(tree["origin"]), tree) for tree in trees]
    return {f"{found[1]}={found[2]}": tree for found, tree in named if found}


@pytest.mark.parametrize("version", VERSIONS)
def test_schema_and_tree_agree(schema: Schema, version: str) -> None:
    found = extraction(version)
    assert found.release is not None
    assert str(found.release).startswith(f"{version}.")
    answer = tree_difference(mainline(schema, found.release), found, None)
    assert answer.changes == []
    assert answer.compared > 2000
    assert found.not_understood == ()
    assert found.sites.exports == len(found.exports) > 140


def test_exports_are_those_that_were_recorded() -> None:
    """Of the very packages that were recorded, as long as Debian's archive has one of them."""
    trees = recorded()
    assert len(trees) == 5
    compared = []
    for version, tree in trees.items():
        path = downloaded(version)
        if path is None:
            continue
        found = extract(open_tree(path))
        assert str(found.release) == tree["full_version"]
        assert {(e.key, e.file, e.line, e.macro, e.function) for e in found.exports} == {
            (e["key"], e["file"], e["line"], e["macro"], e["function"]) for e in tree["entries"]
        }
        compared.append(version)
        # One tells that Debian's package is read as it was.
        break
    print(f"\ncompared: {', '.join(compared)}")
    assert compared, f"Debian has none of {', '.join(trees)} any more; record newer trees"


def test_another_release_differs(schema: Schema) -> None:
    """The comparison can fail: 6.1 is not 7.3."""
    other = extraction("7.3").release
    assert other is not None
    answer = tree_difference(mainline(schema, other), extraction("6.1"), None)
    assert {"SYMBOL(vmap_area_list)", "NUMBER(VMALLOC_START)"} <= {c.key for c in answer.changes}


def test_a_folder_is_read_as_its_tarball(tmp_path: Path) -> None:
    subprocess.run(["tar", "-xJf", tarball("6.1"), "-C", tmp_path], check=True)
    found = extract(open_tree(tmp_path / "linux-source-6.1"))
    assert found.exports == extraction("6.1").exports
