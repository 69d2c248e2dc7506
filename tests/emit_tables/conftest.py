# SPDX-License-Identifier: MIT
"""The shipped products under test."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.model import Entry, Schema

Products = dict[str, str]
"""Texts by path."""


@pytest.fixture(scope="session")
def products() -> Products:
    """Tables and the rst page; `generate --check` in tests/cli compares them with the schema."""
    generated = ROOT / "generated"
    files = [path for name in ("tables", "rst") for path in (generated / name).rglob("*.*")]
    return {str(path.relative_to(generated)): path.read_text() for path in files}


def was_there(schema: Schema, entry: Entry) -> bool:
    """Whether some mainline kernel ever exported it; an entry that was never merged is not
    removed.
    """
    return any(
        schema.predict_entry(entry, span.since.release, arch) is not None
        for export in entry.exports
        for span in export.spans
        for arch in schema.architectures
        if export.concerns(arch.name)
    )
