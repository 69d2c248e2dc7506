# SPDX-License-Identifier: MIT
"""The products under test, made once."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.emit import rst, tables
from vmcoreinfo_codegen.model import Entry, Schema

Products = dict[str, str]
"""Texts by path."""


@pytest.fixture(scope="session")
def products(schema: Schema) -> Products:
    return {product.path: product.text for product in [*tables.emit(schema), *rst.emit(schema)]}


def was_there(schema: Schema, entry: Entry) -> bool:
    """Whether some mainline kernel ever exported it: what was never merged is not gone either."""
    return any(
        schema.predict_entry(entry, span.since.release, arch) is not None
        for export in entry.exports
        for span in export.spans
        for arch in schema.architectures
        if export.concerns(arch.name)
    )
