# SPDX-License-Identifier: MIT
"""Tables of vendors' kernels say what `compat` and `diff` say of each, and leave none out."""

from __future__ import annotations

import csv
import io
import itertools
import json

import jsonschema
import pytest

from tests.emit_tables.markdown import tables
from vmcoreinfo_codegen.compat.answer import answer
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.judge import Scope
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.emit.tables import vendors
from vmcoreinfo_codegen.emit.tables.consumers import ARCHS
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import kernel_named, kernels_of, mainline
from vmcoreinfo_codegen.model.line import Line
from vmcoreinfo_codegen.model.line_steps import architectures_of
from vmcoreinfo_codegen.query.difference import difference

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def made(schema: Schema) -> dict[str, str]:
    return {product.path: product.text for product in vendors.products(schema)}


def rows_of(made: dict[str, str], name: str) -> Rows:
    return list(csv.DictReader(io.StringIO(made[f"tables/{name}.csv"])))


def lines_of(schema: Schema) -> list[Line]:
    return [line for line in schema.lines if line.base is not None and line.builds]


@pytest.mark.parametrize(("name", "key"), [("vendors", "runs"), ("vendor-changes", "changes")])
def test_the_json_has_the_rows_of_the_csv(made: dict[str, str], name: str, key: str) -> None:
    document = json.loads(made[f"tables/{name}.json"])
    interface = json.loads(made["tables/" + document["$schema"]])
    validator = jsonschema.Draft202012Validator(interface)
    assert [error.message for error in validator.iter_errors(document)] == []
    rows = rows_of(made, name)
    assert len(rows) == len(document[key]) > 50
    for row, one in zip(rows, document[key], strict=True):
        assert row["architectures"].split() == one["architectures"]
        assert row["line"] == one["line"]
    document[key][0]["line"] = 8
    assert not validator.is_valid(document)


@pytest.mark.long
def test_cells_are_verdicts(schema: Schema, made: dict[str, str]) -> None:
    """Of each run the first and the last kernel, for the last of its releases and architectures."""
    by_name = {consumer.name: consumer for consumer in schema.consumers}
    exports = {}
    asked = 0
    for row in rows_of(made, "vendors")[::5]:
        tool = by_name[row["consumer"]]
        level = 31 if any(one.has_level for one in tool.commands) else None
        arch = schema.architecture(row["architectures"].split()[-1])
        assert arch is not None
        (line,) = (line for line in schema.lines if line.name == row["line"])
        for place in ("first", "last"):
            build = next(b for b in line.builds if row[place] in (b.release, str(b.first)))
            kernel = kernel_named(schema, line.name_of(build))
            if (kernel.name, arch.name) not in exports:
                there = predicted(kernel.schema, kernel.release, arch)
                exports[kernel.name, arch.name] = there
            release = ToolRelease.parse(row["releases"].split()[-1])
            there = exports[kernel.name, arch.name]
            found = answer(kernel, tool, release, None, there, scope=Scope(None, level))
            told = found.verdict, found.worked_out or "", found.rests_on
            assert told == (row["verdict"], row["worked_out"], row["rests_on"]), row
            purposes = {one.purpose: one.worked_out or one.verdict for one in found.purposes}
            for purpose in filter(None, row["purposes"].split("; ")):
                assert purposes[purpose] == (row["worked_out"] or row["verdict"]), row
            unsure = [p for p in row["unsure"].split("; ") if p]
            assert all(p.verdict == "unknown" for p in found.purposes if p.purpose in unsure), row
            asked += 1
    assert asked > 100


def test_nothing_is_left_out(schema: Schema, made: dict[str, str]) -> None:
    """Every release of every line has one verdict for each release of each tool."""
    cells: set[tuple[str, ...]] = set()
    for row in rows_of(made, "vendors"):
        (line,) = (line for line in schema.lines if line.name == row["line"])
        names = [build.release or str(build.first) for build in line.builds]
        here = names[names.index(row["first"]) : names.index(row["last"]) + 1]
        for release, arch, name in itertools.product(
            row["releases"].split(), row["architectures"].split(), here
        ):
            cell = row["line"], row["consumer"], release, arch, name
            assert cell not in cells
            cells.add(cell)
    releases = sum(len(consumer.releases) for consumer in schema.consumers)
    assert len(cells) == releases * sum(
        len(line.builds) * sum(line.archs is not None or arch.name in ARCHS for arch in archs)
        for line, archs in ((line, architectures_of(schema, line)) for line in lines_of(schema))
        if not line.follows_stable
    )


def test_changes_are_what_diff_tells(schema: Schema, made: dict[str, str]) -> None:
    """Those of each release, beside what `diff` tells between it and the one before, or the base."""
    rows = rows_of(made, "vendor-changes")
    for line in lines_of(schema):
        assert line.base is not None
        archs = architectures_of(schema, line)
        kernels = [mainline(schema, line.base), *kernels_of(schema, line)]
        for before, after in itertools.pairwise(kernels):
            told = {
                (row["key"], name, row["change"])
                for row in rows
                if after.line is not None
                and (row["line"], row["build"]) == (line.name, str(after.line.build))
                for name in row["architectures"]
                .replace("all", " ".join(a.name for a in archs))
                .split()
            }
            found = {
                (
                    one.key,
                    arch.name,
                    one.change if one.change in ("added", "removed") else "changed",
                )
                for arch in archs
                for one in difference(before, after, arch).changes
            }
            assert told >= found, (before.name, after.name)
            # What stands behind a value, and its quirks, `diff` does not compare.
            assert {one[2] for one in told - found} <= {"changed"}


def test_the_page_has_every_line(schema: Schema, made: dict[str, str]) -> None:
    page = made["tables/vendors.md"]
    for line in lines_of(schema):
        section = page.partition(f"\n## {line.name}\n")[2].partition("\n## ")[0]
        builds, *others = tables(section)
        assert [row["Release"] for row in builds] == [
            build.release or str(build.first) for build in line.builds
        ]
        told = [one for one in schema.consumers if len(one.releases) > 1]
        changes = [row for table in others if "Entries" in table[0] for row in table]
        keys = {key for row in changes for key in row["Entries"].replace("`", "").split(", ")}
        assert keys == {
            row["key"] for row in rows_of(made, "vendor-changes") if row["line"] == line.name
        }
        assert len(others) == (0 if line.follows_stable else len(told)) + bool(changes)
        for consumer in told:
            is_told = f"### {consumer.name} on {line.name}" in section
            assert is_told is not line.follows_stable
    assert "makedumpfile on rhel8" in page and "vmcore-dmesg on rhel9" in page


def test_the_same_comes_twice(schema: Schema, made: dict[str, str]) -> None:
    assert {product.path: product.text for product in vendors.products(schema)} == made
