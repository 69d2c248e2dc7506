# SPDX-License-Identifier: MIT
"""Plans for small schemas and trees, and the text that they come to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sync.small import (
    APPEND,
    FIRST,
    MACROS,
    NUMBER,
    RELEASES,
    Synced,
    entry,
    extraction,
    printed,
)
from vmcoreinfo_codegen.core.condition import All, Not, Symbol
from vmcoreinfo_codegen.kernel.extract import Export
from vmcoreinfo_codegen.sync.steps import Add, Close, Depend, Open, Print


def test_a_tree_that_is_as_the_schema_says() -> None:
    done = Synced(entry("a") + entry("b"), extraction(printed("a", 1), printed("b", 2)))
    assert (done.plan.steps, done.plan.by_hand, done.unchanged) == ([], [], True)
    assert done.files["schema/releases.vmci"] == RELEASES + "release 6.10\t2024-07-14\n"
    assert done.files["schema/schema.vmci"] == FIRST


def test_gone_everywhere() -> None:
    done = Synced(entry("a") + entry("b"), extraction(printed("a", 1)), {"NUMBER(b)": "a" * 12})
    assert [type(step) for step in done.plan.steps] == [Close]
    body = f"\tsince\t\t6.6\n\tuntil\t\t6.10 commit {'a' * 12}\n"
    assert done.text == entry("a") + entry("b", body)


def test_gone_on_one_architecture_of_several_is_for_people() -> None:
    read = extraction(printed("a", 1, arch="x86"))
    done = Synced(entry("a"), read)
    assert done.by_hand == {"NUMBER(a)": "removed only on arm64: split its block with 'on'"}
    assert (done.plan.steps, done.unchanged) == ([], True)


def test_what_a_tree_lacks_of_an_architecture_is_not_gone() -> None:
    """A tree without arch/arm64 tells nothing of arm64."""
    entries = entry("a") + entry("b", on=" on arm64")
    done = Synced(entries, extraction(printed("a", 1), archs="x86"))
    assert (done.plan.steps, done.plan.by_hand, done.unchanged) == ([], [], True)


def test_an_architecture_that_ended_is_left_alone() -> None:
    """ia64 went at 6.7: a folder of that name in a later tree brings it nothing."""
    read = extraction(printed("a", 1), printed("b", 1, arch="ia64"))
    done = Synced(entry("a"), read)
    assert (done.plan.steps, done.unchanged) == ([], True)


def test_gone_where_the_one_before_had_ended() -> None:
    """Two blocks of a key, of which only the one that is open can end."""
    first = "\tsince\t\t6.6\n\tuntil\t\t6.8\n"
    done = Synced(entry("a", first, " on arm64") + entry("a", "\tsince\t\t6.8\n"), extraction())
    (step,) = done.plan.steps
    assert isinstance(step, Close) and step.export.archs is None
    closed = "\tsince\t\t6.8\n\tuntil\t\t6.10\n"
    assert done.text == entry("a", first, " on arm64") + entry("a", closed)


def test_gone_where_other_architectures_never_had_it() -> None:
    """arm64 has CONFIG_X86 never, so what is gone on x86_64 is gone everywhere."""
    done = Synced(entry("a", "\tdepends on\tCONFIG_X86\n\tsince\t\t6.6\n"), extraction())
    assert [type(step) for step in done.plan.steps] == [Close]
    assert done.by_hand == {}


def test_new_stands_behind_what_is_printed_before_it() -> None:
    read = extraction(printed("a", 1), printed("new", 2), printed("newer", 3), printed("b", 4))
    done = Synced(entry("a") + entry("b"), read, {"NUMBER(new)": "b" * 12})
    assert [step.after for step in done.plan.steps if isinstance(step, Add)] == ["NUMBER(a)"] * 2
    made = '\nNUMBER({}) {{\n\tdoc\t\t""\n\tvalue\t\tsigned\n\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t6.10{}\n}}\n'
    new, newer = made.format("new", f" commit {'b' * 12}"), made.format("newer", "")
    assert done.text == entry("a") + new + newer + entry("b")


def test_new_stands_behind_the_block_of_its_architecture() -> None:
    x86, arm64 = entry("a", on=" on x86_64"), entry("a", on=" on arm64")
    read = extraction(
        printed("a", 1, arch="arm64"),
        printed("new", 2, arch="arm64"),
        printed("a", 1, arch="x86"),
    )
    between = Synced(arm64 + entry("b", on=" on ia64") + x86, read).text
    assert between.index("NUMBER(new)") < between.index("NUMBER(b)")
    behind = Synced(x86 + entry("b", on=" on ia64") + arm64, read).text
    assert behind.index("NUMBER(new)") > behind.index("NUMBER(a) on arm64")


def test_new_for_all_stands_behind_the_last_block() -> None:
    entries = entry("a", on=" on x86_64") + entry("a", on=" on arm64")
    read = extraction(printed("a", 1), printed("new", 2))
    text = Synced(entries, read).text
    assert text.index("NUMBER(new)") > text.index("NUMBER(a) on arm64")


def test_several_new_at_the_end_stand_in_their_order() -> None:
    read = extraction(printed("a", 1), printed("new", 2), printed("newer", 3), printed("newest", 4))
    text = Synced(entry("a"), read).text
    places = [text.index(f"NUMBER({name}) {{") for name in ("a", "new", "newer", "newest")]
    assert places == sorted(places)


def test_a_file_of_new_entries_is_named_behind_those_of_its_folder() -> None:
    first = FIRST.replace('source "macros.vmci"\n', "") + 'source "macros.vmci"\n'
    read = extraction(printed("a", 1), printed("new", 1, arch="arm64"))
    done = Synced(entry("a"), read, first=first)
    named = 'source "kernel/all.vmci"\nsource "kernel/new.vmci"\nsource "macros.vmci"\n'
    assert done.files["schema/schema.vmci"].endswith(named)
    assert done.files["schema/kernel/new.vmci"] == (
        "# SPDX-License-Identifier: MIT\nschema 1\n\nNUMBER(new) on arm64 {\n"
        '\tdoc\t\t""\n\tvalue\t\tsigned\n\tvia\t\tVMCOREINFO_NUMBER\n\tsince\t\t6.10\n}\n'
    )


NESTED = """
NUMBER(a) {
	doc		"About a."
	value		signed bit
	via		VMCOREINFO_NUMBER

	on x86_64 {
		since	6.6
	}

	on arm64 {
		since	6.7%s
	}
}
"""


def test_gone_in_an_inner_block() -> None:
    read = extraction(printed("a", 1, arch="x86"))
    done = Synced(NESTED % "", read)
    assert [type(step) for step in done.plan.steps] == [Close]
    assert done.text == NESTED % "\n\t\tuntil\t6.10"


def test_new_before_all_others_stands_behind_the_next() -> None:
    read = extraction(printed("new", 1), printed("a", 2), printed("b", 3))
    (step,) = Synced(entry("a") + entry("b"), read).plan.steps
    assert isinstance(step, Add) and step.after == "NUMBER(a)"


def test_new_in_a_file_of_its_own() -> None:
    read = extraction(printed("a", 1), printed("new", 1, arch="arm64"))
    done = Synced(entry("a"), read)
    (step,) = done.plan.steps
    assert isinstance(step, Add) and (step.archs, step.after) == (("arm64",), None)
    assert "NUMBER(new) on arm64 {\n" in done.files["schema/kernel/new.vmci"]
    assert done.files["schema/schema.vmci"] == FIRST + 'source "kernel/new.vmci"\n'
    assert done.unchanged


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("SYMBOL(x)", "signed address"),
        ("LENGTH(x)", "signed count"),
        ("NUMBER(x)", "signed"),
        ("BARE", "signed"),
    ],
)
def test_the_unit_that_a_kind_gives_away(key: str, value: str) -> None:
    new = printed("a", 2, macro=APPEND, printf=f"{key}=%ld")
    done = Synced(entry("a"), extraction(printed("a", 1), replace(new, key=key)))
    assert f'{key} {{\n\tdoc\t\t""\n\tvalue\t\t{value}\n' in done.text
    assert f'\tvia\t\t{APPEND} "{key}=%ld"\n' in done.text


def test_what_follows_from_the_kind_is_not_written() -> None:
    symbol, length = "VMCOREINFO_SYMBOL", "VMCOREINFO_LENGTH"
    read = extraction(
        printed("a", 1),
        printed("SYMBOL(x)", 2, macro=symbol, form="hex"),
        printed("LENGTH(y)", 3, macro=symbol, form="decimal"),
        printed("LENGTH(z)", 4, macro=length, form="hex"),
        macros={symbol: "SYMBOL(NAME)=%lx", length: "LENGTH(NAME)=%lu"},
    )
    done = Synced(entry("a"), read)
    made = '\n{} {{\n\tdoc\t\t""\n{}\tsince\t\t6.10\n}}\n'
    assert done.text == (
        entry("a")
        + made.format("SYMBOL(x)", "")
        + made.format("LENGTH(y)", f"\tvia\t\t{symbol}\n")
        + made.format("LENGTH(z)", "\tvalue\t\thex count\n")
    )


def test_what_followed_from_the_kind_is_written_where_it_ends() -> None:
    block = 'SYMBOL(x) {{\n\tdoc\t\t"About x."\n{}\tsince\t\t6.6\n}}\n'
    array = "VMCOREINFO_SYMBOL_ARRAY"
    read = extraction(
        printed("SYMBOL(x)", 1, macro=array, form="hex"), macros={array: "SYMBOL(NAME)=%lx"}
    )
    done = Synced(block.format(""), read)
    assert [type(step) for step in done.plan.steps] == [Print]
    vias = f"\tvia\t\tVMCOREINFO_SYMBOL until 6.10\n\tvia\t\t{array} since 6.10\n"
    assert done.text == block.format(vias)


def test_new_under_a_condition_and_on_an_architecture_more() -> None:
    feature = Symbol("CONFIG_FEATURE")
    read = extraction(
        printed("a", 1),
        printed("a2", 2, condition=feature),
        printed("b", 1, arch="arm64"),
        printed("b", 1, arch="x86"),
    )
    done = Synced(entry("a") + entry("b", on=" on arm64"), read)
    assert "NUMBER(a2) {\n" in done.text and "\tdepends on\tCONFIG_FEATURE\n" in done.text
    assert "NUMBER(b) on x86_64 {\n" in done.text
    steps = {step.printed.key: step.archs for step in done.plan.steps if isinstance(step, Add)}
    assert steps == {"NUMBER(a2)": None, "NUMBER(b)": ("x86_64",)}


def test_an_entry_that_comes_back() -> None:
    ended = "\tsince\t\t6.6\n\tuntil\t\t6.8\n"
    done = Synced(entry("a", ended), extraction(printed("a", 1)))
    assert [type(step) for step in done.plan.steps] == [Open]
    assert done.text == entry("a", f"{ended}\tsince\t\t6.10\n")


def numbered(*names: str) -> str:
    lines = "".join(f"\tnumber\t\tNUMBER({name})\n" for name in names)
    return f"{FIRST}\nkey-numbers {{\n{lines}}}\n"


def test_a_new_key_has_the_number_behind_all_others() -> None:
    read = extraction(*(printed(name, line) for line, name in enumerate(("b", "new", "a"), 1)))
    done = Synced(entry("b") + entry("a"), read, first=numbered("a", "b"))
    assert done.files["schema/schema.vmci"] == numbered("a", "b", "new")


def test_a_key_that_is_new_for_some_keeps_its_number() -> None:
    ended = "\tsince\t\t6.6\n\tuntil\t\t6.8\n"
    read = extraction(printed("b", 1, arch="x86"), printed("a", 2, arch="x86"))
    entries = entry("b", on=" on x86_64") + entry("a", ended, " on arm64")
    done = Synced(entries, read, first=numbered("a", "b"))
    assert [type(step) for step in done.plan.steps] == [Add]
    assert done.files["schema/schema.vmci"] == numbered("a", "b")


def test_one_that_comes_back_on_another_architecture_is_new_there() -> None:
    ended = "\tsince\t\t6.6\n\tuntil\t\t6.8\n"
    read = extraction(printed("b", 1, arch="x86"), printed("a", 2, arch="x86"))
    done = Synced(entry("b", on=" on x86_64") + entry("a", ended, " on arm64"), read)
    (step,) = done.plan.steps
    assert isinstance(step, Add) and step.archs == ("x86_64",)


def test_what_architectures_printed_moves_to_the_code_of_all() -> None:
    """What was arm64's ends, and that of all begins; what ended long ago is not ended again."""
    old = "\tsince\t\t6.6\n\tuntil\t\t6.7\n"
    entries = entry("b") + entry("a", old, " on x86_64") + entry("a", on=" on arm64")
    done = Synced(entries, extraction(printed("b", 1), printed("a", 2)))
    assert [type(step) for step in done.plan.steps] == [Close, Add]
    closed = entry("a", "\tsince\t\t6.6\n\tuntil\t\t6.10\n", " on arm64")
    assert closed in done.text and entry("a", old, " on x86_64") in done.text
    assert done.text.count("NUMBER(a) {\n") == 1


