# SPDX-License-Identifier: MIT
"""What the C types tell of members and structures, as plain data."""

from __future__ import annotations

from typing import Any

from ...model import Schema
from .expressions import expression_of


def layouts(schema: Schema) -> dict[str, Any]:
    """Extents of members; for each structure its own extent and those of its members; sizes of structures.

    The names are those in keys. An alignment of 0 means that the size is in words.
    """
    found = schema.layouts
    return {
        "members": found.members,
        "extents": found.extents,
        "first": sorted(found.first),
        "sizes": {
            name: [one.bound.value, one.size, int(one.in_words)]
            for name, one in found.structs.items()
        },
        "unions": sorted(name for name, one in found.structs.items() if one.union),
        "equals": [
            [key, expression_of(expression, schema.by_type)]
            for key, expression in found.equals.items()
        ],
    }
