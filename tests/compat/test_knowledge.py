# SPDX-License-Identifier: MIT
"""Where a verdict is not known, and what was seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compat.small import arch_of, kernel, note, small, tool_of
from vmcoreinfo_codegen.compat.answer import answer
from vmcoreinfo_codegen.compat.exports import Exports
from vmcoreinfo_codegen.compat.exports_by_release import exports_by_release
from vmcoreinfo_codegen.compat.judge import WHOLE, Scope
from vmcoreinfo_codegen.compat.matrix import known_runs
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import Kernel, kernel_named
from vmcoreinfo_codegen.model.observed import Runs, Seen, read_digest
from vmcoreinfo_codegen.model.vocabulary import DumpFormat, Verdict
from vmcoreinfo_codegen.query.interface.consumers import Compat

NEEDS = """
	architectures	x86_64
	architectures	arm64 since 1.2
	command	filter "-d LEVEL"
	command	dmesg "--dump-dmesg"
	release 1.3 2023-11-01
	release 1.4 2024-08-01 kernels 6.6 to 6.8
	build debian-1.0-3 of 1.0 as 1.1 in "renamed"
	need "renamed" {
		any	SYMBOL(new) since 1.1
		any	SYMBOL(old)
		without fatal	"can't find it"
	}
	need "filtered" {
		commands filter
		levels 8 16
		any	NUMBER(other) + NUMBER(always)
		without wrong	"other pages go"
	}
	need "log" {
		commands dmesg
		any	NUMBER(always) since 1.2
		any	SYMBOL(old)
		without degraded	"no log"
	}
