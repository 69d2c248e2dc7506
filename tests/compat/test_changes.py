# SPDX-License-Identifier: MIT
"""Who breaks when an entry goes, comes or changes: over a schema of a few entries."""

from __future__ import annotations

from tests.compat.small import arch_of, kernel, note, small
from vmcoreinfo_codegen.compat.impact import Break, Change, Impact, impact, used
from vmcoreinfo_codegen.core.condition import ALWAYS
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.vocabulary import Format, Verdict

NEEDS = """
	reads	NUMBER as signed
	need "read" {
		any	SYMBOL(new) + NUMBER(always) since 1.1 until next
		any	NUMBER(other) since next
		without fatal	"it ends"
	}
	need "guessed" {
		any	NUMBER(beside) since 1.1
		any	"a guess"
		without fallback	"it guesses"
	}
	need "of arm64" on arm64 {
		any	NUMBER(always)
		without wrong	"it is wrong"
	}
"""


def changed(
    schema: Schema,
    removed: str = "",
    added: str = "",
    archs: str = "x86_64 arm64",
    reformatted: dict[str, Format] | None = None,
) -> Impact:
    changes = [
        Change(
            arch_of(schema, name),
            dict.fromkeys(removed.split(), ALWAYS),
            frozenset(added.split()),
            reformatted or {},
        )
        for name in archs.split()
    ]
    return impact(schema, Release.parse("6.9"), changes)


def told(one: Break) -> tuple[str, Verdict, str, str, str | None]:
    releases = " ".join(map(str, one.releases))
    fixed = str(one.fixed_in) if one.fixed_in else None
    return one.purpose, one.verdict, " ".join(one.archs), releases, fixed


def test_who_breaks_when_an_entry_goes() -> None:
    found = changed(small(NEEDS), "SYMBOL(new)")
    assert [told(one) for one in found.breaks] == [
        ("read", Verdict.FATAL, "x86_64 arm64", "1.1 1.2", "next")
    ]
    assert (found.breaks[0].seen, found.breaks[0].consumer) == ("it ends", "tool")
    assert (found.removed, found.added) == (("SYMBOL(new)",), ())
    # On x86_64 nothing else asks for it; on arm64 another purpose does.
    assert found.unused_after == ()
    assert changed(small(NEEDS), "SYMBOL(new)", archs="x86_64").unused_after == ("NUMBER(always)",)


def test_the_worst_comes_first() -> None:
    found = changed(small(NEEDS), "NUMBER(always) NUMBER(beside)")
    assert [told(one) for one in found.breaks] == [
        ("read", Verdict.FATAL, "x86_64 arm64", "1.1 1.2", "next"),
        ("of arm64", Verdict.WRONG, "arm64", "1.0 1.1 1.2 next", None),
        ("guessed", Verdict.FALLBACK, "x86_64 arm64", "1.1 1.2 next", None),
    ]


def test_an_entry_that_comes_in_its_place() -> None:
    needs = """
	need "read" {
		any	SYMBOL(old) since 1.1
		any	SYMBOL(new)
		without fatal	"it ends"
	}
"""
    schema = small(needs)
    alone = changed(schema, "SYMBOL(new)")
    assert [told(one)[3] for one in alone.breaks] == ["1.0 1.1 1.2 next"]
    replaced = changed(schema, "SYMBOL(new)", "SYMBOL(old)")
    assert [told(one)[3:] for one in replaced.breaks] == [("1.0", "1.1")]
    assert replaced.added == ("SYMBOL(old)",)


def test_an_entry_in_a_form_that_is_not_read() -> None:
    schema = small(NEEDS)
    found = changed(schema, reformatted={"NUMBER(always)": Format.HEX})
    assert [told(one)[0] for one in found.breaks] == ["read", "of arm64"]
    assert (found.removed, found.added) == ((), ())
    assert changed(schema, reformatted={"NUMBER(always)": Format.SIGNED}).breaks == ()


def test_what_nobody_asks_for() -> None:
    found = changed(small(NEEDS), "NUMBER(configured)")
    assert (found.breaks, found.unused_after) == ((), ())


def test_a_kernel_that_is_built_for_what_goes_has_nothing_else() -> None:
    """The other way is of another configuration, and none of this kernel's."""
    more = """
NUMBER(elsewhere) {
	value signed bit
	depends on CONFIG_ELSE
	since 6.6
}
"""
    needs = """
	need "read" {
		any	NUMBER(configured)
		any	NUMBER(elsewhere)
		without fatal	"it ends"
	}
"""
    found = changed(small(needs, more), "NUMBER(configured)", archs="x86_64")
    assert [told(one)[:2] for one in found.breaks] == [("read", Verdict.FATAL)]


def test_the_worst_of_architectures_counts() -> None:
    needs = """
	need "read" {
		any	NUMBER(other) + SYMBOL(new)
		any	NUMBER(x86) + "a guess"
		fallback	"it guesses"
		without degraded	"less is shown"
	}
"""
    for archs in ("x86_64 arm64", "arm64 x86_64"):
        (one,) = changed(small(needs), "NUMBER(other)", archs=archs).breaks
        assert (one.verdict, one.seen) == (Verdict.DEGRADED, "less is shown")
        assert " ".join(one.archs) == archs


STUMBLING = """
	parser	unanchored until 1.2 wrong "the value of the longer key is taken"
	need "read" {
		any	NUMBER(always)
		without fatal	"it ends"
	}
"""


def test_a_new_key_that_holds_another() -> None:
    schema = small(STUMBLING)
    found = changed(schema, added="X_NUMBER(always) NUMBER(unlike)", archs="arm64 x86_64")
    assert [told(one) for one in found.breaks] == [
        ("parse the note", Verdict.WRONG, "arm64 x86_64", "1.0 1.1", None)
    ]
    assert found.breaks[0].seen == "X_NUMBER(always): the value of the longer key is taken"
    # A key that the schema has is in notes already.
    assert changed(schema, added="NUMBER(other)").breaks == ()


def test_entries_that_a_kernel_can_give_to_someone() -> None:
    schema = small(NEEDS)
    assert used(schema, kernel(schema, "6.9")) == {
        "SYMBOL(new)",
        "NUMBER(always)",
        "NUMBER(other)",
        "NUMBER(beside)",
    }
    assert used(schema, note(schema, beside=1, always=1)) == {"NUMBER(beside)"}
