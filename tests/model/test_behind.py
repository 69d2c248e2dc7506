# SPDX-License-Identifier: MIT
"""What stands behind entries, and who has copied it, by name."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.behind import NameIndex, copiers_of, implied_by


@pytest.fixture(scope="module")
def index(schema: Schema) -> NameIndex:
    return NameIndex(schema)


def keys(index: NameIndex, name: str) -> list[str]:
    return list(dict.fromkeys(standing.entry.key for standing in index.entries(name)))


def tools(index: NameIndex, name: str, release: str | None = None) -> set[str]:
    return {
        copier.consumer.name
        for copier in index.copiers(name)
        if release is None or copier.copied.is_of(ToolRelease.parse(release))
    }


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("OFFSET(page.flags)", ("page.flags", "page")),
        ("SIZE(page)", ("page",)),
        ("SYMBOL(prb)", ("prb",)),
        ("NUMBER(PG_lru)", ("PG_lru",)),
        ("KERNELOFFSET", ("KERNELOFFSET",)),
    ],
)
def test_what_a_key_says_by_itself(key: str, names: tuple[str, ...]) -> None:
    assert implied_by(key) == names


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("SECTION_IS_ONLINE", "OFFSET(mem_section.section_mem_map)"),
        ("PGTY_buddy", "NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)"),
        ("page.page_type", "OFFSET(page._mapcount)"),
        ("page.private", "OFFSET(page.private)"),
        ("mem_section", "SYMBOL(mem_section)"),
        ("pageflags", "NUMBER(PG_lru)"),
        ("memstart_addr", "NUMBER(PHYS_OFFSET)"),
        ("RADIX_PTE_INDEX_SIZE", "SYMBOL(swapper_pg_dir)"),
        ("DESC_SV_BITS", "OFFSET(prb_desc.state_var)"),
    ],
)
def test_entries_of_a_name(index: NameIndex, name: str, key: str) -> None:
    assert key in keys(index, name)


def test_a_struct_stands_for_its_members(index: NameIndex) -> None:
    assert {"SIZE(page)", "OFFSET(page.lru)", "OFFSET(page._mapcount)"} <= set(keys(index, "page"))
    assert "makedumpfile" in tools(index, "uts_namespace")


def test_who_copied_a_name(index: NameIndex) -> None:
    assert tools(index, "SECTION_MAP_MASK") == {"makedumpfile", "crash", "drgn"}
    assert tools(index, "PAGE_MAPPING_ANON") == {"makedumpfile"}
    assert tools(index, "no_such_name") == set()


@pytest.mark.parametrize(
    ("release", "kernel", "goes_by_it"),
    [
        ("1.6.8", "5.10", True),
        ("1.6.8", "6.1", True),
        ("1.6.9", "5.10", True),
        ("1.6.9", "6.1", False),
    ],
)
def test_kernels_of_a_copy(index: NameIndex, release: str, kernel: str, goes_by_it: bool) -> None:
    found = [
        copier
        for copier in index.copiers("uts_namespace.name")
        if copier.consumer.name == "makedumpfile"
        if copier.copied.is_of(ToolRelease.parse(release))
        if copier.counts_for(Release.parse(kernel))
    ]
    assert bool(found) is goes_by_it


def test_releases_and_architectures_of_a_copy(index: NameIndex) -> None:
    one = next(c for c in index.copiers("_SEGMENT_ENTRY_CO") if c.consumer.name == "makedumpfile")
    assert one.archs == ("s390x",)
    assert str(one.releases[0].release) == "1.5.4"
    next_only = [c for c in index.copiers("page.compound_info") if not c.releases]
    assert {c.consumer.name for c in next_only} == {"makedumpfile", "crash"}


def test_it_counts_where_the_entry_is_exported(index: NameIndex) -> None:
    [vmlist, *_] = index.entries("vm_struct.next")
    assert vmlist.counts_in(Release.parse("3.9"))
    assert not vmlist.counts_in(Release.parse("3.10"))


def test_copies_of_an_entry_are_of_its_architectures(schema: Schema) -> None:
    of_x86 = list(copiers_of(schema, schema.by_key["SYMBOL(init_top_pgt)"]))
    assert {"makedumpfile", "drgn", "libkdumpfile", "crash"} <= {c.consumer.name for c in of_x86}
    assert all(c.archs is None or "x86_64" in c.archs for c in of_x86)


@pytest.mark.parametrize(
    ("commit", "kernel", "name", "broke"),
    [
        ("2d070eab2e82", "4.12", "SECTION_IS_ONLINE", "makedumpfile 1.6.2"),
        ("2d070eab2e82", "4.12", "SECTION_MAP_LAST_BIT", "crash 7.1.9"),
        ("326e1b8f83a4", "5.2", "SECTION_IS_EARLY", "makedumpfile 1.6.6"),
        ("1f90a3477df3", "5.11", "SECTION_TAINT_ZONE_DEVICE", "makedumpfile 1.6.9"),
        ("1f90a3477df3", "5.11", "SECTION_MAP_LAST_BIT", "crash 7.3.0"),
        ("83e3c48729d9", "4.14", "mem_section", "makedumpfile 1.6.3"),
        ("83e3c48729d9", "4.14", "mem_section", "crash 7.2.0"),
        ("9a56493f6942", "5.10", "uts_namespace", "makedumpfile 1.6.8"),
        ("9a56493f6942", "5.10", "uts_namespace", "crash 7.2.8"),
        ("6326fec1122c", "4.9", "PG_owner_priv_1", "makedumpfile 1.6.3"),
        ("4ffca5a96678", "6.11", "PGTY_slab", "makedumpfile 1.7.6"),
        ("d50569612c29", "7.0", "page.compound_head", "makedumpfile 1.7.9"),
        ("d50569612c29", "7.0", "page.compound_head", "crash 9.0.2"),
        ("67e1b0052f6b", "6.18", "is_blk_wrapped", "makedumpfile 1.7.9"),
        ("67e1b0052f6b", "6.18", "is_blk_wrapped", "vmcore-dmesg 2.0.32"),
        ("a081b5789255", "6.19", "kallsyms_sym_address", "drgn 0.0.33"),
        ("14c127c957c1", "5.3", "PAGE_OFFSET", "makedumpfile 1.6.8"),
        ("f0b13ee23241", "5.11", "SECTION_SIZE_BITS", "crash 7.3.0"),
        ("4ffe713b7587", "4.19", "MAX_PHYSMEM_BITS", "makedumpfile 1.6.5"),
        ("d52888aa2753", "4.19", "__PAGE_OFFSET_BASE_L4", "crash 7.2.4"),
        ("223b5e57d0d5", "6.9", "module_load_offset", "crash 8.0.5"),
        ("55c49fee57af", "6.8", "vmap_area_list", "crash 8.0.5"),
        ("849f86a630e9", "4.5", "_PAGE_PRESENT", "makedumpfile 1.6.0"),
        ("1d798ca3f164", "4.3", "PG_tail", "makedumpfile 1.5.9"),
    ],
)
def test_what_commits_broke_is_found(
    index: NameIndex, commit: str, kernel: str, name: str, broke: str
) -> None:
    """By a name that the commit changed, from the kernel before it."""
    tool, _, release = broke.partition(" ")
    found = [
        copier
        for copier in index.copiers(name)
        if copier.consumer.name == tool
        if copier.copied.is_of(ToolRelease.parse(release))
        if copier.counts_for(Release.parse(kernel))
    ]
    assert found, commit


def test_names_are_known_on_both_sides(index: NameIndex) -> None:
    assert len(index.names) > 400
    assert [name for name in index.names if not index.entries(name)] == []
