# SPDX-License-Identifier: MIT
"""What becomes of a purpose: by which way, for lack of what, on which kernel and by which release."""

from __future__ import annotations

import pytest

from tests.compat.small import arch_of, kernel, note, outcome, small, tool_of
from vmcoreinfo_codegen.compat.exports import Exports, noted
from vmcoreinfo_codegen.compat.judge import (
    fixed_in,
    judge,
    later_releases,
    outcomes,
    worst,
    worst_first,
)
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import DumpSource, Verdict

TWO_WAYS = """
	need "read" {
		any	SYMBOL(new) + NUMBER(always) since 1.1
		any	SYMBOL(old) + NUMBER(other)
		without fatal	"it says so and ends"
	}
"""


@pytest.mark.parametrize(
    ("release", "on", "verdict", "missing"),
    [
        ("1.0", "6.7", Verdict.OK, ()),
        ("1.0", "6.8", Verdict.FATAL, ("SYMBOL(old)",)),
        ("1.1", "6.7", Verdict.OK, ()),
        ("1.1", "6.8", Verdict.OK, ()),
    ],
)
def test_the_first_way_whose_entries_are_there(
    release: str, on: str, verdict: Verdict, missing: tuple[str, ...]
) -> None:
    schema = small(TWO_WAYS)
    found = outcome(schema, kernel(schema, on), release)
    assert found is not None
    assert (found.verdict, found.missing, found.works) == (
        verdict,
        missing,
        verdict is Verdict.OK,
    )
    assert (found.taken is None) == (verdict is Verdict.FATAL)
    assert found.seen == "it says so and ends"


def test_of_several_ways_all_that_is_missing_is_told_once() -> None:
    schema = small(TWO_WAYS)
    found = outcome(schema, note(schema, always=1))
    assert found is not None and found.taken is None
    assert found.missing == ("SYMBOL(new)", "SYMBOL(old)", "NUMBER(other)")


FALLS_BACK = """
	need "read" {
		any	SYMBOL(new)
		any	NUMBER(always) + "a guess"
		any	headers
		fallback	"it guesses"
		without degraded	"nothing is read"
	}
"""


def test_a_fallback_says_what_it_lacks_and_what_is_seen() -> None:
    schema = small(FALLS_BACK)
    found = outcome(schema, kernel(schema, "6.7"))
    assert found is not None
    assert (found.verdict, found.missing) == (Verdict.FALLBACK, ("SYMBOL(new)",))
    assert (found.works, found.seen) == (True, "it guesses")
    better = outcome(schema, kernel(schema, "6.8"))
    assert better is not None and (better.verdict, better.missing) == (Verdict.OK, ())
    # What is ok mends a fallback, and a fallback mends what is degraded.
    assert better.mends(Verdict.FALLBACK) and found.mends(Verdict.DEGRADED)
    assert not better.mends(Verdict.OK) and not found.mends(Verdict.FALLBACK)


def test_a_way_beside_the_note_is_as_good_where_nothing_says_otherwise() -> None:
    schema = small("""
	need "read" {
		any	"the symbol table"
		without fatal	"it ends"
	}
""")
    found = outcome(schema, note(schema))
    assert found is not None and found.verdict is Verdict.OK


FEATURE = """
	need "feature" {
		depends on CONFIG_FEATURE
		any	NUMBER(configured)
		without degraded	"the feature is taken to be off"
	}
"""


def test_a_note_without_an_entry_of_a_feature_is_of_a_kernel_without_it() -> None:
    """A note tells no configuration: that the kernel does not have the feature is as likely."""
    schema = small(FEATURE)
    assert outcome(schema, note(schema, always=1)) is None
    found = outcome(schema, note(schema, configured=1))
    assert found is not None and found.verdict is Verdict.OK


