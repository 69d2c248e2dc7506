# SPDX-License-Identifier: MIT
"""What may be a rename: told for people to confirm, and never written."""

from __future__ import annotations

from tests.sync.small import Synced, entry, extraction, printed
from vmcoreinfo_codegen.kernel.extract import Export

SIZES = "".join(
    f'\n{key} {{\n\tdoc\t\t"About {key}."\n\tvalue\t\tsigned bytes\n'
    '\tvia\t\tvmcoreinfo_append_str "' + key + '=%ld"\n\tsince\t\t6.6\n}\n'
    for key in ("SIZE(old)", "OFFSET(old.a)", "OFFSET(old.b)", "OFFSET(page.x)")
)


def line(key: str, number: int, arch: str | None = None) -> Export:
    return printed(key, number, arch=arch, macro="vmcoreinfo_append_str", printf=f"{key}=%ld")


def names(done: Synced) -> list[tuple[str, str]]:
    return [(rename.gone, rename.came) for rename in done.plan.renames]


def test_one_went_and_one_came() -> None:
    read = extraction(printed("a", 1), printed("new", 2))
    done = Synced(entry("a") + entry("b"), read)
    assert names(done) == [("NUMBER(b)", "NUMBER(new)")]
    (rename,) = done.plan.renames
    assert rename.place == "f() of kernel/vmcore_info.c"
    assert rename.question.startswith("perhaps renamed to NUMBER(new), in f() of kernel/")
    # Nobody knows, so nothing is written.
    assert "replace" not in done.text
    assert done.by_hand == {}


def test_two_that_went_or_came_tell_nothing() -> None:
    two_came = extraction(printed("a", 1), printed("new", 2), printed("newer", 3))
    assert names(Synced(entry("a") + entry("b"), two_came)) == []
    two_went = extraction(printed("a", 1), printed("new", 2))
    assert names(Synced(entry("a") + entry("b") + entry("c"), two_went)) == []


def test_another_kind_or_place_tells_nothing() -> None:
    entries = entry("a") + entry("b")
    assert names(Synced(entries, extraction(printed("a", 1), line("SYMBOL(new)", 2)))) == []
    elsewhere = extraction(printed("a", 1), printed("new", 2, arch="arm64"))
    assert names(Synced(entries, elsewhere)) == []


def test_what_went_on_one_architecture_alone_is_no_other_key() -> None:
    read = extraction(printed("c", 1), printed("a", 2))
    done = Synced(entry("c") + entry("a", on=" on arm64") + entry("b", on=" on x86_64"), read)
    assert names(done) == []


def test_a_struct_with_its_members() -> None:
    keys = ("SIZE(new)", "OFFSET(new.a)", "OFFSET(new.b)", "OFFSET(page.x)")
    read = extraction(*(line(key, number) for number, key in enumerate(keys, 1)))
    assert names(Synced(SIZES, read)) == [
        ("SIZE(old)", "SIZE(new)"),
        ("OFFSET(old.a)", "OFFSET(new.a)"),
        ("OFFSET(old.b)", "OFFSET(new.b)"),
    ]


def test_a_member_of_the_same_struct() -> None:
    keys = ("SIZE(old)", "OFFSET(old.c)", "OFFSET(old.b)", "OFFSET(page.x)", "OFFSET(page.y)")
    read = extraction(*(line(key, number) for number, key in enumerate(keys, 1)))
    assert names(Synced(SIZES, read)) == [("OFFSET(old.a)", "OFFSET(old.c)")]
