# SPDX-License-Identifier: MIT
"""Verdicts over kernels: where they change, and how they are told."""

from __future__ import annotations

from tests.compat.small import arch_of, small, tool_of
from vmcoreinfo_codegen.compat.exports import predicted
from vmcoreinfo_codegen.compat.exports_by_release import exports_by_release
from vmcoreinfo_codegen.compat.lifetime import lifetimes
from vmcoreinfo_codegen.compat.matrix import Run, clipped, describe_runs, runs
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Verdict

ENTRIES = """
NUMBER(backported) {
	value signed bit
	since 6.9
	backport 6.7.5
}
NUMBER(conditional) {
	value signed bit
	depends on CONFIG_FEATURE until 6.8
	depends on CONFIG_X86 since 6.8
	since 6.6
}
"""
NEEDS = """
	release 1.3 2024-08-01 kernels 6.6 to 6.8
	need "renamed" {
		any	SYMBOL(new) since 1.1
		any	SYMBOL(old) until 1.2
		without fatal	"can't find it"
	}
	need "ranged" {
		kernels	since 6.7
		any	NUMBER(always) until 1.3 kernels until 6.9
		any	NUMBER(always) since 1.3
		without wrong	"it is wrong"
	}
	need "guessed" {
		any	SYMBOL(new)
		any	"a guess"
		without fallback	"it guesses"
	}
"""


def releases_of(schema: Schema) -> list[ToolRelease]:
    return [release.release for release in tool_of(schema).releases]


def test_there_is_a_start_where_something_changes() -> None:
    schema = small("", ENTRIES)
    over = exports_by_release(schema, arch_of(schema))
    assert [str(release) for release in over.releases] == ["6.6", "6.7", "6.8", "6.9"]
    assert over.changes["SYMBOL(old)"] == (0, 2)
    assert over.changes["SYMBOL(new)"] == (2,)
    assert over.changes["NUMBER(always)"] == (0,)
    # A backport is in stable releases of its branch, not in the one that opens it.
    assert over.changes["NUMBER(backported)"] == (3,)
    assert over.changes["NUMBER(conditional)"] == (0, 2)
    assert over.starts == (0, 2, 3)
    for place, release in enumerate(over.releases):
        assert over.at(place) == predicted(schema, release, arch_of(schema))
    bounds = ("6.5", "6.6", "6.7", "6.7.3", "6.9", "6.10")
    assert [over.place_of(Release.parse(bound)) for bound in bounds] == [0, 0, 1, 2, 3, 4]


def told(schema: Schema, release: str) -> list[str]:
    over = exports_by_release(schema, arch_of(schema))
    (found,) = runs(tool_of(schema), [ToolRelease.parse(release)], {"x86_64": over})
    return describe_runs(found["x86_64"], Release.parse("6.9"))


def test_runs_of_verdicts() -> None:
    schema = small(NEEDS, ENTRIES)
    assert told(schema, "1.0") == ["ok 6.6 to 6.7", "fatal since 6.8: renamed"]
    assert told(schema, "1.1") == ["ok 6.6 to 6.8", "wrong since 6.9: ranged"]
    assert told(schema, "1.2") == [
        "fatal 6.6 to 6.7: renamed",
        "ok 6.8",
        "wrong since 6.9: ranged",
    ]
    assert told(schema, "1.3") == ["fatal 6.6 to 6.7: renamed", "ok since 6.8"]


def test_runs_are_by_release_and_architecture() -> None:
    schema = small(NEEDS, ENTRIES)
    over = {name: exports_by_release(schema, arch_of(schema, name)) for name in ("x86_64", "arm64")}
    asked = releases_of(schema)
    together = runs(tool_of(schema), asked, over)
    for release, by_arch in zip(asked, together, strict=True):
        (alone,) = runs(tool_of(schema), [release], over)
        assert by_arch == alone


def test_several_purposes_of_the_same_verdict_are_told_together() -> None:
    needs = NEEDS.replace('without wrong	"it is wrong"', 'without fatal	"it ends"')
    schema = small(needs, ENTRIES)
    assert told(schema, "1.0") == [
        "ok 6.6 to 6.7",
        "fatal 6.8: renamed",
        "fatal since 6.9: renamed, ranged",
    ]


def test_a_form_that_later_releases_read() -> None:
    schema = small(
        """
	reads	NUMBER as decimal until 1.1
	reads	NUMBER as signed decimal since 1.1
	need "read" {
		any	NUMBER(always)
		without wrong	"another number"
	}
"""
    )
    assert told(schema, "1.0") == ["wrong since 6.6: read"]
    assert told(schema, "1.1") == ["ok since 6.6"]


def test_runs_that_begin_later() -> None:
    r = Release.parse
    first = Run(r("6.6"), r("6.7"), Verdict.OK, ())
    last = Run(r("6.8"), r("6.9"), Verdict.FATAL, ("x",))
    assert clipped([first, last], r("6.6")) == [first, last]
    assert clipped([first, last], r("6.7"))[0] == Run(r("6.7"), r("6.7"), Verdict.OK, ())
    assert clipped([first, last], r("6.8")) == [last]
    assert describe_runs([first], r("6.9")) == ["ok 6.6 to 6.7"]
    assert describe_runs([Run(r("6.7"), r("6.7"), Verdict.OK, ())], r("6.9")) == ["ok 6.7"]


def test_the_kernels_that_each_release_handles() -> None:
    schema = small(NEEDS, ENTRIES)
    found = {
        one.release: (
            *(one.first, one.last, one.worked_out_last, one.ends_by),
            *(one.declared_first, one.declared_last),
        )
        for one in lifetimes(schema, tool_of(schema), arch_of(schema)).releases
    }
    assert found == {
        "1.0": ("6.6", "6.7", "6.7", "renamed: fatal on 6.8", None, None),
        "1.1": ("6.6", "6.8", "6.8", "ranged: wrong on 6.9", None, None),
        "1.2": ("6.8", "6.8", "6.8", "ranged: wrong on 6.9", None, None),
        "1.3": ("6.8", "6.8", "6.9", None, "6.6", "6.8"),
    }
    (first, *_) = lifetimes(schema, tool_of(schema), arch_of(schema)).releases
    assert (first.arch, first.date) == ("x86_64", "2024-06-01")


def test_a_release_that_handles_all() -> None:
    schema = small(
        """
	need "read" {
		any	NUMBER(always)
		without fatal	"it ends"
	}
"""
    )
    (one, *_) = lifetimes(schema, tool_of(schema), arch_of(schema)).releases
    assert (one.first, one.last, one.ends_by) == ("6.6", "6.9", None)


def test_a_release_that_handles_none() -> None:
    schema = small(
        """
	need "read" {
		any	NUMBER(always) + SYMBOL(old) + SYMBOL(new)
		without fatal	"it ends"
	}
"""
    )
    (one, *_) = lifetimes(schema, tool_of(schema), arch_of(schema)).releases
    assert (one.first, one.last, one.ends_by) == (None, None, None)
