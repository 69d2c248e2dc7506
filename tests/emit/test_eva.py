# SPDX-License-Identifier: MIT
"""Proves by abstract interpretation what the C product answers whatever it has parsed.

`make eva` has the parse as well, which takes minutes.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.emit import eva
from tests.emit.driver import C_SOURCE


def need_eva() -> None:
    if not shutil.which("frama-c"):
        pytest.skip("frama-c is not here")


@pytest.mark.long
def test_answers_have_no_alarm_but_those_argued(tmp_path: Path) -> None:
    need_eva()
    said = eva.analyse("answers", tmp_path)
    assert eva.problems("answers", said) == []


@pytest.mark.long
def test_a_bound_that_is_one_too_far_is_an_alarm(tmp_path: Path) -> None:
    need_eva()
    text = (C_SOURCE / "vmcoreinfo.c").read_text()
    old = "	while (at < end && *at != byte)"
    assert text.count(old) == 1
    said = eva.analyse("answers", tmp_path, text.replace(old, old.replace("at < end", "at <= end")))
    assert "find: out of bounds read. assert \\valid_read(at);" in eva.problems("answers", said)


def test_each_hint_has_its_line() -> None:
    assert "/*@ split left; */" in eva.hinted((C_SOURCE / "vmcoreinfo.c").read_text())


def test_alarms_and_what_was_not_reached_are_problems() -> None:
    output = (
        "[eva:alarm] a.c:1: Warning: \n  out of bounds read. assert \\valid_read(at);\n"
        "  stack: find :: a.c:1 <- main\n"
        "  In these functions, 1 statements reached (out of 2): 50% coverage.\n"
    )
    found = eva.problems("answers", eva.read(output))
    assert found[0] == "find: out of bounds read. assert \\valid_read(at);"
    assert "vmcoreinfo_get_bytes: this alarm has gone" in found
    assert any("50 %" in problem for problem in found)


def test_what_was_seen_is_of_this_runtime() -> None:
    """`make eva` takes too long for CI; a change of the runtime needs it once more."""
    seen = tomllib.loads(eva.SEEN.read_text())
    assert seen["runtime"] == eva.runtime_digest(), (
        "run 'make eva', and keep tests/emit/eva/seen.toml"
    )
    assert {name: seen[name]["problems"] for name in eva.ANALYSES} == dict.fromkeys(eva.ANALYSES, 0)
    assert all(seen[name]["statements"] >= 99 for name in eva.ANALYSES)