def test_what_is_gone_here_and_comes_for_all_others_is_closed_once() -> None:
    read = extraction(printed("b", 1), printed("a", 2, condition=Symbol("CONFIG_X86")))
    done = Synced(entry("b") + entry("a", on=" on arm64"), read)
    assert [type(step) for step in done.plan.steps] == [Close, Add]
    assert done.text.count("until") == 1


def test_another_condition() -> None:
    feature = Symbol("CONFIG_FEATURE")
    done = Synced(entry("a"), extraction(printed("a", 1, condition=feature)))
    assert [type(step) for step in done.plan.steps] == [Depend]
    assert done.text == entry("a", "\tdepends on\tCONFIG_FEATURE since 6.10\n\tsince\t\t6.6\n")


def test_a_condition_that_changes_and_one_that_goes() -> None:
    had = "\tdepends on\tCONFIG_OLD\n\tsince\t\t6.6\n"
    other = extraction(printed("a", 1, condition=Not(Symbol("CONFIG_OLD"))))
    until = "\tdepends on\tCONFIG_OLD until 6.10\n"
    since = "\tdepends on\t!CONFIG_OLD since 6.10\n"
    assert Synced(entry("a", had), other).text == entry("a", f"{until}{since}\tsince\t\t6.6\n")
    gone = Synced(entry("a", had), extraction(printed("a", 1)))
    assert gone.text == entry("a", f"{until}\tsince\t\t6.6\n")


