# SPDX-License-Identifier: MIT
"""The corpus of patches is complete, and each diff that is here is well-formed."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PATCHES: list[dict[str, Any]] = tomllib.loads((FOLDER / "corpus.toml").read_text())["patch"]
HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
RELEASE = re.compile(r"[3-7]\.\d+")
TREES = re.compile(r"mail|commit page|trees [\d.rc-]+ and [\d.rc-]+")
FIELDS = {"file", "subject", "release", "touches", "rests_on", "paths", "outcome", "held_out"}
MORE = {"miss", "commit", "commits", "message_id", "note", "unverified", "why", "broke"}
BROKE = {"tool", "releases", "fixed_in", "what", "told"}
BETWEEN = (
    "diff --git ", "index ", "--- ", "+++ ", "new file mode ", "deleted file mode ", "similarity ",
    "rename ", "old mode ", "new mode ", "From ", "Subject: ",
)  # fmt: skip


def diffs() -> Iterator[tuple[str, list[str]]]:
    for path in sorted(FOLDER.glob("*.diff")):
        yield path.name, path.read_text().split("\n")


def hunk(name: str, lines: list[str], start: int) -> int:
    """The line behind the hunk that begins at `start`, whose header counts its lines."""
    counts = HUNK.match(lines[start])
    assert counts, (name, start + 1)
    old, new = (1 if count is None else int(count) for count in counts.groups())
    at = start + 1
    while old or new:
        kind = lines[at][:1]
        assert kind in {" ", "-", "+", "\\"}, (name, at + 1)
        old -= kind in {" ", "-"}
        new -= kind in {" ", "+"}
        assert old >= 0 and new >= 0, (name, at + 1)
        at += 1
    return at + (at < len(lines) and lines[at].startswith("\\"))


def test_each_record_has_its_fields() -> None:
    for patch in PATCHES:
        name = patch["file"]
        assert patch.keys() >= FIELDS, name
        assert not patch.keys() - FIELDS - MORE, name
        assert re.fullmatch(r"\d\d-[a-z0-9-]+\.diff", name)
        assert RELEASE.fullmatch(patch["release"]), name
        assert TREES.fullmatch(patch["rests_on"]), name
        assert patch["subject"] and patch["touches"] and patch["paths"], name
        for commit in [patch.get("commit", "0" * 12), *patch.get("commits", [])]:
            assert re.fullmatch(r"[0-9a-f]{12}", commit), name
        assert "commit" in patch or "message_id" in patch or "trees" in patch["rests_on"], name
        assert set(patch.get("unverified", [])) <= patch.keys(), name


def test_each_outcome_is_told() -> None:
    for patch in PATCHES:
        name, broke = patch["file"], patch.get("broke", [])
        assert patch["outcome"] == ("broke" if broke else "harmless"), name
        assert bool(broke) != bool(patch.get("why")), name
        for one in broke:
            assert all(one[field] for field in BROKE), name
            assert one.keys() <= BROKE | {"archs"}, name
            assert re.search(r"\b[0-9a-f]{7,12} \"|https://", one["told"]), name


def test_there_are_enough() -> None:
    outcomes = [patch["outcome"] for patch in PATCHES]
    assert len(outcomes) >= 60
    assert outcomes.count("broke") >= 20
    assert outcomes.count("harmless") >= 20


def test_half_is_held_out_by_rule() -> None:
    for patch in PATCHES:
        digit = hashlib.sha256(patch["file"].encode()).hexdigest()[-1]
        assert patch["held_out"] is (int(digit, 16) % 2 == 1), patch["file"]


def test_each_diff_is_named_once() -> None:
    named = [patch["file"] for patch in PATCHES]
    assert len(named) == len(set(named))
    assert [name[:2] for name in named] == [f"{n:02}" for n in range(1, len(named) + 1)]
    assert {name for name, _ in diffs()} <= set(named)


def test_hunks_of_each_diff_that_is_here_are_well_formed() -> None:
    paths = {patch["file"]: set(patch["paths"]) for patch in PATCHES}
    for name, lines in diffs():
        at = hunks = 0
        while at < len(lines):
            if lines[at].startswith("@@"):
                at = hunk(name, lines, at)
                hunks += 1
                continue
            assert not lines[at] or lines[at].startswith(BETWEEN), (name, at + 1)
            at += 1
        assert hunks, name
        heads = {line.split(" b/", 1)[1] for line in lines if line.startswith("diff --git a/")}
        assert paths[name] <= heads, name
