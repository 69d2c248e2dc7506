# SPDX-License-Identifier: MIT
"""Tables of tools and kernels say what `compat` says."""

from __future__ import annotations

import csv
import io
import itertools
import json
from xml.etree import ElementTree

import jsonschema
import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.compat.answer import answer
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.exports_by_release import exports_by_release
from vmcoreinfo_codegen.compat.judge import Scope
from vmcoreinfo_codegen.compat.matrix import clipped, known_runs
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.emit.product import Product
from vmcoreinfo_codegen.emit.tables import consumers
from vmcoreinfo_codegen.model import Architecture, Schema
from vmcoreinfo_codegen.model.kernel import mainline


@pytest.fixture(scope="module")
def made(schema: Schema) -> dict[str, Product]:
    return {product.path: product for product in consumers.products(schema)}


def arch_of(schema: Schema, name: str) -> Architecture:
    arch = schema.architecture(name)
    assert arch is not None
    return arch


@pytest.mark.long
def test_cells_are_verdicts(schema: Schema, made: dict[str, Product]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["tables/compat.csv"].text)))
    assert len(rows) > 200
    by_name = {consumer.name: consumer for consumer in schema.consumers}
    for row in rows[::9]:
        arch = schema.architecture(row["architectures"].split()[-1])
        assert arch is not None
        for kernel in (row["first"], row["last"]):
            there = mainline(schema, Release.parse(kernel))
            exports = predicted(schema, there.release, arch)
            release = ToolRelease.parse(row["releases"].split()[0])
            tool = by_name[row["consumer"]]
            level = 31 if any(one.has_level for one in tool.commands) else None
            found = answer(there, tool, release, None, exports, None, Scope(None, level))
            told = found.verdict, found.worked_out or ""
            assert told == (row["verdict"], row["worked_out"]), row
            counted = [one for one in found.seen if one.command not in tool.extra_commands]
            assert bool(counted) == (kernel in row["seen"].split()), row
    document = json.loads(made["tables/compat.json"].text)
    interface = json.loads(made["tables/" + document["$schema"]].text)
    jsonschema.Draft202012Validator.check_schema(interface)
    validator = jsonschema.Draft202012Validator(interface)
    assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["verdict"] = "fine"
    assert not validator.is_valid(document)
    document["runs"][0]["verdict"] = rows[0]["verdict"]
    assert [r["verdict"] for r in document["runs"]] == [r["verdict"] for r in rows]


def test_nothing_is_left_out(schema: Schema, made: dict[str, Product]) -> None:
    """Every kernel of every architecture has one verdict for each release of each consumer."""
    order = {
        str(release): place
        for place, release in enumerate(
            sorted((d.release for d in schema.releases), key=lambda release: release.opening)
        )
    }
    cells: set[tuple[str, str, str, int]] = set()
    for row in csv.DictReader(io.StringIO(made["tables/compat.csv"].text)):
        kernels = range(order[row["first"]], order[row["last"]] + 1)
        for release, arch in itertools.product(
            row["releases"].split(), row["architectures"].split()
        ):
            told = {(row["consumer"], release, arch, kernel) for kernel in kernels}
            assert not told & cells
            cells |= told
    assert len(made["tables/compat.csv"].text) < 300_000
    assert len(cells) == sum(len(consumer.releases) for consumer in schema.consumers) * sum(
        arch.existed_in(d.release) for arch in schema.architectures for d in schema.releases
    )


def test_pictures_hold_every_run(schema: Schema, made: dict[str, Product]) -> None:
    """Of the last releases on the architectures that people are shown."""
    since = Release.parse("5.0")
    names = ("x86_64", "arm64", "ppc64", "s390x", "riscv64")
    over = {name: exports_by_release(schema, arch_of(schema, name)) for name in names}
    for consumer in schema.consumers:
        if len(consumer.releases) > 1:
            root = ElementTree.fromstring(made[f"tables/compat-{consumer.name}.svg"].text)
            releases = [r.release for r in consumer.releases[-8:]]
            level = 31 if any(one.has_level for one in consumer.commands) else None
            found = known_runs(schema, consumer, releases, over, Scope(None, level))
            shown = [clipped(run, since) for by_arch in found for run in by_arch.values()]
            bars = root.findall("{http://www.w3.org/2000/svg}g")
            assert len(bars) == sum(map(len, shown)) > 0
    assert "tables/compat-zgetdump.svg" not in made
    page = (ROOT / "generated/tables/consumers.md").read_text()
    assert "wrong since 7.1: recognise tail pages" in page
    assert "compat-makedumpfile.svg" in page
