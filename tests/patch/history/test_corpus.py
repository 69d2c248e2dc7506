# SPDX-License-Identifier: MIT
"""Each record of a patch is complete, and says where what happened is told."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.patch.history import ASIDE, CORPUS, Corpus

RELEASE = re.compile(r"[3-7]\.\d+")
RESTS_ON = re.compile(r"mails?|commit page|trees [\d.rc-]+ and [\d.rc-]+")
FIELDS = {"file", "subject", "release", "touches", "rests_on", "paths", "outcome"}
MORE = {"commit", "commits", "message_id", "message_ids", "note", "unverified", "why", "broke"}
MORE |= {"held_out", "miss"}
BROKE = {"tool", "releases", "fixed_in", "what", "told"}

of_both = pytest.mark.parametrize("corpus", [CORPUS, ASIDE], ids=["corpus", "aside"])


@of_both
def test_each_record_has_its_fields(corpus: Corpus) -> None:
    for patch in corpus.patches:
        name = patch["file"]
        assert patch.keys() >= FIELDS, name
        assert not patch.keys() - FIELDS - MORE, name
        assert re.fullmatch(r"\d\d-[a-z0-9-]+\.(diff|eml|mbox)", name)
        assert RELEASE.fullmatch(patch["release"]), name
        assert RESTS_ON.fullmatch(patch["rests_on"]), name
        assert patch["subject"] and patch["paths"], name
        for commit in [patch.get("commit", "0" * 12), *patch.get("commits", [])]:
            assert re.fullmatch(r"[0-9a-f]{12}", commit), name
        known = patch.keys() & {"commit", "message_id", "message_ids"}
        assert known or "trees" in patch["rests_on"], name
        assert set(patch.get("unverified", [])) <= patch.keys(), name


@of_both
def test_each_outcome_is_told(corpus: Corpus) -> None:
    for patch in corpus.patches:
        name, broke = patch["file"], patch.get("broke", [])
        assert patch["outcome"] == ("broke" if broke else "harmless"), name
        assert bool(broke) != bool(patch.get("why")), name
        for one in broke:
            assert all(one[field] for field in BROKE), name
            assert one.keys() <= BROKE | {"archs"}, name
            assert re.search(r"\b[0-9a-f]{7,12} \"|https://", one["told"]), name


@of_both
def test_there_are_enough(corpus: Corpus) -> None:
    outcomes = [patch["outcome"] for patch in corpus.patches]
    assert outcomes.count("broke") >= 20
    assert outcomes.count("harmless") >= 20


@of_both
def test_names_are_numbered(corpus: Corpus) -> None:
    names = [patch["file"] for patch in corpus.patches]
    assert [name[:2] for name in names] == [f"{n:02}" for n in range(1, len(names) + 1)]


def test_half_is_held_out_by_rule() -> None:
    for patch in CORPUS.patches:
        digit = hashlib.sha256(patch["file"].encode()).hexdigest()[-1]
        assert patch["held_out"] is (int(digit, 16) % 2 == 1), patch["file"]


def test_what_is_aside_is_none_of_the_corpus() -> None:
    def named(corpus: Corpus) -> set[str]:
        return {
            value
            for patch in corpus.patches
            for value in (patch["subject"], patch.get("commit"), patch.get("message_id"))
            if value
        }

    assert not named(CORPUS) & named(ASIDE)