"""


def seen(schema: Schema, release: str, branch: str, came: Verdict, keys: tuple[str, ...]) -> Seen:
    tool = tool_of(schema)
    return Seen(
        release=ToolRelease.parse(release),
        build="upstream",
        arch="x86_64",
        kernel=f"{branch}.1-some",
        branch=Release.parse(branch),
        dump=f"x86_64-{branch}",
        format=DumpFormat.ELF,
        has=(),
        command="filter",
        level=31,
        came=came,
        by="tool 1.4",
        read=read_digest(tool, ToolRelease.parse(release), keys),
    )


KEYS = ("NUMBER(always)", "NUMBER(other)", "SYMBOL(new)")


def with_runs(schema: Schema, *runs: Seen) -> Schema:
    return replace(schema, consumers=(replace(tool_of(schema), seen=Runs(runs)),))


def named(schema: Schema, name: str = "6.9") -> Kernel:
    return kernel_named(schema, name)


def answered(
    schema: Schema, release: str, exports: Exports | None = None, scope: Scope = WHOLE
) -> Compat:
    exports = exports or kernel(schema, "6.9")
    tool = tool_of(schema)
    return answer(named(schema), tool, ToolRelease.parse(release), None, exports, None, scope)


def test_what_is_newer_than_the_newest_release_is_not_known_at_all() -> None:
    schema = small(NEEDS)
    found = answered(schema, "2.0", kernel(schema, "6.6"))
    assert (found.verdict, found.worked_out, found.rests_on) == ("unknown", "ok", "not known")
    assert found.not_known == ["the newest tool in the schema is 1.4"]
    assert {p.verdict for p in found.purposes} == {"unknown"}
    between = answered(schema, "1.0.5", kernel(schema, "6.6"))
    assert between.not_known == ["the schema has no tool 1.0.5; judged as 1.0"]


def test_even_what_is_fatal_may_be_mended_in_a_release_that_nobody_knows() -> None:
    schema = small(NEEDS.replace("SYMBOL(new) since 1.1", "SYMBOL(new) since 1.1 until 1.3"))
    assert answered(schema, "1.4").verdict == "fatal"
    found = answered(schema, "2.0")
    assert (found.verdict, found.worked_out) == ("unknown", "fatal")


def test_an_architecture_that_a_release_does_not_read() -> None:
    schema = small(NEEDS)
    found = answered(schema, "1.1", kernel(schema, "6.9", "arm64"))
    assert found.verdict == "unknown"
    assert found.not_known == ["tool 1.1 does not read dumps of arm64; tool 1.2 does"]
    assert answered(schema, "1.2", kernel(schema, "6.9", "arm64")).verdict == "ok"


def test_a_kernel_past_the_newest_of_the_schema() -> None:
    schema = small(NEEDS)
    found = answered(schema, "1.2", replace(kernel(schema, "6.9"), release=Release.parse("6.10")))
    assert found.verdict == "unknown"
    assert found.not_known == ["6.10 is newer than 6.9, the newest kernel in the schema"]


@pytest.mark.parametrize(
    ("release", "last"), [("1.4", "6.8"), ("1.3", "6.6")], ids=["declared", "by its day"]
)
def test_a_kernel_past_what_a_release_can_know(release: str, last: str) -> None:
    schema = small(NEEDS)
    found = answered(schema, release)
    assert (found.verdict, found.worked_out) == ("unknown", "ok")
    assert found.not_known[0].startswith(f"{last} is the newest x86_64 kernel ")
    assert answered(schema, release, kernel(schema, last)).verdict == "ok"


def test_a_release_without_a_date_is_of_no_earlier_day_than_those_before_it() -> None:
    schema = small(NEEDS.replace("release 1.4 2024-08-01 kernels 6.6 to 6.8", "release 1.4"))
    found = answered(schema, "1.4")
    # 1.2 is of August 2024, when 6.9 was there.
    assert (found.verdict, found.worked_out) == ("ok", None)
    schema = small(
        NEEDS.replace(
            "release 1.4 2024-08-01 kernels 6.6 to 6.8", "release 0.9 2024-01-10\n\trelease 0.9.5"
        )
    )
    assert answered(schema, "0.9.5").not_known[0].startswith("6.7 is the newest x86_64 kernel")


def test_what_is_bad_stays_so_where_nobody_knows() -> None:
    schema = small(NEEDS.replace("SYMBOL(new) since 1.1", "SYMBOL(new) since 1.1 until 1.3"))
    found = answered(schema, "1.3")
    assert (found.verdict, found.worked_out) == ("fatal", None)
    assert found.not_known and found.rests_on == "worked out"
    assert {p.purpose: p.verdict for p in found.purposes} == {
        "renamed": "fatal", "filtered": "unknown", "log": "unknown",
    }  # fmt: skip


def test_a_run_tells_that_a_release_reads_the_kernel() -> None:
    schema = small(NEEDS)
    schema = with_runs(schema, seen(schema, "1.3", "6.9", Verdict.OK, KEYS))
    found = answered(schema, "1.3")
    assert (found.verdict, found.rests_on, len(found.seen)) == ("ok", "seen", 1)
    rests = {p.purpose: p.rests_on for p in found.purposes}
    assert rests == {"renamed": "seen", "filtered": "seen", "log": "worked out"}
    # Between what is declared and what was seen it is worked out.
    middle = answered(schema, "1.3", kernel(schema, "6.8"))
    assert (middle.verdict, middle.rests_on) == ("ok", "worked out")


def test_of_a_note_a_run_counts_where_the_release_reads_the_same_entries() -> None:
    schema = small(NEEDS)
    schema = with_runs(schema, seen(schema, "1.2", "6.9", Verdict.OK, KEYS))
    same = note(schema, always=1, other=1, SYMBOL_new=1, x86=1)
    assert answered(schema, "1.2", same).rests_on == "seen"
    less = note(schema, always=1, SYMBOL_new=1)
    assert answered(schema, "1.2", less).rests_on == "worked out"
    assert answered(schema, "1.2", less).seen == []


def test_what_was_seen_to_be_worse_counts_as_it_was_seen() -> None:
    schema = small(NEEDS)
    schema = with_runs(schema, seen(schema, "1.2", "6.9", Verdict.WRONG, KEYS))
    found = answered(schema, "1.2")
    assert (found.verdict, found.rests_on) == ("wrong", "seen")


def test_what_shows_with_some_dumps_alone_is_told_apart_from_what_all_others_get() -> None:
    rare = """
	need "huge" {
		commands filter
		levels 16
		shows with thp
		any	SYMBOL(old)
		without degraded	"they are kept"
	}
