# SPDX-License-Identifier: MIT
"""Every run on record came to what the schema says of it today: an edit of a need that contradicts one fails here."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tests.conftest import ROOT
from tests.observed.agreement import (
    OBSERVED,
    agreements,
    all_held,
    disagreements,
    is_reassuring,
    table,
)
from vmcoreinfo_codegen.model.store.observed import read_observed

KNOWN = tomllib.loads(Path(__file__).with_name("known.toml").read_text())


def test_there_is_what_is_held_to() -> None:
    """Of several tools, releases and architectures, and more than a handful."""
    files = [read_observed(path) for path in sorted(OBSERVED.glob("*.jsonl"))]
    runs = [one for file in files for one in file.observations]
    assert len(runs) >= KNOWN["least"]["observations"]
    assert len({(one.tool, one.release) for one in runs}) >= KNOWN["least"]["releases"]
    assert {one.tool for one in runs} == set(KNOWN["least"]["tools"])
    architectures = {dump.arch for file in files for dump in file.dumps}
    assert architectures == set(KNOWN["least"]["architectures"])


def test_the_schema_agrees_with_what_was_seen() -> None:
    """But for what is known to differ, which is told with its reason, and still differs.

    The page has the figures of today. In one test: to predict all runs takes seconds, in each process.
    """
    found = [*disagreements(), *disagreements(kept_aside=True)]
    known = [one["match"] for one in KNOWN["differs"] if one["why"]]
    assert [told for told in found if not any(match in told for match in known)] == []
    assert [match for match in known if not any(match in told for told in found)] == []
    reassuring = [one.observation for one in all_held() if is_reassuring(one)]
    assert len(reassuring) <= KNOWN["most"]["reassured"], reassuring[:5]
    figures = agreements()
    assert sum(one.runs for one in figures) == len(all_held())
    assert {one.aside for one in figures if one.runs} == {False, True}
    page = (ROOT / "docs/observed.md").read_text()
    assert table(figures) in page and f"{len(all_held())} runs" in page
