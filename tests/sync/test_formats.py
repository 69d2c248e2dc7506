# SPDX-License-Identifier: MIT
"""A tree that prints another format than the schema says: what is written, and what can't be."""

from __future__ import annotations

import pytest

from tests.sync.small import APPEND, NUMBER, Synced, entry, extraction, printed
from vmcoreinfo_codegen.core.condition import ALWAYS, Condition, Symbol
from vmcoreinfo_codegen.kernel.extract import Export
from vmcoreinfo_codegen.sync.steps import Add, Depend, Open, Print, Reformat, ReformatKind


def prefixed(
    name: str, line: int, arch: str | None = None, condition: Condition = ALWAYS
) -> Export:
    printf = f"NUMBER({name})=0x%lx"
    return printed(
        name, line, arch=arch, condition=condition, macro=APPEND, printf=printf, form="0x-hex"
    )


def test_the_value_ends_and_another_begins() -> None:
    done = Synced(entry("a"), extraction(prefixed("a", 1)))
    assert [type(step) for step in done.plan.steps] == [Reformat, Print]
    lines = (
        "\tvalue\t\tsigned bit until 6.10\n\tvalue\t\t0x-hex since 6.10\n"
        f'\tvia\t\t{NUMBER} until 6.10\n\tvia\t\t{APPEND} "NUMBER(a)=0x%lx" since 6.10\n'
    )
    assert done.text == entry("a").replace(f"\tvalue\t\tsigned bit\n\tvia\t\t{NUMBER}\n", lines)
    assert done.by_hand == {}


def test_what_began_at_that_release_never_was_otherwise() -> None:
    """A candidate brought it in one format, the next one has another."""
    new = entry("a", "\tsince\t\t6.10\n")
    done = Synced(new, extraction(prefixed("a", 1)))
    lines = f'\tvalue\t\t0x-hex bit\n\tvia\t\t{APPEND} "NUMBER(a)=0x%lx"\n'
    assert done.text == new.replace(f"\tvalue\t\tsigned bit\n\tvia\t\t{NUMBER}\n", lines)


def test_one_that_comes_back_in_another_format() -> None:
    ended = "\tsince\t\t6.6\n\tuntil\t\t6.8\n"
    done = Synced(
        entry("a", ended), extraction(prefixed("a", 1, condition=Symbol("CONFIG_FEATURE")))
    )
    assert [type(step) for step in done.plan.steps] == [Open, Depend, Reformat, Print]
    assert "\tvalue\t\tsigned bit until 6.10\n\tvalue\t\t0x-hex since 6.10\n" in done.text
    assert "\tdepends on\tCONFIG_FEATURE since 6.10\n" in done.text
    assert done.text.endswith("\tsince\t\t6.6\n\tuntil\t\t6.8\n\tsince\t\t6.10\n}\n")


def test_one_that_ended_at_that_release_and_is_there_goes_on() -> None:
    done = Synced(entry("a", "\tsince\t\t6.6\n\tuntil\t\t6.10\n"), extraction(printed("a", 1)))
    assert done.text == entry("a")


def test_another_architecture_may_print_it_otherwise() -> None:
    read = extraction(printed("a", 1, arch="arm64"), prefixed("a", 1, arch="x86"))
    done = Synced(entry("a", on=" on arm64"), read)
    (step,) = done.plan.steps
    assert isinstance(step, Add) and step.archs == ("x86_64",)
    assert "NUMBER(a) on x86_64 {\n" in done.text and "\tvalue\t\t0x-hex bit\n" in done.text


def test_formats_by_architecture_are_for_people() -> None:
    read = extraction(printed("a", 1, arch="arm64"), prefixed("a", 1, arch="x86"))
    done = Synced(entry("a"), read)
    reason = "printed as 0x-hex and signed, by architecture: split its block with 'on'"
    assert (done.by_hand, done.unchanged) == ({"NUMBER(a)": reason}, True)


