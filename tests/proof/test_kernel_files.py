# SPDX-License-Identifier: MIT
"""The schema knows which source file prints each entry of the 86 kernel trees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proof.test_kernel_trees import TREES, archs_of
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema


def said(schema: Schema, release: Release, key: str, folder: str) -> set[str]:
    """The files that print a key by the schema, in code of a folder of `arch/` or of all (`*`)."""
    archs = [arch for arch in schema.architectures if folder in archs_of(arch)]
    return {
        file.path
        for arch in archs
        if arch.existed_in(release)
        for export in schema.by_key[key].exports
        if (export.archs is None) == (folder == "*")
        if export.concerns(arch.name) and export.contains(release)
        if (file := schema.file_of(export, release, arch.name)) is not None
    }


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree["full_version"])
def test_each_entry_is_printed_by_the_file_of_the_schema(
    schema: Schema, tree: dict[str, Any]
) -> None:
    release = Release.parse(tree["full_version"])
    assert tree["entries"]
    for entry in tree["entries"]:
        found = said(schema, release, entry["key"], entry["arch"])
        assert found == {entry["file"]}, (entry["key"], entry["arch"])


def test_the_trees_show_every_file(schema: Schema) -> None:
    in_schema = {file.path for files in schema.kernel_files for file in files.files}
    assert in_schema == {entry["file"] for tree in TREES for entry in tree["entries"]}
