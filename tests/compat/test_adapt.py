# SPDX-License-Identifier: MIT
"""A note gets lines that a release of a tool asks for, where the note has their values."""

from __future__ import annotations

import vmcoreinfo
from tests.compat.small import arch_of, small, tool_of
from vmcoreinfo_codegen.compat.adapt import Adapted, adapt, answer, overlay
from vmcoreinfo_codegen.compat.exports import Exports, noted
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema

NEEDS = """
	need "first" {
		any	SYMBOL(old)
		adapt	SYMBOL(old) from NUMBER(absent)
			"a way for which the note has no value"
		adapt	SYMBOL(old) from SYMBOL(new)
			"it was renamed"
		without fatal	"it ends"
	}
	need "second" {
		any	NUMBER(other) + NUMBER(x86)
		adapt	NUMBER(other) from 1
			"it is always one"
		without wrong	"it is wrong"
	}
	need "third" {
		any	NUMBER(configured)
		adapt	NUMBER(configured) from NUMBER(always) + 1
			"one more"
		without degraded	"less is shown"
	}
"""
ENTRIES = """
NUMBER(absent) {
	value signed bit
	since 6.6
}
"""


def noted_of(schema: Schema, values: dict[str, int]) -> Exports:
    return noted(schema, Release.parse("6.9"), arch_of(schema), values)


def adapted(text: bytes, values: dict[str, int], needs: str = NEEDS) -> Adapted:
    schema = small(needs, ENTRIES)
    exports = noted_of(schema, values)
    info = vmcoreinfo.parse(text)
    return adapt(schema, tool_of(schema), ToolRelease.parse("1.2"), info, exports)


HAS = {"SYMBOL(new)": 0xFFFF800010000000, "NUMBER(always)": 6}
TEXT = b"OSRELEASE=6.9.0\nSYMBOL(new)=ffff800010000000\nNUMBER(always)=6\n"


def test_each_purpose_gets_what_makes_it_better() -> None:
    """Of several ways the one whose values are there; a purpose that stays as bad gets nothing."""
    made = adapted(TEXT, HAS)
    assert made.changed == ()
    added = b"SYMBOL(old)=ffff800010000000\nNUMBER(configured)=7\n"
    assert made.text == TEXT + added
    assert [(line.key, line.text, line.purpose, line.why) for line in made.written] == [
        ("SYMBOL(old)", "ffff800010000000", "first", "it was renamed"),
        ("NUMBER(configured)", "7", "third", "one more"),
    ]
    assert [o.need.purpose for o in made.refused] == ["second"]


def test_the_answer_tells_which_purpose_each_line_serves() -> None:
    schema = small(NEEDS, ENTRIES)
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), HAS)
    found = answer(schema, adapted(TEXT, HAS), exports, "tool 1.2")
    assert (found.consumer, found.text) == ("tool 1.2", None)
    assert [(line.key, line.purpose) for line in found.written] == [
        ("SYMBOL(old)", "first"),
        ("NUMBER(configured)", "third"),
    ]
    assert [(one.purpose, one.seen) for one in found.refused] == [("second", "it is wrong")]


def test_a_purpose_that_works_is_left_alone() -> None:
    made = adapted(TEXT, {**HAS, "SYMBOL(old)": 5, "NUMBER(configured)": 1})
    assert (made.text, made.written) == (TEXT, ())


def test_what_is_written_once_serves_the_purposes_behind() -> None:
    twice = """
	need "first" {
		any	SYMBOL(old)
		adapt	SYMBOL(old) from SYMBOL(new)
			"it was renamed"
		without fatal	"it ends"
	}
	need "second" {
		any	SYMBOL(old) + NUMBER(other)
		adapt	NUMBER(other) from 1
			"it is always one"
		without wrong	"it is wrong"
	}
"""
    made = adapted(TEXT, HAS, twice)
    assert [line.key for line in made.written] == ["SYMBOL(old)", "NUMBER(other)"]
    assert made.refused == ()


def test_a_last_line_without_its_end_gets_one() -> None:
    made = adapted(TEXT[:-1], HAS)
    assert made.text.startswith(TEXT + b"SYMBOL(old)=")


def test_crashtime_stays_last() -> None:
    """The kernel prints it at the crash; one that an earlier line only mentions is none."""
    text = TEXT + b"X=1\nCRASHTIME=1\nCRASHTIME=1700000000\n"
    made = adapted(text, HAS)
    assert made.text.endswith(b"NUMBER(configured)=7\nCRASHTIME=1700000000\n")
    assert made.text.startswith(TEXT + b"X=1\nCRASHTIME=1\nSYMBOL(old)=")