def test_real_notes_without_encryption_and_five_levels_are_no_worse_for_it(schema: Schema) -> None:
    """CONFIG_AMD_MEM_ENCRYPT and CONFIG_X86_5LEVEL may be off, and then nothing is missing."""
    arch = arch_of(schema)
    keys = {"OSRELEASE", "PAGESIZE", "NUMBER(phys_base)", "SYMBOL(init_top_pgt)"}
    without = noted(schema, Release.parse("6.12"), arch, dict.fromkeys(keys, 1))
    with_both = noted(
        schema,
        Release.parse("6.12"),
        arch,
        dict.fromkeys({*keys, "NUMBER(sme_mask)", "NUMBER(pgtable_l5_enabled)"}, 1),
    )
    makedumpfile = next(c for c in schema.consumers if c.name == "makedumpfile")
    names = {"encrypted memory", "depth of page tables"}

    def judged(exports: Exports) -> dict[str, Verdict]:
        found = outcomes(makedumpfile, makedumpfile.latest, exports)
        return {o.need.purpose: o.verdict for o in found if o.need.purpose in names}

    assert judged(without) == {}
    assert judged(with_both) == dict.fromkeys(names, Verdict.OK)


def test_a_feature_that_is_there_for_other_reasons_matters() -> None:
    """A purpose of x86 alone has no configuration to doubt, in a note or without one."""
    schema = small("""
	need "feature" {
		depends on CONFIG_X86
		any	NUMBER(configured)
		without degraded	"the feature is taken to be off"
	}
""")
    found = outcome(schema, note(schema, always=1))
    assert found is not None and found.verdict is Verdict.DEGRADED


def test_a_prediction_assumes_what_the_configuration_decides() -> None:
    schema = small(FEATURE)
    found = outcome(schema, kernel(schema, "6.9"))
    assert found is not None
    assert (found.verdict, found.assumed) == (Verdict.OK, ("NUMBER(configured)",))


def test_purposes_are_of_architectures_kernels_and_releases() -> None:
    schema = small("""
	need "read" on x86_64 {
		kernels	since 6.7 until 6.9
		any	NUMBER(x86) since 1.1
		without fatal	"it ends"
	}
""")
    judged = {
        (release, on, arch): outcome(schema, kernel(schema, on, arch), release) is not None
        for release in ("1.0", "1.1")
        for on in ("6.6", "6.7", "6.8", "6.9")
        for arch in ("x86_64", "arm64")
    }
    assert {case for case, there in judged.items() if there} == {
        ("1.1", "6.7", "x86_64"),
        ("1.1", "6.8", "x86_64"),
    }


WIDTH = """
	need "width" {
		any	NUMBER(always) when NUMBER(always) == 48 & NUMBER(other) == 1
		any	"something else"
		without wrong	"addresses are read wrongly"
	}
"""


def test_a_way_that_values_make_wrong() -> None:
    """A tool takes the first way that it has, and does not know that it is wrong."""
    schema = small(WIDTH)
    right = outcome(schema, note(schema, always=48, other=1))
    assert right is not None and (right.verdict, right.assumed) == (Verdict.OK, ())
    wrong = outcome(schema, note(schema, always=52, other=1))
    assert wrong is not None and (wrong.verdict, wrong.taken is None) == (Verdict.WRONG, False)


def test_values_that_are_not_known_are_assumed() -> None:
    schema = small(WIDTH)
    of_a_release = outcome(schema, kernel(schema, "6.9"))
    assert of_a_release is not None and of_a_release.verdict is Verdict.OK
    assert of_a_release.assumed == ("NUMBER(always)", "NUMBER(other)")
    # Of two values the one that the note does not have.
    half = outcome(schema, note(schema, always=48))
    assert half is not None and (half.verdict, half.assumed) == (Verdict.OK, ("NUMBER(other)",))


def test_what_is_assumed_is_told_once() -> None:
    schema = small("""
	need "width" {
		any	NUMBER(configured) when NUMBER(configured) == 1
		without wrong	"addresses are read wrongly"
	}
""")
    found = outcome(schema, kernel(schema, "6.9"))
    assert found is not None and found.assumed == ("NUMBER(configured)",)


def test_a_way_that_is_right_on_some_kernels() -> None:
    schema = small("""
	need "read" {
		any	NUMBER(always) kernels since 6.7 until 6.9
		without wrong	"it is read wrongly"
	}
""")
    judged = {on: outcome(schema, kernel(schema, on)) for on in ("6.6", "6.7", "6.8", "6.9")}
    assert [o.verdict.value for o in judged.values() if o] == ["wrong", "ok", "ok", "wrong"]


