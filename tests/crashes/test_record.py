# SPDX-License-Identifier: MIT
"""Of each crash on record came what the schema says today, and no rescue made anything worse."""

from __future__ import annotations

import pytest

from tests.crashes.record import KEPT, Came, Recorded, recorded
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.prove.held import held

CRASHES = {path.stem: recorded(path) for path in sorted(KEPT.glob("*.jsonl"))}


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
    told = [f"{o.observation}: {o.predicted}" for o in found if not o.agrees]
    assert told == []


def test_a_rescue_makes_nothing_worse(crash: Recorded) -> None:
    for alone, rescued in of_pairs(crash):
        assert rescued.exit == alone.exit, alone.name
        assert rescued.has_dump == alone.has_dump, alone.name
        assert rescued.has_all or not alone.has_all, alone.name
        assert rescued.row["said"].count("still running: 0") == alone.row["said"].count(
            "still running: 0"
        )


def test_with_its_rescue_a_tool_keeps_what_it_has_to(crash: Recorded) -> None:
    for alone, rescued in of_pairs(crash):
        if not alone.row["fault"] and not alone.exit:
            assert rescued.has_all, alone.name
            assert rescued.extra <= max(alone.extra, 64), alone.name
