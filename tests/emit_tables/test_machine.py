# SPDX-License-Identifier: MIT
"""The tables for machines: JSON with its schema, and CSV."""

from __future__ import annotations

import copy
import csv
import io
import json
from typing import Any

import jsonschema
import pytest

from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.shape import plain

from .conftest import Products


@pytest.fixture(scope="module")
def document(products: Products) -> Any:
    return json.loads(products["tables/vmcoreinfo.json"])


@pytest.fixture(scope="module")
def validator(products: Products) -> Any:
    schema = json.loads(products["tables/vmcoreinfo.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_json_is_what_its_schema_says(document: Any, validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize(
    "path",
    [
        ("model_hash",),
        ("entries",),
        ("entries", 0, "key"),
        ("entries", 0, "exports", 0, "spans"),
        ("entries", 0, "exports", 0, "spans", 0, "since", "release"),
        ("derivations", 0, "recipes", 0, "expression", "text"),
        ("derivations", 0, "recipes", 0, "expression", "tree"),
        ("derivations", 0, "recipes", 0, "expression", "tree", "operand", "key"),
    ],
)
def test_the_json_schema_asks_for_every_field(
    document: Any, validator: Any, path: tuple[str | int, ...]
) -> None:
    broken = copy.deepcopy(document)
    place = broken
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    assert not validator.is_valid(broken)


@pytest.mark.parametrize(
    ("name", "value"),
    [("format", "octal"), ("kind", "ADDRESS"), ("key", 1), ("exports", {}), ("colour", "red")],
)
def test_the_json_schema_rejects_other_values(
    document: Any, validator: Any, name: str, value: object
) -> None:
    broken = copy.deepcopy(document)
    broken["entries"][0][name] = value
    assert not validator.is_valid(broken)


def test_a_release_is_no_free_text(document: Any, validator: Any) -> None:
    broken = copy.deepcopy(document)
    broken["entries"][0]["exports"][0]["spans"][0]["since"]["release"] = "last year"
    assert not validator.is_valid(broken)


def test_an_expression_is_a_tree(document: Any, validator: Any) -> None:
    recipe = document["derivations"][0]["recipes"][0]
    assert recipe["expression"] == {
        "text": "log2(PAGESIZE)",
        "tree": {"kind": "log2", "operand": {"kind": "key", "key": "PAGESIZE"}},
    }
    for broken in (
        {"kind": "log3", "operand": {"kind": "key", "key": "PAGESIZE"}},
        {"kind": "log2", "operand": {"kind": "number", "value": 12}},
        {"kind": "unary", "operator": "+", "operand": {"kind": "key", "key": "PAGESIZE"}},
    ):
        recipe["expression"]["tree"], whole = broken, recipe["expression"]["tree"]
        assert not validator.is_valid(document), broken
        recipe["expression"]["tree"] = whole
    assert validator.is_valid(document)


def test_the_json_is_the_whole_model(document: Any, schema: Schema) -> None:
    model = plain(schema)
    assert {name: document[name] for name in model} == model
    assert list(document)[:3] == ["$schema", "spdx", "generator"]
    assert document["$schema"] == "vmcoreinfo.schema.json"
    assert len(document["entries"]) == len(schema.entries)
    assert '"location"' not in json.dumps(document)


def test_csv_has_one_row_for_each_span(products: Products, schema: Schema) -> None:
    text = products["tables/entries.csv"]
    assert text.startswith("key,kind,format,unit,section,architectures,since,")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == sum(len(export.spans) for export in schema.exports())
    assert {row["key"] for row in rows} == set(schema.by_key)
    assert all(None not in row and None not in row.values() for row in rows)


def test_csv_can_be_asked(products: Products) -> None:
    rows = list(csv.DictReader(io.StringIO(products["tables/entries.csv"])))
    (arm64,) = [
        row
        for row in rows
        if row["key"] == "NUMBER(VMALLOC_START)" and row["architectures"] == "arm64"
    ]
    assert (arm64["since"], arm64["until"], arm64["format"]) == ("5.18", "6.9", "0x-hex")
    (lpae,) = [row for row in rows if row["key"] == "CONFIG_ARM_LPAE"]
    assert (lpae["since_seen"], lpae["backports"]) == (
        "3.15.5",
        "<=3.4.108 <=3.10.46 3.12.20 <=3.14.4",
    )
    assert lpae["condition"] == "CONFIG_ARM_LPAE"
