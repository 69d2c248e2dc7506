# SPDX-License-Identifier: MIT
"""The shipped schema holds every entry, and the stories that people ask for."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.check import check_schema
from vmcoreinfo_codegen.core.condition import ALWAYS
from vmcoreinfo_codegen.core.expression import TypeFact, value_of
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import QuirkKind, Schema

R = Release.parse


def test_shipped_schema_has_no_problem(schema: Schema) -> None:
    assert check_schema(schema) == []


def test_every_entry_is_here(schema: Schema) -> None:
    # 199 keys up to 7.3, which never go: an entry that was removed stays.
    assert len(schema.entries) >= 199
    assert sum(len(entry.exports) for entry in schema.entries) >= 219
    assert str(schema.releases[0].release) == "2.6.24"
    assert schema.latest >= R("7.3")


@pytest.mark.parametrize(
    ("key", "since", "until", "instead"),
    [
        ("SYMBOL(vmap_area_list)", "3.10", "6.9", ["NUMBER(VMALLOC_START)"]),
        ("OFFSET(page._count)", "2.6.24", "4.7", ["OFFSET(page._refcount)"]),
        ("OFFSET(page.compound_head)", "4.6", "7.1", ["OFFSET(page.compound_info)"]),
        ("NUMBER(PG_slab)", "3.9", "6.10", ["NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)"]),
        ("SYMBOL(log_buf)", "2.6.30", "5.10", ["SYMBOL(prb)"]),
        ("SYMBOL(kallsyms_relative_base)", "6.0", "7.0", []),
        ("CONFIG_PGTABLE_4", "2.6.24", "6.7", []),
    ],
)
def test_lives(schema: Schema, key: str, since: str, until: str, instead: list[str]) -> None:
    entry = schema.by_key[key]
    assert entry.last is not None
    assert (str(entry.first.release), str(entry.last.release)) == (since, until)
    assert list(entry.replaced_by) == instead
    assert entry.last.reason


def test_meanings_that_changed(schema: Schema) -> None:
    def changes(key: str) -> list[str]:
        return [str(c.boundary.release) for e in schema.by_key[key].exports for c in e.changes]

    assert changes("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)") == ["4.18", "6.11", "6.12"]
    assert changes("SYMBOL(kallsyms_offsets)") == ["7.0"]
    assert changes("SYMBOL(mem_section)") == ["4.15"]


@pytest.mark.parametrize(
    ("release", "broken"),
    [
        ("6.6.54", False),
        ("6.6.55", True),
        ("6.6.62", True),
        ("6.6.63", False),
        ("6.12", False),
        ("5.15.168", True),
        ("5.15.173", True),
        ("5.15.174", False),
        ("6.10.14", True),
        ("6.11.2", False),
    ],
)
def test_build_id_quirk(schema: Schema, release: str, broken: bool) -> None:
    quirks = [
        q
        for e in schema.by_key["BUILD-ID"].exports
        for q in e.quirks
        if q.kind is QuirkKind.GARBAGE
    ]
    assert any(quirk.applies(R(release), None) for quirk in quirks) is broken


def test_what_others_say_of_backports(schema: Schema) -> None:
    def has(key: str, release: str, arch: str) -> bool:
        return bool(schema.by_key[key].exports_for(arch, R(release)))

    assert has("NUMBER(RADIX_MMU)", "6.6.9", "ppc64") and not has(
        "NUMBER(RADIX_MMU)", "6.6.1", "ppc64"
    )
    assert has("NUMBER(SECTION_SIZE_BITS)", "5.10.218", "x86_64")
    assert not has("NUMBER(SECTION_SIZE_BITS)", "5.12.9", "x86_64")
    assert has("CONFIG_ARM_LPAE", "3.4.113", "arm") and not has("CONFIG_ARM_LPAE", "3.6", "arm")


def test_doubt_is_recorded(schema: Schema) -> None:
    boundaries = [
        b
        for e in schema.entries
        for x in e.exports
        for s in x.spans
        for b in (s.since, s.until)
        if b
    ]
    assert sum(boundary.seen is not None for boundary in boundaries) > 15
    assert sum(boundary.evidence == "unverified" for boundary in boundaries) > 5


class Kernel:
    """A kernel as far as the expressions of `debug-info` ask: symbols, configuration, pointers."""

    def __init__(self, facts: dict[str, int], memory: dict[int, int]) -> None:
        self._facts, self._memory = facts, memory

    def fact(self, fact: TypeFact) -> int | None:
        return self._facts.get(f"{fact.question}({fact.name})")

    def key(self, key: str) -> None:
        return None

    def read(self, width: int, address: int) -> int | None:
        return self._memory.get(address)


def said_of(schema: Schema, key: str, arch: str, release: str, kernel: Kernel) -> int | None:
    (export,) = [one for one in schema.by_key[key].exports if one.concerns(arch)]
    asked = export.debug_info(key, schema.by_key[key].kind, R(release))
    values = (value_of(expression, kernel) for expression in asked)
    return next((value for value in values if value is not None), None)


def test_the_image_of_x86_64_is_counted_from_text(schema: Schema) -> None:
    """3.16 has the code of HEAD_TEXT, 0x1c8 bytes, between _text and _stext."""
    facts = {"symbol(_text)": 0xFFFFFFFF81000000, "symbol(_stext)": 0xFFFFFFFF810001C8}
    for known in ({}, {"config(CONFIG_PHYSICAL_START)": 0x1000000}):
        kernel = Kernel(facts | known, {})
        assert said_of(schema, "KERNELOFFSET", "x86_64", "3.16", kernel) == 0


@pytest.mark.parametrize(
    ("release", "extreme", "value"),
    [("6.1", 0, 0xC1A2B3C0), ("6.1", 1, 0xF7001000), ("4.14", 1, 0xC1A2B3C0)],
)
def test_mem_section_is_a_pointer_with_sparsemem_extreme_alone(
    schema: Schema, release: str, extreme: int, value: int
) -> None:
    facts = {"symbol(mem_section)": 0xC1A2B3C0, "config(CONFIG_SPARSEMEM_EXTREME)": extreme}
    kernel = Kernel(facts, {0xC1A2B3C0: 0xF7001000})
    assert said_of(schema, "SYMBOL(mem_section)", "i386", release, kernel) == value


@pytest.mark.parametrize(
    ("release", "flag", "mark"),
    [("6.8.8", True, False), ("6.8.9", False, True), ("6.9", False, True)],
)
def test_the_mark_of_huge_pages_is_a_page_type_from_6_8_9_on(
    schema: Schema, release: str, flag: bool, mark: bool
) -> None:
    (old,) = schema.by_key["NUMBER(PG_hugetlb)"].exports
    (new,) = schema.by_key["NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)"].exports
    (offline,) = schema.by_key["NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)"].exports
    at = R(release)
    missing = [
        quirk for quirk in old.quirks if quirk.kind is QuirkKind.MISSING and quirk.applies(at, None)
    ]
    assert (old.contains(at) and not missing) == flag
    assert new.contains(at) == mark
    assert (offline.condition(at) == ALWAYS) == mark
