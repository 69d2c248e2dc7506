# SPDX-License-Identifier: MIT
"""The products under test, made once."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.emit import rst, tables
from vmcoreinfo_codegen.model import Schema

Products = dict[str, str]
"""Texts by path."""


@pytest.fixture(scope="session")
def products(schema: Schema) -> Products:
    return {product.path: product.text for product in [*tables.emit(schema), *rst.emit(schema)]}