def test_a_condition_is_changed_once_for_all_architectures() -> None:
    entries = entry("a") + entry("b")
    feature = Symbol("CONFIG_FEATURE")
    read = extraction(printed("a", 1, condition=feature), printed("b", 2, condition=feature))
    steps = Synced(entries, read).plan.steps
    assert [(type(step), step.key) for step in steps if isinstance(step, Depend)] == [
        (Depend, "NUMBER(a)"),
        (Depend, "NUMBER(b)"),
    ]
    assert len(steps) == 2


def test_another_macro_and_another_format_string() -> None:
    read = extraction(printed("a", 1, macro=APPEND, printf="NUMBER(a)=%d"))
    done = Synced(entry("a"), read)
    assert [type(step) for step in done.plan.steps] == [Print]
    via = f'\tvia\t\t{APPEND} "NUMBER(a)=%d" since 6.10\n'
    until = f"\tvia\t\t{NUMBER} until 6.10\n"
    assert done.text == entry("a").replace(f"\tvia\t\t{NUMBER}\n", until + via)


def test_the_same_function_with_another_format_string() -> None:
    had = entry("a").replace(f"\t{NUMBER}\n", f'\t{APPEND} "NUMBER(a)=%d"\n')
    same = extraction(printed("a", 1, macro=APPEND, printf="NUMBER(a)=%d"))
    assert Synced(had, same).plan.steps == []
    other = extraction(printed("a", 1, macro=APPEND, printf="NUMBER(a)=%ld"))
    assert [type(step) for step in Synced(had, other).plan.steps] == [Print]


