# SPDX-License-Identifier: MIT
"""What stays of a schema that is cut down: keys, lives, replacements, recipes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.model.consumer import KernelRange
from vmcoreinfo_codegen.subset.reduce import EmptySelection, left_out, reduce
from vmcoreinfo_codegen.subset.selection import (
    Reader,
    Selection,
    UnknownKeys,
    range_of_one,
    read_patterns,
)


def kernels(text: str) -> KernelRange:
    since, until = (Release.parse(word) if word else None for word in text.split(".."))
    return KernelRange(since=since, until=until)


def keys(*patterns: str) -> Selection:
    return Selection(patterns=read_patterns("\n".join(patterns), "keys"))


def reader(schema: Schema, name: str, release: str) -> Reader:
    consumer = next(c for c in schema.consumers if c.name == name)
    return Reader(f"{name}@{release}", consumer, ToolRelease.parse(release))


def recipes(schema: Schema, derivation: str) -> list[tuple[str, tuple[str, ...] | None]]:
    found = [d for d in schema.derivations if d.name == derivation]
    return [(recipe.name, recipe.archs) for d in found for recipe in d.recipes]


def test_the_whole_selection_is_the_whole_schema(schema: Schema) -> None:
    part = reduce(schema, Selection())
    assert part.entries == schema.entries
    assert part.derivations == schema.derivations
    assert part.architectures == schema.architectures
    assert part.releases == schema.releases


def test_readers_and_patterns_add_up(schema: Schema) -> None:
    both = Selection(
        readers=(reader(schema, "qemu", "2.12"), reader(schema, "zgetdump", "2.0")),
        patterns=read_patterns("BUILD-ID", "keys"),
    )
    one = {key for r in both.readers for key in r.consumer.keys}
    assert set(reduce(schema, both).by_key) == one | {"BUILD-ID", "OSRELEASE"}


def test_a_release_of_a_tool_reads_what_it_knew(schema: Schema) -> None:
    old = reduce(schema, Selection(readers=(reader(schema, "makedumpfile", "1.7.4"),)))
    new = reduce(schema, Selection(readers=(reader(schema, "makedumpfile", "next"),)))
    assert "NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)" not in old.by_key
    assert set(old.by_key) < set(new.by_key)


def test_order_is_that_of_the_schema(schema: Schema) -> None:
    part = reduce(schema, keys("PAGESIZE", "NUMBER(*)", "OSRELEASE"))
    assert list(part.by_key) == [key for key in schema.by_key if key in part.by_key]


@pytest.mark.parametrize(
    ("key", "range_", "arch", "stays"),
    [
        ("SYMBOL(vmap_area_list)", "6.9..", "x86_64", False),
        ("SYMBOL(vmap_area_list)", "6.8..", "x86_64", True),
        ("SYMBOL(vmap_area_list)", "..3.10", "x86_64", False),
        ("NUMBER(VMALLOC_START)", "..6.9", "x86_64", False),
        ("NUMBER(VMALLOC_START)", "..6.9", "arm64", True),
        ("NUMBER(VMALLOC_START)", "..5.18", "arm64", False),
        ("NUMBER(TCR_EL1_T1SZ)", "..", "x86_64", False),
    ],
)
def test_kernels_and_architectures_narrow(
    schema: Schema, key: str, range_: str, arch: str, stays: bool
) -> None:
    chosen = Selection(
        patterns=read_patterns(f"{key}\nPAGESIZE", "keys"), kernels=kernels(range_), archs=(arch,)
    )
    assert (key in reduce(schema, chosen).by_key) is stays
    assert left_out(schema, chosen) == ([] if stays else [key])


def test_lives_are_told_of_the_architectures_that_are_left(schema: Schema) -> None:
    chosen = Selection(archs=("x86_64",))
    entry = reduce(schema, chosen).by_key["NUMBER(VMALLOC_START)"]
    assert str(entry.first.release) == "6.9"
    assert str(schema.by_key["NUMBER(VMALLOC_START)"].first.release) == "5.18"


def test_a_stable_release_has_what_was_backported(tmp_path: Path) -> None:
    (tmp_path / "schema.vmci").write_text('schema 1\n\nsource "a.vmci"\n')
    (tmp_path / "a.vmci").write_text(
        "schema 1\nrelease 6.1\t2022-12-11\nrelease 6.2\t2023-02-19\nrelease 6.6\t2023-10-29\n"
        'arch x86_64 {\n\tdoc\t\t"."\n\tsource\t\tx86\n\tbits\t\t64\n\tsince\t\t<=2.6.24\n}\n'
        'section "a"\n'
        'OSRELEASE {\n\tdoc\t\t"."\n\tvalue\t\tstring\n\tvia\t\tA\n\tsince\t\t6.1\n}\n'
        'NEW {\n\tdoc\t\t"."\n\tvalue\t\tdecimal bytes\n\tvia\t\tA\n\tsince\t\t6.6\n'
        "\tbackport\t6.1.50\n}\n"
    )
    small = load(tmp_path)
    for range_, has in (
        ("6.1..6.2", True),
        ("6.1.50..6.1.51", True),
        ("6.1.60..6.1.61", True),
        ("6.1..6.1.50", False),
        ("6.2..6.6", False),
        ("6.6..", True),
    ):
        part = reduce(small, Selection(kernels=kernels(range_)))
        assert ("NEW" in part.by_key) is has, range_


@pytest.mark.parametrize(
    ("release", "since", "until"),
    [
        ("6.12", "6.12", "6.13"),
        ("6.12.117", "6.12.117", "6.12.118"),
        ("6.12-rc3", "6.12-rc3", "6.12-rc4"),
        ("7.3", "7.3", None),
    ],
)
def test_one_release_is_a_range(
    schema: Schema, release: str, since: str, until: str | None
) -> None:
    found = range_of_one(schema, Release.parse(release))
    assert (str(found.since), found.until and str(found.until)) == (since, until)
    assert found.holds(Release.parse(release))


def test_first_and_latest_release_are_those_of_the_range(schema: Schema) -> None:
    part = reduce(schema, Selection(kernels=kernels("5.10.7..6.12")))
    assert str(part.releases[0].release) == "5.10"
    assert str(part.latest) == "6.11"


def test_replacements_that_are_left_out_are_not_told(schema: Schema) -> None:
    alone = reduce(schema, keys("SYMBOL(vmap_area_list)")).by_key["SYMBOL(vmap_area_list)"]
    assert (alone.replaced_by, alone.replaces) == ((), ())
    both = reduce(schema, keys("SYMBOL(vmap_area_list)", "NUMBER(VMALLOC_START)"))
    assert both.by_key["SYMBOL(vmap_area_list)"].replaced_by == ("NUMBER(VMALLOC_START)",)


# ---- derivations ------------------------------------------------------------------------


def test_a_derivation_stays_where_a_recipe_has_its_keys(schema: Schema) -> None:
    part = reduce(schema, keys("NUMBER(VMALLOC_START)", "BUILD-ID"))
    assert [d.name for d in part.derivations] == ["vmalloc_start"]
    assert recipes(part, "vmalloc_start") == [("number", None)]


def test_constants_alone_make_no_derivation(schema: Schema) -> None:
    assert reduce(schema, keys("BUILD-ID")).derivations == ()


def test_what_a_recipe_asks_besides_comes_with_it(schema: Schema) -> None:
    part = reduce(schema, keys("SYMBOL(vmlist)", "OFFSET(vm_struct.addr)"))
    ((name, archs),) = recipes(part, "vmalloc_start")
    assert name == "vmlist" and archs is not None and "x86_64" in archs
    assert set(part.by_key) == {
        *("SYMBOL(vmlist)", "OFFSET(vm_struct.addr)", "OSRELEASE", "SIZE(list_head)")
    }


def test_no_recipe_is_taken_for_want_of_a_key_that_the_kernel_has(schema: Schema) -> None:
    """Without CONFIG_X86_PAE in it, a note of i386 with PAE would look like one without."""
    part = reduce(schema, keys("NUMBER(SECTION_SIZE_BITS)"))
    assert ("constant", ("i386",)) in recipes(schema, "section_size_bits")
    assert ("constant", ("i386",)) not in recipes(part, "section_size_bits")
    assert ("constant", ("x86_64",)) in recipes(part, "section_size_bits")
    with_pae = reduce(schema, keys("NUMBER(SECTION_SIZE_BITS)", "CONFIG_X86_PAE"))
    assert ("constant", ("i386",)) in recipes(with_pae, "section_size_bits")


def test_a_later_recipe_stays_for_architectures_that_can_not_have_the_earlier(
    schema: Schema,
) -> None:
    """On x86_64 and until 6.9, no kernel has both; on arm64 one since 5.18 does."""
    area = ("SYMBOL(vmap_area_list)", "OFFSET(vmap_area.list)", "OFFSET(vmap_area.va_start)")
    chosen = keys(*area, "OFFSET(list_head.next)")
    ((name, archs),) = recipes(reduce(schema, chosen), "vmalloc_start")
    assert name == "vmap_area_list" and archs is not None
    assert "i386" in archs and "arm64" not in archs
    old = Selection(patterns=chosen.patterns, kernels=kernels("..5.10"), archs=("arm64",))
    ((name, archs),) = recipes(reduce(schema, old), "vmalloc_start")
    assert name == "vmap_area_list" and archs is not None and "arm64" in archs


def test_a_derivation_that_another_asks_stays_whole_or_not_at_all(schema: Schema) -> None:
    mem = ("LENGTH(mem_section)", "SIZE(mem_section)", "PAGESIZE", "NUMBER(MAX_PHYSMEM_BITS)")
    without = reduce(schema, keys(*mem))
    assert "section_roots" not in [name for name, _ in recipes(without, "max_physmem_bits")]
    whole = reduce(schema, keys(*mem, "NUMBER(SECTION_SIZE_BITS)"))
    assert "section_roots" in [name for name, _ in recipes(whole, "max_physmem_bits")]


# ---- what can't be selected -----------------------------------------------------------------


def test_unknown_keys_are_told_all_at_once(schema: Schema) -> None:
    text = "OSRELEAS # near\n\n  OFFSET(page.lro)\npage.flags\nFOO*\na,b\nOSRELEASE\n"
    with pytest.raises(UnknownKeys) as told:
        reduce(schema, Selection(patterns=read_patterns(text, "keys.txt")))
    lines = str(told.value).splitlines()
    assert lines[0] == "keys.txt:1:1: error: unknown key 'OSRELEAS'; did you mean OSRELEASE?"
    assert lines[1].startswith("keys.txt:3:3: error: unknown key 'OFFSET(page.lro)'; did you mean")
    assert lines[2:] == [
        "keys.txt:4:1: error: unknown key 'page.flags'; did you mean OFFSET(page.flags)?",
        "keys.txt:5:1: error: no key matches 'FOO*'",
        "keys.txt:6:1: error: 'a,b' is neither a key nor a glob with '*' and '?'; write one per "
        "line",
    ]


def test_nothing_left_is_an_error(schema: Schema) -> None:
    chosen = Selection(
        patterns=read_patterns("SYMBOL(vmap_area_list)", "keys"), kernels=kernels("6.9..")
    )
    with pytest.raises(EmptySelection):
        reduce(schema, chosen)


def test_globs(schema: Schema) -> None:
    found = keys("OFFSET(page.*)", "NUMBER(PG_lr?)").keys(schema)
    assert {"OFFSET(page.flags)", "NUMBER(PG_lru)"} < found
    assert all(key.startswith(("OFFSET(page.", "NUMBER(PG_lr")) for key in found)
