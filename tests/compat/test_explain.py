# SPDX-License-Identifier: MIT
"""The sentences that tell why a purpose comes to what it does."""

from __future__ import annotations

from dataclasses import replace

from tests.compat.small import arch_of, kernel, note, outcome, small
from vmcoreinfo_codegen.compat.explain import missing, why
from vmcoreinfo_codegen.compat.exports import Exports, noted
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model.vocabulary import DumpSource

ENTRIES = """
NUMBER(back) {
	value signed bit
	since 6.6
	until 6.7 commit aaaaaaaaaaaa "it went"
	since 6.9 commit bbbbbbbbbbbb
}
NUMBER(meaning) {
	value signed bit
	since 6.6
	changed 6.7 commit cccccccccccc "another unit"
	changed 6.8 "a third one"
}
NUMBER(arm) on arm64 {
	value signed bit
	since 6.6
	until 6.7 "it went"
}
NUMBER(split) {
	value signed bit
	since 6.6
	until 6.7 "it became two"
	replaced-by NUMBER(one) NUMBER(two)
}
NUMBER(one) {
	value signed bit
	since 6.7
	replaces NUMBER(split)
}
NUMBER(two) {
	value signed bit
	since 6.7
	replaces NUMBER(split)
}
"""


def said(needs: str, exports: Exports | None = None, on: str = "6.9") -> str:
    schema = small(needs, ENTRIES)
    given = exports or kernel(schema, on)
    found = outcome(schema, given)
    assert found is not None
    return why(schema, found, given)


def words(key: str, on: str, arch: str = "x86_64") -> str:
    schema = small("", ENTRIES)
    return missing(schema, key, kernel(schema, on, arch)).sentence


def test_what_became_of_an_entry() -> None:
    gone = "SYMBOL(old) was removed in 6.8, commit 0123456789ab, replaced by SYMBOL(new)"
    assert words("SYMBOL(old)", "6.9") == gone
    assert words("SYMBOL(old)", "6.8") == gone
    assert words("SYMBOL(new)", "6.7") == "SYMBOL(new) is exported since 6.8"
    # Between two lives it is gone, and not to come.
    assert words("NUMBER(back)", "6.8") == "NUMBER(back) was removed in 6.7, commit aaaaaaaaaaaa"
    two = "NUMBER(split) was removed in 6.7, replaced by NUMBER(one) NUMBER(two)"
    assert words("NUMBER(split)", "6.8") == two
    assert words("NUMBER(arm)", "6.8", "arm64") == "NUMBER(arm) was removed in 6.7"


def test_an_entry_that_this_architecture_never_had() -> None:
    assert words("NUMBER(arm)", "6.6") == "NUMBER(arm) is not exported here"
    assert words("NUMBER(unheard)", "6.9") == "NUMBER(unheard) is not exported here"
    schema = small("", ENTRIES)
    of_note = note(schema, always=1)
    assert missing(schema, "NUMBER(x86)", of_note).sentence == "NUMBER(x86) is not in the note"
    unread = replace(of_note, unread=frozenset({"NUMBER(x86)"}))
    assert (
        missing(schema, "NUMBER(x86)", unread).sentence
        == "NUMBER(x86) is on a line that this release does not read"
    )


def test_missing_as_data() -> None:
    schema = small("", ENTRIES)
    one = missing(schema, "SYMBOL(old)", kernel(schema, "6.9"))
    assert (one.gone_since, one.commit, one.since) == ("6.8", "0123456789ab", None)
    assert one.replaced_by == ("SYMBOL(new)",)
    # A replacement is told of what is gone, not of what never was.
    early = missing(schema, "SYMBOL(new)", kernel(schema, "6.6"))
    assert (early.gone_since, early.commit, early.since) == (None, None, "6.8")
    assert early.replaced_by == ()
    old = missing(schema, "SYMBOL(old)", kernel(schema, "6.7"))
    assert (old.gone_since, old.replaced_by) == (None, ())


def test_a_way_for_other_kernels() -> None:
    need = """
	need "read" {
		any	NUMBER(meaning) + NUMBER(always) kernels %s
		without wrong	"it is wrong"
	}
"""
    changed = "NUMBER(meaning) has a different meaning since"
    way = "it uses NUMBER(meaning) + NUMBER(always), which is correct only"
    assert said(need % "until 6.7", on="6.7") == (
        f"{way} before 6.7; {changed} 6.7, commit cccccccccccc"
    )
    assert said(need % "until 6.7", on="6.9") == f"{way} before 6.7; {changed} 6.8"
    assert said(need % "since 6.7", on="6.6") == f"{way} since 6.7"
    assert said(need % "since 6.7 until 6.8", on="6.6") == f"{way} since 6.7 and before 6.8"
    assert said(need % "since 6.7 until 6.8", on="6.7") == ""


