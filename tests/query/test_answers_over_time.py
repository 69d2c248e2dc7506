# SPDX-License-Identifier: MIT
"""Answers of several questions about one small schema: each asks the timeline, so none differs."""

from __future__ import annotations

import pytest

from tests.audit.asked import RULES, subject
from vmcoreinfo_codegen.check import check_schema
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.patch.reading import of_series
from vmcoreinfo_codegen.patch.series import read_series
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.query.difference import difference
from vmcoreinfo_codegen.query.explanation import explanation

R = Release.parse

TEXT = """\
schema 1
release 6.6	2023-10-29
release 6.7	2024-01-07
release 6.8	2024-03-10
release 6.9	2024-05-12
release 6.10	2024-07-14
arch x86_64 {
	doc "64-bit x86."
	source x86
	bits 64
	since 6.6
}
macro VMCOREINFO_NUMBER {
	doc "A number; the newest form stands first."
	prints "NUMBER(NAME)=%lu" since 6.8
	prints "NUMBER(NAME)=%ld" until 6.8
	since 6.6
}
macro VMCOREINFO_OTHER {
	doc "Another."
	prints "NUMBER(NAME)=%ld"
	since 6.6
}
NUMBER(late) {
	doc "Bit that is printed by a different macro until 6.9."
	value signed bit
	via VMCOREINFO_OTHER until 6.9
	via VMCOREINFO_NUMBER since 6.9
	since 6.6
}
NUMBER(early) {
	doc "Bit that a macro printed in its old form alone."
	value signed bit
	via VMCOREINFO_NUMBER until 6.8
	via VMCOREINFO_OTHER since 6.8
	since 6.6
}
NUMBER(twice) {
	doc "Bit that came, went, and came again."
	value signed bit
	via VMCOREINFO_OTHER
	since 6.6
	until 6.7 commit aaaaaaaaaaaa "first"
	since 6.8
	until 6.9 commit bbbbbbbbbbbb "second"
}
NUMBER(got) {
	doc "Bit that a stable branch got by a commit of its own."
	value signed bit
	via VMCOREINFO_OTHER
	since 6.8 commit cccccccccccc
	backport 6.6.9 commit dddddddddddd
	changed 6.10 "the newest meaning"
	changed 6.9 "the older one"
	%s
}
"""


def small(quirk: str = "") -> Schema:
    problems: list[Problem] = []
    schema, _ = build(parse_files([("x.vmci", TEXT.replace("%s", quirk))], problems), problems)
    assert problems == []
    return schema


def test_a_form_is_told_for_the_time_in_which_its_macro_prints_the_entry() -> None:
    schema = small()
    (export,) = explanation(schema, schema.by_key["NUMBER(late)"]).exports
    assert [(p.macro, p.printf, p.since, p.until) for p in export.printed] == [
        ("VMCOREINFO_OTHER", "NUMBER(late)=%ld", None, "6.9"),
        ("VMCOREINFO_NUMBER", "NUMBER(late)=%lu", "6.9", None),
    ]


def test_only_forms_of_that_time_have_to_fit_the_format() -> None:
    said = [p.message for p in check_schema(small()) if p.rule == "VMCI020"]
    assert said == ["NUMBER(late) has the format signed, but is printed with 'NUMBER(NAME)=%lu'"]


def test_a_patch_is_to_the_newest_form_of_a_macro() -> None:
    patch = b"--- a/x.c\n+++ b/x.c\n-\tVMCOREINFO_NUMBER(late);\n"
    (change,) = of_series(small(), R("6.9"), read_series(patch))
    (view,) = change.views.values()
    assert [state.first.printf for state in view.removed.values()] == ["NUMBER(late)=%lu"]


@pytest.mark.parametrize(
    ("old", "new", "change", "commit"),
    [
        ("6.6.8", "6.6.9", "added", "d" * 12),
        ("6.7", "6.8", "added", "c" * 12),
    ],
)
def test_an_addition_is_told_with_the_commit_of_its_branch(
    old: str, new: str, change: str, commit: str
) -> None:
    found = difference(mainline(small(), R(old)), mainline(small(), R(new)), None).changes
    assert [(c.change, c.commit) for c in found if c.key == "NUMBER(got)"] == [(change, commit)]


def test_a_removal_is_told_with_the_last_end_of_two() -> None:
    found = difference(mainline(small(), R("6.6")), mainline(small(), R("6.10")), None).changes
    assert [(c.key, c.why) for c in found if c.change == "removed"] == [("NUMBER(twice)", "second")]


def test_a_note_between_two_lives_is_told_of_the_end_that_was() -> None:
    (found,) = RULES["outside-life"].run(subject(small(), "OSRELEASE=6.7.3 NUMBER(twice)=1"))
    assert found.message == "removed from mainline in 6.7; this is 6.7.3"


def test_the_meaning_in_force_is_the_latest_wherever_it_stands() -> None:
    (found,) = RULES["changed-meaning"].run(subject(small(), "OSRELEASE=6.10.2 NUMBER(got)=1"))
    assert found.message == "has a different meaning than before 6.10: the newest meaning"
    changes = difference(mainline(small(), R("6.8")), mainline(small(), R("6.10")), None).changes
    said = [c.why for c in changes if c.change == "meaning"]
    assert said == ["the older one", "the newest meaning"]


@pytest.mark.parametrize(
    ("range_", "is_outside"),
    [
        ("since 6.6.3 until 6.6.9", True),
        ("since 6.6.9 until 6.6.12", False),
        ("since 6.6.12", False),
        ("since 6.7 until 6.8", True),
    ],
)
def test_a_quirk_of_a_branch_is_within_what_the_branch_got(range_: str, is_outside: bool) -> None:
    schema = small(f'quirk garbage {range_} "it is nonsense"')
    found = [problem for problem in check_schema(schema) if problem.rule == "VMCI016"]
    assert bool(found) == is_outside


def test_releases_of_debug_info_are_declared_ones() -> None:
    schema = small("debug-info enum(got) since 6.5")
    said = [str(p) for p in check_schema(schema) if "6.5" in p.message]
    assert len(said) == 1
    assert "not declared" in said[0]