def test_a_form_that_a_release_does_not_read() -> None:
    schema = small(
        """
	reads	NUMBER as decimal
	need "read" {
		any	NUMBER(always) + SYMBOL(new)
		without wrong	"another number"
	}
"""
    )
    found = outcome(schema, kernel(schema, "6.9"))
    assert found is not None
    assert (found.verdict, found.misread) == (Verdict.WRONG, ("NUMBER(always)",))


OF_DUMP = """
	need "place" {
		any	SYMBOL(old)
		any	headers
		any	kdump-header
		fallback	"the dump tells"
		without fatal	"it ends"
	}
"""


@pytest.mark.parametrize(
    ("told", "verdict", "absent", "rests_on"),
    [
        ({}, Verdict.FALLBACK, (), (DumpSource.HEADERS, DumpSource.KDUMP_HEADER)),
        ({DumpSource.HEADERS: True}, Verdict.FALLBACK, (), ()),
        (
            {DumpSource.HEADERS: False},
            Verdict.FALLBACK,
            (DumpSource.HEADERS,),
            (DumpSource.KDUMP_HEADER,),
        ),
        (
            {DumpSource.HEADERS: False, DumpSource.KDUMP_HEADER: False},
            Verdict.FATAL,
            (DumpSource.HEADERS, DumpSource.KDUMP_HEADER),
            (),
        ),
    ],
)
def test_what_the_dump_tells_beside_the_note(
    told: dict[DumpSource, bool],
    verdict: Verdict,
    absent: tuple[DumpSource, ...],
    rests_on: tuple[DumpSource, ...],
) -> None:
    schema = small(OF_DUMP)
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), {"NUMBER(always)": 1}, told)
    found = outcome(schema, exports)
    assert found is not None
    assert (found.verdict, found.absent, found.rests_on) == (verdict, absent, rests_on)
    assert found.missing == ("SYMBOL(old)",)


def test_what_is_ok_lacks_nothing_of_the_dump() -> None:
    schema = small(
        OF_DUMP.replace(
            "any	SYMBOL(old)", "any	headers + SYMBOL(old)\n		any	SYMBOL(new)"
        )
    )
    told = {DumpSource.HEADERS: False, DumpSource.KDUMP_HEADER: True}
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), {"SYMBOL(new)": 1}, told)
    found = outcome(schema, exports)
    assert found is not None
    assert (found.verdict, found.missing, found.absent) == (Verdict.OK, (), ())


SEVERAL = """
	need "fine" {
		any	NUMBER(always)
		without fatal	"it ends"
	}
	need "worse" {
		any	SYMBOL(old) kernels until 6.7
		any	SYMBOL(new) since 1.2
		without degraded	"less is shown"
	}
	need "worst" {
		any	NUMBER(x86) + SYMBOL(old)
		any	SYMBOL(new) since next
		without fatal	"it ends"
	}
"""


def test_the_worst_comes_first() -> None:
    schema = small(SEVERAL)
    tool = tool_of(schema)
    found = outcomes(tool, ToolRelease.parse("1.1"), kernel(schema, "6.9"))
    assert [o.need.purpose for o in found] == ["worst", "worse", "fine"]
    assert worst(found) is Verdict.FATAL
    assert worst_first([None, *reversed(found)]) == found
    assert worst([]) is Verdict.OK


def test_the_release_that_mends_a_purpose() -> None:
    schema = small(SEVERAL)
    tool = tool_of(schema)
    first = ToolRelease.parse("1.0")
    on = kernel(schema, "6.9")
    assert [str(r) for r in later_releases(tool, first)] == ["1.1", "1.2", "next"]
    assert [str(r) for r in later_releases(tool, ToolRelease.parse("next"))] == []
    mended = {}
    for need in tool.needs:
        judged = judge(tool, need, first, on)
        assert judged is not None
        mended[need.purpose] = str(fixed_in(need, tool, first, on, judged.verdict))
    assert mended == {"fine": "None", "worse": "1.2", "worst": "next"}
