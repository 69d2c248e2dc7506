# SPDX-License-Identifier: MIT
"""Proof 5: lives, commits and dates are those that were recorded from the kernel's history.

The recorded rows are no part of the schema: a digit that is wrong in one of them shows here.
"""

from __future__ import annotations

from collections import defaultdict

from tests.conftest import CORPUS, deviations, facts
from vmcoreinfo_codegen.model import Schema

# since, its commit, until, its commit; "" for none.
Life = tuple[str, str, str, str]


def declared_lives(schema: Schema) -> dict[str, set[Life]]:
    found: dict[str, set[Life]] = defaultdict(set)
    for entry in schema.entries:
        for export in entry.exports:
            for span in export.spans:
                since, until = span.since, span.until
                end = (str(until.release), until.commit or "") if until else ("", "")
                found[entry.key].add((str(since.release), since.commit or "", *end))
    return found


def recorded_lives() -> dict[str, set[Life]]:
    found: dict[str, set[Life]] = defaultdict(set)
    for row in facts("lives.jsonl"):
        texts = (row["since"], row["since_commit"], row["until"], row["until_commit"])
        found[row["key"]].add(tuple(text or "" for text in texts))  # type: ignore[arg-type]
    return found


def test_lives_and_commits_are_as_recorded(schema: Schema) -> None:
    declared, recorded = declared_lives(schema), recorded_lives()
    assert len(recorded) >= 199
    excused = {(one["key"], one["since"], one["commit"]) for one in deviations()["life"]}
    unexplained = {
        (key, *life)
        for key, lives in recorded.items()
        for life in declared[key] - lives
        if (key, *life[:2]) not in excused
    }
    assert unexplained == set()
    # As many as were recorded: none is left out either.
    assert {key: len(declared[key]) for key in recorded} == {k: len(v) for k, v in recorded.items()}


def test_every_listed_deviation_still_shows(schema: Schema) -> None:
    declared, recorded = declared_lives(schema), recorded_lives()
    for one in deviations()["life"]:
        differ = {life[:2] for life in declared[one["key"]] - recorded[one["key"]]}
        assert (one["since"], one["commit"]) in differ, one
        assert one["reason"]


def test_replacements_are_as_recorded(schema: Schema) -> None:
    recorded: dict[str, set[str]] = defaultdict(set)
    for row in facts("lives.jsonl"):
        # One architecture's own entry may have given way to that of all.
        recorded[row["key"]] |= {*row["replaced_by"]} - {row["key"]}
    differ = {
        key: (sorted(schema.by_key[key].replaced_by), sorted(keys))
        for key, keys in recorded.items()
        if set(schema.by_key[key].replaced_by) != keys
    }
    assert differ == {}


def test_dates_of_releases(schema: Schema) -> None:
    lines = (CORPUS / "facts/kernel-releases.tsv").read_text().splitlines()
    recorded = dict(line.split("\t") for line in lines)
    declared = {str(one.release): one.date for one in schema.releases}
    assert {release: declared.get(release) for release in recorded} == recorded
    assert len(recorded) > 100
