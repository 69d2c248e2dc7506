# SPDX-License-Identifier: MIT
"""`impact` beside what happened: on the facts of each patch, and as it was recorded of the patch itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.patch import history
from vmcoreinfo_codegen.model import Schema

PATCHES = history.corpus()
CHANGED = history.changed()


@pytest.fixture(scope="module")
def answers(schema: Schema) -> dict[str, dict[str, Any]]:
    found = {}
    for patch in PATCHES:
        text = history.diff_of(CHANGED[patch["file"]])
        _, told = history.impact_of(schema, text.encode(), patch["release"])
        found[patch["file"]] = {"outcome": told.outcome, "tools": history.tools(told)}
    return found


def test_each_patch_was_read() -> None:
    assert [patch["file"] for patch in PATCHES] == list(CHANGED)


def test_who_breaks_is_as_it_was_recorded(answers: dict[str, dict[str, Any]]) -> None:
    """The facts leave out code, so that what is not judged in it is not seen here."""
    recorded = {name: facts["answer"]["tools"] for name, facts in CHANGED.items()}
    assert {name: said["tools"] for name, said in answers.items()} == recorded


@pytest.mark.parametrize("rests_on", ["the patch", "its facts"])
def test_breakages_are_told(answers: dict[str, dict[str, Any]], rests_on: str) -> None:
    of_patches = {name: facts["answer"] for name, facts in CHANGED.items()}
    said = of_patches if rests_on == "the patch" else answers
    broke = [patch for patch in PATCHES if patch["outcome"] == "broke"]
    told = [patch for patch in broke if history.is_told(patch, said[patch["file"]])]
    assert len(told) >= 0.95 * len(broke)
    # Each that is not told has its reason, and says something else than that nobody breaks.
    missed = [patch for patch in broke if patch not in told]
    assert all(patch["miss"] for patch in missed)
    assert not [p for p in broke if "miss" in p and p not in missed]
    if rests_on == "the patch":
        assert {said[patch["file"]]["outcome"] for patch in missed} == {"not-judged"}


@pytest.mark.parametrize("rests_on", ["the patch", "its facts"])
def test_false_alarms(answers: dict[str, dict[str, Any]], rests_on: str) -> None:
    of_patches = {name: facts["answer"] for name, facts in CHANGED.items()}
    said = of_patches if rests_on == "the patch" else answers
    harmless = [patch["file"] for patch in PATCHES if patch["outcome"] == "harmless"]
    alarms = [name for name in harmless if said[name]["outcome"] == "breaks"]
    assert len(alarms) <= 0.05 * len(harmless), alarms


def test_the_page_has_what_is_recorded() -> None:
    assert history.PAGE.read_text() == history.table(), "python -m tests.patch.history --table"
