# SPDX-License-Identifier: MIT
"""Hostile trees, repositories and configurations, each in a process with bounds of its own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.hostile import trees
from tests.hostile.case import Case
from tests.hostile.child import Ended, ended
from tests.hostile.sources import GOOD, SOURCES

# Each of these took all memory, or did not end in two minutes, or ended with a traceback.
QUICK = [
    "17 alternatives",
    "nested ifdef",
    "a chain of macros",
    "decimal digits",
    "a longer chain of or",
    "escaped quotes",
    "heads of functions",
    "one key in many places",
]


def run(case: Case, folder: Path) -> Ended:
    folder.mkdir()
    end = ended(case, folder)
    assert end.code in case.codes, (case.name, end.code, end.seconds, end.err[-500:])
    assert b"Traceback" not in end.err, (case.name, end.err[-500:])
    return end


def case(top: Path, *more: str) -> Case:
    return Case("", ("extract", str(top), "--format", "json", *more), None, 10, 700, (0, 1))


def extracted(top: Path, folder: Path) -> tuple[set[str], list[str]]:
    """The keys that are found, and the reasons of what is not understood."""
    answer = json.loads(run(case(top), folder).out)
    keys = {export["key"] for export in answer["exports"]}
    return keys, [finding["reason"] for finding in answer["not_understood"]]


@pytest.mark.parametrize("name", QUICK)
def test_hostile_source(tmp_path: Path, name: str) -> None:
    """It ends soon, and what is sound in the same file and in others is found."""
    source = SOURCES[name]()
    top = trees.write_tree(tmp_path / "linux", {"kernel/a.c": source, "mm/good.c": GOOD})
    keys, _ = extracted(top, tmp_path / "run")
    assert "NUMBER(good)" in keys


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("not", "an expression of more than 2000 characters"),
        ("not, short", "an expression nested more than 40 deep"),
        ("nested ifdef", "it is nested in more than 256 conditions"),
        ("pigeons in too few holes", "passed the limit of 20000 steps"),
        ("fewer decimal digits", "a number of more than 64 bits"),
        ("no octal", "not a C number"),
        ("macros of macros", "what the call expands to: passed the limit of 65536 characters"),
        ("a long call", "a call of more than 4000 characters"),
        ("a key with a blank", "printable ASCII characters: 'A B'"),
        ("a long key", "not a key"),
    ],
)
def test_what_is_too_much_is_a_finding(tmp_path: Path, name: str, reason: str) -> None:
    top = trees.write_tree(tmp_path / "linux", {"kernel/a.c": SOURCES[name]()})
    keys, reasons = extracted(top, tmp_path / "run")
    assert keys == {"NUMBER(good)"}
    assert any(reason in found for found in reasons), reasons


def test_17_alternatives_are_understood(tmp_path: Path) -> None:
    top = trees.write_tree(tmp_path / "linux", {"kernel/a.c": SOURCES["17 alternatives"]()})
    assert extracted(top, tmp_path / "run") == ({"NUMBER(good)"}, [])


def test_a_FIFO_as_Makefile(tmp_path: Path) -> None:
    top = trees.write_tree(tmp_path / "linux", {})
    (top / "Makefile").unlink()
    os.mkfifo(top / "Makefile")
    run(Case("", ("extract", str(top)), None, 5, 700, (2,)), tmp_path / "run")


@pytest.mark.parametrize("kind", [b"x", b"L"])
def test_a_header_of_3_GiB(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "linux.tar"
    with path.open("wb") as file:
        file.write(trees.header(b"././@LongLink", 3 << 30, kind))
        file.truncate(4 << 30)
    end = run(Case("", ("extract", str(path)), None, 10, 700, (2,)), tmp_path / "run")
    assert b"passed the limit of" in end.err
