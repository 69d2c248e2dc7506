# SPDX-License-Identifier: MIT
"""A note gets lines that a release of a tool asks for, where the note has their values."""

from __future__ import annotations

import vmcoreinfo
from tests.compat.small import arch_of, small, tool_of
from vmcoreinfo_codegen.compat.adapt import Adapted, adapt, answer, overlay
from vmcoreinfo_codegen.compat.exports import noted
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease

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


def adapted(text: bytes, values: dict[str, int], needs: str = NEEDS) -> Adapted:
    schema = small(needs, ENTRIES)
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), values)
    info = vmcoreinfo.parse(text)
    return adapt(schema, tool_of(schema), ToolRelease.parse("1.2"), info, exports)


HAS = {"SYMBOL(new)": 0xFFFF800010000000, "NUMBER(always)": 6}
TEXT = b"OSRELEASE=6.9.0\nSYMBOL(new)=ffff800010000000\nNUMBER(always)=6\n"


def test_each_purpose_gets_what_makes_it_better() -> None:
    """Of several ways the one whose values are there; a purpose that stays as bad gets nothing."""
    made = adapted(TEXT, HAS)
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
