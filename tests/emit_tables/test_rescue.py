# SPDX-License-Identifier: MIT
"""The table of rescues is what working out each kernel by itself says, and what was seen on real dumps."""

from __future__ import annotations

import csv
import json

import jsonschema
import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.judge import Scope, outcomes
from vmcoreinfo_codegen.compat.remedy import remedy
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict

TABLES = ROOT / "generated/tables"
RESCUES = json.loads((TABLES / "rescue.json").read_text())
RUNS = RESCUES["runs"]


def test_the_json_is_what_its_schema_says() -> None:
    jsonschema.validate(RESCUES, json.loads((TABLES / "rescue.schema.json").read_text()))


def test_the_csv_has_the_same_rows() -> None:
    with (TABLES / "rescue.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["releases"], r["first"], r["helps"], r["written"]) for r in rows] == [
        (" ".join(r["releases"]), r["first"], r["helps"], " ".join(r["written"])) for r in RUNS
    ]


def run_of(release: str, arch: str, kernel: str) -> dict[str, object]:
    """The one row that a release on a kernel is in."""
    wanted = Release.parse(kernel)
    (one,) = (
        run
        for run in RUNS
        if release in run["releases"] and arch in run["architectures"]
        if Release.parse(run["first"]) <= wanted <= Release.parse(run["last"])
    )
    return one  # type: ignore[no-any-return]


@pytest.mark.parametrize("arch", ["x86_64", "arm64", "s390x"])
@pytest.mark.parametrize("release", ["1.6.9", "1.7.2", "1.7.6", "1.7.8"])
def test_each_kernel_by_itself(schema: Schema, release: str, arch: str) -> None:
    """By a prediction of its own; of what helps at a lower level, that level 31 does not do."""
    consumer = next(one for one in schema.consumers if one.name == "makedumpfile")
    architecture = schema.architecture(arch)
    assert architecture is not None
    tool, scope = ToolRelease.parse(release), Scope("filter", 31)
    seen = set()
    for kernel in ("5.10", "6.1", "6.6", "6.12", "7.0", "7.2", "7.3"):
        exports = predicted(schema, Release.parse(kernel), architecture)
        row = run_of(release, arch, kernel)
        seen.add(row["helps"])
        if row["helps"] in ("level", "nothing"):
            there = remedy(consumer, tool, exports, scope)
            judged = outcomes(consumer, tool, there.exports, scope)
            assert there.refused or any(one.verdict is Verdict.FATAL for one in judged)
            continue
        found = remedy(consumer, tool, exports, scope)
        assert not found.refused
        assert [one.key for one in found.written] == row["written"]
        assert [one.key for one in found.dropped] == row["dropped"]
        assert (row["helps"] == "as it is") == (not found.changes_note)
    assert len(seen) > 1


def test_what_was_seen_on_dumps_is_in_it() -> None:
    """By counters of real makedumpfile: docs/distribution-qa.md."""
    renamed = run_of("1.7.8", "x86_64", "7.3")
    assert (renamed["helps"], renamed["written"]) == ("text", ["OFFSET(page.compound_head)"])
    assert run_of("1.7.2", "x86_64", "6.12")["level"] == 23
    assert run_of("1.7.4", "ppc64", "6.9")["helps"] == "nothing"