def test_an_overlay_has_symbols_less_what_the_tool_adds() -> None:
    """`makedumpfile -i` adds the offset of KASLR to each, and has the dump's own lines beside."""
    text = b"OSRELEASE=6.9.0\nPAGESIZE=4096\nSYMBOL(new)=ffff800010000000\nKERNELOFFSET=f000000\n"
    made = adapted(text, HAS)
    assert overlay(made, vmcoreinfo.parse(text)) == (
        b"OSRELEASE=6.9.0\nPAGESIZE=4096\nSYMBOL(old)=ffff800001000000\nNUMBER(configured)=7\n"
    )


def test_a_line_is_taken_away_where_nothing_gets_worse() -> None:
    needs = """
	need "found" {
		any	NUMBER(configured) + NUMBER(always) kernels until 6.2
		any	NUMBER(always)
		drop	NUMBER(configured)
			"it misleads"
		without degraded	"nothing is found"
	}
"""
    text = TEXT + b"NUMBER(configured)=7\n"
    has = {**HAS, "NUMBER(configured)": 7}
    made = adapted(text, has, needs)
    assert made.text == TEXT
    assert [(one.key, one.purpose, one.why) for one in made.dropped] == [
        ("NUMBER(configured)", "found", "it misleads")
    ]
    other = """
	need "other" {
		any	NUMBER(configured)
		without degraded	"less is shown"
	}
"""
    assert adapted(text, has, needs + other).text == text


CHANGES = """
	need "depth" {
		any	NUMBER(configured) when NUMBER(configured) == NUMBER(always)
		adapt	NUMBER(configured) from %s
			"the tool asks for the one, and it is the other"
		without fatal	"it ends"
	}
"""
HAS_BOTH = {**HAS, "NUMBER(configured)": 7}
BOTH = TEXT + b"NUMBER(configured)=7\nCRASHTIME=1\n"


def test_a_line_gets_another_value_where_it_stands() -> None:
    made = adapted(BOTH, HAS_BOTH, CHANGES % "NUMBER(always)")
    assert made.text == TEXT + b"NUMBER(configured)=6\nCRASHTIME=1\n"
    assert [(line.key, line.text, line.was) for line in made.written] == [
        ("NUMBER(configured)", "6", "7")
    ]
    assert made.changed == made.written
    assert made.refused == ()
    schema = small(CHANGES % 6, ENTRIES)
    (line,) = answer(schema, made, noted_of(schema, HAS_BOTH), "tool 1.2").written
    assert (line.text, line.was) == ("6", "7")


def test_every_line_of_the_key_gets_the_value() -> None:
    """Which of several a tool takes is its own affair."""
    text = b"NUMBER(configured)=5\n" + BOTH
    made = adapted(text, HAS_BOTH, CHANGES % "NUMBER(always)")
    assert made.text.count(b"NUMBER(configured)=6\n") == 2
    assert len(made.written) == 1


def test_a_value_that_makes_nothing_better_is_not_written() -> None:
    for expression in ("7", "8", "NUMBER(configured)", "NUMBER(absent)"):
        made = adapted(BOTH, HAS_BOTH, CHANGES % expression)
        assert (made.text, made.written) == (BOTH, ())
        assert [o.need.purpose for o in made.refused] == ["depth"]


def test_a_value_that_another_purpose_goes_by_is_kept() -> None:
    other = """
	need "layout" {
		any	NUMBER(configured) when NUMBER(configured) == 7
		without degraded	"less is shown"
	}
"""
    made = adapted(BOTH, HAS_BOTH, CHANGES % 6 + other)
    assert (made.text, made.written) == (BOTH, ())


def test_a_key_that_came_counts_with_its_value() -> None:
    """What is written for one purpose is judged by its value in the ones behind."""
    needs = """
	need "first" {
		any	NUMBER(configured)
		adapt	NUMBER(configured) from 5
			"it is always five"
		without wrong	"it is wrong"
	}
	need "second" {
		any	NUMBER(configured) when NUMBER(configured) == 6
		adapt	NUMBER(configured) from 6
			"which is too late"
		without degraded	"less is shown"
	}
"""
    made = adapted(TEXT, HAS, needs)
    assert made.text == TEXT + b"NUMBER(configured)=5\n"
