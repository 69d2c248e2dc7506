# SPDX-License-Identifier: MIT
"""The table of upgrades says what judging both kernels says, and leaves none out."""

from __future__ import annotations

import csv
import json
from itertools import pairwise

import jsonschema
import pytest

from tests.conftest import ROOT
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.judge import WHOLE, outcomes, worst
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict

TABLES = ROOT / "generated/tables"
UPGRADES = json.loads((TABLES / "upgrades.json").read_text())


def test_the_json_is_what_its_schema_says() -> None:
    jsonschema.validate(UPGRADES, json.loads((TABLES / "upgrades.schema.json").read_text()))


def test_the_csv_has_the_same_rows() -> None:
    with (TABLES / "upgrades.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(r["from"], r["consumer"], r["verdict"]) for r in rows] == [
        (u["from"], u["consumer"], u["verdict"]) for u in UPGRADES["upgrades"]
    ]


@pytest.mark.parametrize("arch", ["x86_64", "ppc64", "arm64"])
def test_it_is_what_judging_says(schema: Schema, arch: str) -> None:
    architecture = schema.architecture(arch)
    assert architecture is not None
    steps = [d.release for d in schema.releases if d.longterm] + [schema.latest]
    assert len(steps) > 8
    exports = {step: predicted(schema, step, architecture) for step in steps}
    found = {}
    for consumer in schema.consumers:
        for release in consumer.releases:
            verdicts = {}
            for step in steps:
                purposes = outcomes(consumer, release.release, exports[step])
                verdict = worst([one for one in purposes if WHOLE.counts(consumer, one.need)])
                verdicts[step] = Verdict.OK if verdict is Verdict.FALLBACK else verdict
            for before, after in pairwise(steps):
                if verdicts[after].rank > verdicts[before].rank:
                    where = (str(before), str(after), consumer.name, str(release.release))
                    found[where] = (verdicts[before].value, verdicts[after].value)
    assert found == {
        (u["from"], u["to"], u["consumer"], release): (u["was"], u["verdict"])
        for u in UPGRADES["upgrades"]
        if arch in u["architectures"]
        for release in u["releases"]
    }


def test_the_breakages_that_were_met_are_in_it() -> None:
    def row(before: str, arch: str, release: str) -> tuple[str, list[str], str | None]:
        (one,) = (
            u
            for u in UPGRADES["upgrades"]
            if (u["from"], u["consumer"]) == (before, "makedumpfile")
            if arch in u["architectures"] and release in u["releases"]
        )
        return one["verdict"], one["purposes"], one["works_from"]

    assert row("6.6", "ppc64", "1.7.4") == ("fatal", ["vmalloc translation"], "1.7.6")
    pages = ["exclude free pages", "exclude offline pages"]
    assert row("6.6", "x86_64", "1.7.6") == ("degraded", pages, "1.7.7")
    assert row("6.18", "x86_64", "1.7.9") == ("wrong", ["recognise tail pages"], None)