NESTED = """
NUMBER(a) {
	doc		"About a."
	value		signed bit
	via		VMCOREINFO_NUMBER

	on x86_64 {
		since	6.6
	}

	on arm64 {
%s		since	6.6
	}
}
"""


def test_an_inner_block_says_what_differs_from_the_one_around_it() -> None:
    read = extraction(printed("a", 1, arch="x86"), prefixed("a", 1, arch="arm64"))
    lines = (
        "\t\tvalue\tsigned until 6.10\n\t\tvalue\t0x-hex since 6.10\n"
        "\t\tvia\tVMCOREINFO_NUMBER until 6.10\n"
        f'\t\tvia\t{APPEND} "NUMBER(a)=0x%lx" since 6.10\n'
    )
    assert Synced(NESTED % "", read).text == NESTED % lines


@pytest.mark.parametrize("ended", ["", "\tsince\t\t6.6\n\tuntil\t\t6.8\n"])
def test_what_text_does_not_tell_apart_is_for_people(ended: str) -> None:
    text = printed("a", 1, macro=APPEND, printf="NUMBER(a)=%lx", form="hex")
    done = Synced(entry("a", ended) if ended else entry("a"), extraction(text))
    assert done.by_hand == {
        "NUMBER(a)": "printed as hex now, was signed: a note's text can't tell them apart, so the kernel needs a new key"
    }
    assert done.unchanged


SYMBOLS = "".join(
    f'\nSYMBOL({name}) {{\n\tdoc\t\t"About {name}."\n\tsince\t\t6.6\n}}\n' for name in "ab"
)
SYMBOL = "VMCOREINFO_SYMBOL"


def symbols(*names: str) -> list[Export]:
    return [
        printed(
            f"SYMBOL({name})", line, macro=SYMBOL, printf=f"SYMBOL({name})=0x%lx", form="0x-hex"
        )
        for line, name in enumerate(names, 1)
    ]


def test_a_kind_says_once_what_all_its_entries_do() -> None:
    read = extraction(*symbols("a", "b"), macros={SYMBOL: "SYMBOL(NAME)=0x%lx"})
    done = Synced(SYMBOLS, read)
    assert [type(step) for step in done.plan.steps] == [ReformatKind]
    assert done.unchanged
    macros = done.files["schema/macros.vmci"]
    assert "\tvalue\t\thex address until 6.10\n\tvalue\t\t0x-hex since 6.10\n" in macros
    # This small schema declares no such macro, so there is none to be told.
    assert done.by_hand == {}


def test_one_of_a_kind_says_it_alone() -> None:
    hex_ = printed("SYMBOL(a)", 1, macro=SYMBOL, printf="SYMBOL(a)=%lx", form="hex")
    done = Synced(SYMBOLS, extraction(hex_, *symbols("b")))
    assert [type(step) for step in done.plan.steps] == [Reformat]
    values = "\tvalue\t\thex until 6.10\n\tvalue\t\t0x-hex since 6.10\n"
    first, second = SYMBOLS.split("\nSYMBOL(b)")
    assert done.text == f"{first}\nSYMBOL(b)" + second.replace("\tsince", f"{values}\tsince")


def test_a_macro_prints_another_format() -> None:
    ones = [
        printed(name, line, printf=f"NUMBER({name})=0x%lx", form="0x-hex")
        for line, name in enumerate("ab", 1)
    ]
    read = extraction(*ones, macros={NUMBER: "NUMBER(NAME)=0x%lx"})
    done = Synced(entry("a") + entry("b"), read)
    assert done.text.count("\tvalue\t\t0x-hex since 6.10\n") == 2
    assert (
        '\tprints\t\t"NUMBER(NAME)=%ld" until 6.10\n\tprints\t\t"NUMBER(NAME)=0x%lx" since 6.10\n'
        in done.files["schema/macros.vmci"]
    )
