# SPDX-License-Identifier: MIT
"""`impact` beside what happened: on the facts of each patch, and as it was recorded of the patch itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.patch.history import ASIDE, CORPUS, PAGE, Corpus, impact_of, is_told, tools
from tests.patch.history.facts import diff_of
from tests.patch.history.page import table
from vmcoreinfo_codegen.model import Schema

PATCHES, CHANGED = CORPUS.patches, CORPUS.changed


def asked(schema: Schema, corpus: Corpus) -> dict[str, dict[str, Any]]:
    found = {}
    for patch in corpus.patches:
        text = diff_of(corpus.changed[patch["file"]])
        _, told = impact_of(schema, text.encode(), patch["release"])
        found[patch["file"]] = {"outcome": told.outcome, "tools": tools(told)}
    return found


@pytest.fixture(scope="module")
def answers(schema: Schema) -> dict[str, dict[str, Any]]:
    return asked(schema, CORPUS)


@pytest.mark.parametrize("corpus", [CORPUS, ASIDE], ids=["corpus", "aside"])
def test_each_patch_was_read(corpus: Corpus) -> None:
    assert [patch["file"] for patch in corpus.patches] == list(corpus.changed)


def recorded(corpus: Corpus) -> dict[str, list[str]]:
    return {name: facts["answer"]["tools"] for name, facts in corpus.changed.items()}


def test_who_breaks_is_as_it_was_recorded(answers: dict[str, dict[str, Any]]) -> None:
    """The facts leave out code, so that what is not judged in it is not seen here."""
    assert {name: said["tools"] for name, said in answers.items()} == recorded(CORPUS)


@pytest.mark.long
def test_who_breaks_by_those_aside_is_as_it_was_recorded(schema: Schema) -> None:
    said = asked(schema, ASIDE)
    # The whole patch is answered with "nothing": what its facts leave out shows that a name does not go.
    wanted = {**recorded(ASIDE), "17-subsection-hotplug.diff": ["makedumpfile"]}
    assert {name: one["tools"] for name, one in said.items()} == wanted


@pytest.mark.parametrize("rests_on", ["the patch", "its facts"])
def test_breakages_are_told(answers: dict[str, dict[str, Any]], rests_on: str) -> None:
    of_patches = {name: facts["answer"] for name, facts in CHANGED.items()}
    said = of_patches if rests_on == "the patch" else answers
    broke = [patch for patch in PATCHES if patch["outcome"] == "broke"]
    told = [patch for patch in broke if is_told(patch, said[patch["file"]])]
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
    assert PAGE.read_text() == table(CORPUS, ASIDE), "python -m tests.patch.history"