def test_a_string_may_be_any_form() -> None:
    """What is printed by %s was made a text before; its form can't be read off."""
    text = printed("a", 1, macro=APPEND, printf="NUMBER(a)=%s", form="string")
    done = Synced(entry("a"), extraction(text))
    assert ([type(step) for step in done.plan.steps], done.by_hand) == ([Print], {})


def test_macros_that_are_not_declared() -> None:
    read = extraction(
        printed("a", 1),
        printed("new", 2, macro="VMCOREINFO_ONE"),
        printed("newer", 3, macro="VMCOREINFO_TWO"),
        macros={"VMCOREINFO_ONE": "NUMBER(NAME)=%lld", "VMCOREINFO_UNUSED": "X=%d"},
    )
    done = Synced(entry("a"), read)
    assert done.plan.macros == {"VMCOREINFO_ONE": "NUMBER(NAME)=%lld"}
    assert done.by_hand == {"VMCOREINFO_TWO": "declare this macro: it does not print a single line"}
    assert done.files["schema/macros.vmci"] == MACROS + (
        '\nmacro VMCOREINFO_ONE {\n\tdoc\t\t""\n\tprints\t\t"NUMBER(NAME)=%lld"\n\tsince\t\t6.10\n}\n'
    )


@pytest.mark.parametrize(
    ("strange", "why"),
    [
        (printed("NUMBER((b)", 2), "not a valid key in a schema"),
        (
            printed("b", 2, condition=All((Symbol("B_C"), Symbol("A_C"), Symbol("CONFIG_D")))),
            "its condition is not an expression of CONFIG symbols: A_C",
        ),
        (
            printed("b", 2, macro="two words", printf="NUMBER(b)=%ld"),
            "printed in a form that a schema can't express: two words 'NUMBER(b)=%ld'",
        ),
    ],
)
def test_what_no_schema_can_say_is_for_people(strange: Export, why: str) -> None:
    done = Synced(entry("a"), extraction(printed("a", 1), strange))
    assert (done.by_hand, done.unchanged) == ({strange.key: why}, True)