def test_a_way_that_the_values_make_wrong() -> None:
    needs = """
	need "width" {
		any	NUMBER(always) when NUMBER(always) == 48 & SYMBOL(new) == 1 & NUMBER(other)
		any	"a guess"
		without wrong	"it is wrong"
	}
"""
    schema = small(needs, ENTRIES)
    exports = note(schema, always=52, SYMBOL_new=0xFF, other=1)
    assert said(needs, exports) == (
        "it uses NUMBER(always), which is wrong if NUMBER(always) is 52 and SYMBOL(new) is ff and "
        "NUMBER(other) is 1"
    )
    assert said(needs, note(schema, always=48, SYMBOL_new=1, other=1)) == ""


def test_a_form_that_is_read_wrongly() -> None:
    text = said("""
	reads	NUMBER as decimal
	need "read" {
		any	NUMBER(always)
		without wrong	"another number"
	}
""")
    assert text == "NUMBER(always) is printed as signed, which this release reads wrongly"


def test_a_release_that_knows_no_way() -> None:
    needs = """
	need "read" {
		any	NUMBER(always) since 1.1 until 1.2
		any	"the old way" until 1.2 kernels until 6.7
		any	headers since 1.2
		without fatal	"it ends"
	}
"""
    schema = small(needs, ENTRIES)

    def of(told: dict[DumpSource, bool]) -> str:
        exports = noted(schema, Release.parse("6.9"), arch_of(schema), {"NUMBER(other)": 1}, told)
        return said(needs, exports)

    assert of({DumpSource.HEADERS: False}) == f"the dump has no {DumpSource.HEADERS.doc}"
    assert of({}) == (f"it depends on {DumpSource.HEADERS.doc}, which a note alone does not show")


MANY = """
NUMBER(gone%d) {
	value signed bit
	since 6.6
	until %s commit %s "it went"
	replaced-by NUMBER(new%d)
}
NUMBER(new%d) {
	value signed bit
	since %s
	replaces NUMBER(gone%d)
}
"""


def lacking(releases: list[tuple[str, str]], others: str = "") -> str:
    """What is said of a way for which entries went at these releases, by these commits."""
    entries = "".join(
        MANY % (n, release, commit, n, n, release, n)
        for n, (release, commit) in enumerate(releases)
    )
    keys = " + ".join([f"NUMBER(gone{n})" for n in range(len(releases))] + others.split())
    needs = f"""
	need "read" {{
		any	{keys}
		without fatal	"it ends"
	}}
"""
    schema = small(needs, ENTRIES + entries)
    exports = kernel(schema, "6.9")
    found = outcome(schema, exports)
    assert found is not None
    return why(schema, found, exports)


def test_what_went_last_is_what_made_the_difference() -> None:
    text = lacking([("6.7", "a" * 12), ("6.9", "b" * 12), ("6.8", "c" * 12)])
    assert text == f"NUMBER(gone1) removed in 6.9 (commit {'b' * 12}), replaced by NUMBER(new1)"


def test_what_went_together_is_told_together() -> None:
    text = lacking([("6.8", "a" * 12), ("6.8", "b" * 12), ("6.8", "a" * 12)])
    assert text == (
        "NUMBER(gone0) NUMBER(gone1) NUMBER(gone2) removed in 6.8 "
        f"(commit {'a' * 12}, commit {'b' * 12}), replaced by NUMBER(new0) NUMBER(new1) NUMBER(new2)"
    )


def test_of_many_the_first_are_told() -> None:
    four = lacking([("6.8", "a" * 12)] * 4)
    assert "more" not in four and "NUMBER(gone3) removed in 6.8" in four
    six = lacking([("6.8", "a" * 12)] * 6)
    assert "NUMBER(gone3) and 2 more removed in 6.8" in six
    assert six.endswith("NUMBER(new2) NUMBER(new3)")


def test_entries_that_never_were_are_told_by_name() -> None:
    needs = """
	need "read" {
		any	NUMBER(arm) + NUMBER(a) + NUMBER(b) + NUMBER(c) + NUMBER(d)
		without fatal	"it ends"
	}
"""
    entries = "".join(
        f"NUMBER({name}) on arm64 {{\n\tvalue signed bit\n\tsince 6.6\n}}\n" for name in "abcd"
    )
    schema = small(needs, ENTRIES + entries)
    exports = kernel(schema, "6.9")
    found = outcome(schema, exports)
    assert found is not None
    text = why(schema, found, exports)
    assert text == "; ".join(
        f"NUMBER({name}) is not exported here" for name in ("arm", "a", "b", "c")
    )
