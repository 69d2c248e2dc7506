# SPDX-License-Identifier: MIT
"""Tables of tools and kernels say what `compat` says."""

from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.judge import outcomes, worst
from vmcoreinfo_codegen.emit.product import Product
from vmcoreinfo_codegen.emit.tables import consumers
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.terms.release import Release
from vmcoreinfo_codegen.terms.tool import ToolRelease


@pytest.fixture(scope="module")
def made(schema: Schema) -> dict[str, Product]:
    return {product.path: product for product in consumers.products(schema)}


def test_cells_are_verdicts(schema: Schema, made: dict[str, Product]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["tables/compat.csv"].text)))
    assert len(rows) > 200
    by_name = {consumer.name: consumer for consumer in schema.consumers}
    for row in rows[::9]:
        arch = schema.architecture(row["architecture"])
        assert arch is not None
        for kernel in (row["first"], row["last"]):
            exports = predicted(schema, Release.parse(kernel), arch)
            release = ToolRelease.parse(row["release"])
            verdict = worst(outcomes(by_name[row["consumer"]], release, exports)).value
            assert row["verdict"] == ("ok" if verdict == "fallback" else verdict), row
    document = json.loads(made["tables/compat.json"].text)
    interface = json.loads(made["tables/" + document["$schema"]].text)
    jsonschema.Draft202012Validator.check_schema(interface)
    validator = jsonschema.Draft202012Validator(interface)
    assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["verdict"] = "fine"
    assert not validator.is_valid(document)
    document["runs"][0]["verdict"] = rows[0]["verdict"]
    assert [r["verdict"] for r in document["runs"]] == [r["verdict"] for r in rows]


def test_runs_leave_no_kernel_out(schema: Schema, made: dict[str, Product]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["tables/compat.csv"].text)))
    mine = [
        r
        for r in rows
        if (r["consumer"], r["release"], r["architecture"]) == ("drgn", "0.2.0", "arm64")
    ]
    assert (mine[0]["first"], mine[-1]["last"]) == ("5.0", str(schema.latest))


def test_pictures_hold_every_run(made: dict[str, Product]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["tables/compat.csv"].text)))
    for path, product in made.items():
        if path.endswith(".svg"):
            name = path.partition("-")[2].removesuffix(".svg")
            root = ElementTree.fromstring(product.text)
            bars = root.findall("{http://www.w3.org/2000/svg}g")
            assert len(bars) == sum(row["consumer"] == name for row in rows) > 0
    page = (ROOT / "generated/tables/consumers.md").read_text()
    assert "wrong from 7.1 on: tell tail pages" in page
    assert "compat-makedumpfile.svg" in page
