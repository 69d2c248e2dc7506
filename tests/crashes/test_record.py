# SPDX-License-Identifier: MIT
"""Of each crash on record came what the schema says today, and no rescue made anything worse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import ROOT
from tests.crashes.record import Came, Recorded, all_recorded, changes, table
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.prove.held import held

CRASHES = {crash.name: crash for crash in all_recorded()}

# Purposes that cost fewer pages than change between the guest's last word and the crash.
TOO_FEW = {"order of poisoned pages"}

# "libgcc_s.so.1 must be installed for pthread_exit to work", and it is there: not known why.
FAILS = {("arm64-6.12", "1.7.2-threads")}


@pytest.fixture(params=CRASHES)
def crash(request: pytest.FixtureRequest) -> Recorded:
    return CRASHES[request.param]


def of_pairs(crash: Recorded) -> list[tuple[Came, Came]]:
    """Runs of the same command, alone and with its rescue."""
    by_name = {came.name: came for came in crash.runs}
    return [
        (came, by_name[f"{name}-rescue"])
        for name, came in by_name.items()
        if f"{name}-rescue" in by_name
    ]


def test_the_schema_agrees_with_what_came(schema: Schema, crash: Recorded) -> None:
    found = list(held(schema, crash.observed()))
    assert len(found) >= 3
    told = [
        f"{o.observation}: {o.predicted}"
        for o in found
        if not o.agrees and not TOO_FEW.issuperset(o.predicted.purposes or ("",))
    ]
    assert told == []


def test_a_rescue_makes_nothing_worse(crash: Recorded) -> None:
    for alone, rescued in of_pairs(crash):
        assert rescued.exit in (0, alone.exit), alone.name
        assert rescued.has_dump >= alone.has_dump, alone.name
        assert rescued.has_all >= alone.has_all, alone.name
        assert not rescued.left, alone.name
        if alone.row["fault"] == "exists":
            assert "there before: not to be lost" in rescued.row["said"]


def test_with_its_rescue_a_tool_keeps_what_it_has_to(crash: Recorded) -> None:
    for alone, rescued in of_pairs(crash):
        if not alone.row["fault"] and (crash.name, alone.name) not in FAILS:
            assert rescued.has_all, alone.name


def test_a_rescue_tells_what_adapt_does(run: Run, crash: Recorded, tmp_path: Path) -> None:
    """At the level that it has in place of 31, if there is one that leaves out less and is right."""
    note = tmp_path / "note.txt"
    note.write_text(crash.dump.note, encoding="latin-1")
    told = {came.name: came.row["out"] for came in crash.runs if "out" in came.row}
    for name in told:
        release, _, asked = name.partition("-")
        if asked == "note":
            level = told[f"{release}-level"] or "31"
            words = ("adapt", str(note), "--for", f"makedumpfile@{release}", "--level", level)
            assert told[name] == changes(crash.dump.note, run(*words).out), name


def test_the_page_has_the_figures_of_today() -> None:
    assert table(list(CRASHES.values())) in (ROOT / "docs/observed.md").read_text()
