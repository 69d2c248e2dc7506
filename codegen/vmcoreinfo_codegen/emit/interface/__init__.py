# SPDX-License-Identifier: MIT
"""JSON Schemas of the output of verbs with `--format json`."""

from __future__ import annotations

from ...model.schema import Schema
from ...query.interface.answers import ANSWERS
from ...shape import json_schema
from ..product import Product, json_schema_product


def emit(schema: Schema) -> list[Product]:
    return [
        json_schema_product(
            f"interface/{verb}.schema.json",
            json_schema(answer),
            "vmcoreinfo generate interface",
        )
        for verb, answer in ANSWERS.items()
    ]