"""
    schema = small(NEEDS + rare)
    found = answered(schema, "1.2")
    assert (found.verdict, found.rests_on) == ("degraded", "worked out")
    assert found.otherwise is not None
    assert (found.otherwise.verdict, found.otherwise.rests_on) == ("ok", "worked out")
    assert found.otherwise.shows_with == [["thp"]]
    # One run was on a dump that has such pages, and is no less bad for that.
    bad = seen(schema, "1.2", "6.9", Verdict.DEGRADED, KEYS)
    for has, otherwise in ((("thp",), "ok"), ((), None)):
        with_one = with_runs(schema, bad._replace(has=has))
        found = answered(with_one, "1.2")
        assert (found.verdict, found.rests_on) == ("degraded", "seen")
        assert (found.otherwise.verdict if found.otherwise else None) == otherwise
    with_good = with_runs(schema, bad._replace(came=Verdict.OK))
    found = answered(with_good, "1.2")
    assert found.otherwise is not None
    assert (found.verdict, found.otherwise.rests_on) == ("degraded", "seen")
    # Where all dumps get as bad a verdict, there is nothing to tell apart.
    assert answered(schema, "1.2", kernel(schema, "6.8"), Scope("dmesg")).otherwise is None
    assert answered(schema, "1.0").otherwise is None


def test_a_command_and_a_level_leave_the_rest_out() -> None:
    schema = small(NEEDS)
    old = note(schema, always=1, SYMBOL_new=1)
    assert answered(schema, "1.2", old).verdict == "wrong"
    assert answered(schema, "1.2", old, Scope("dmesg")).verdict == "ok"
    assert answered(schema, "1.2", old, Scope("filter", 7)).verdict == "ok"
    found = answered(schema, "1.2", old, Scope("filter", 24))
    assert (found.verdict, found.command, found.level) == ("wrong", "filter", 24)


def test_a_build_does_some_purposes_as_a_later_release() -> None:
    schema = small(NEEDS)
    tool = tool_of(schema)
    (build,) = tool.builds
    built = tool.built(build)
    exports = kernel(schema, "6.9")
    for release, plain, patched in [
        ("1.0", "fatal", "ok"),
        ("1.1", "ok", "ok"),
        ("1.2", "ok", "ok"),
    ]:
        for one, verdict in ((tool, plain), (built, patched)):
            found = answer(named(schema), one, ToolRelease.parse(release), None, exports)
            (renamed,) = (p for p in found.purposes if p.purpose == "renamed")
            assert renamed.verdict == verdict, (release, one is built)


def test_runs_are_cut_where_knowledge_ends() -> None:
    schema = small(NEEDS)
    schema = with_runs(schema, seen(schema, "1.3", "6.7", Verdict.OK, KEYS))
    tool, arch = tool_of(schema), arch_of(schema)
    over = {"x86_64": exports_by_release(schema, arch)}
    (found,) = known_runs(schema, tool, [ToolRelease.parse("1.3")], over, Scope("filter", 31))
    known, doubted = found["x86_64"]
    assert (str(known.first), str(known.last), known.verdict) == ("6.6", "6.7", Verdict.OK)
    assert [str(one) for one in known.seen] == ["6.7"]
    assert (str(doubted.first), doubted.verdict) == ("6.8", Verdict.UNKNOWN)
    assert doubted.worked_out is Verdict.OK


def test_what_a_distribution_added_is_not_known_without_a_note() -> None:
    schema = small(NEEDS)
    tool, release = tool_of(schema), ToolRelease.parse("1.2")
    told = answer(named(schema, "6.9.1-some"), tool, release, None, kernel(schema, "6.9"))
    assert (told.verdict, told.worked_out) == ("unknown", "ok")
    assert told.not_known == [
        "the schema does not cover the distribution's changes ('-some'); judge a note or dump to learn more"
    ]
    same = note(schema, always=1, other=1, SYMBOL_new=1)
    assert answer(named(schema, "6.9.1-some"), tool, release, None, same).verdict == "ok"
    (tool,) = with_runs(schema, seen(schema, "1.2", "6.9", Verdict.OK, KEYS)).consumers
    assert (
        answer(named(schema, "6.9.1-some"), tool, release, None, kernel(schema, "6.9")).verdict
        == "ok"
    )
