# SPDX-License-Identifier: MIT
"""`explain`, `list` and `diff`: their answers, their JSON, and near misses."""

from __future__ import annotations

import re

import pytest

from tests.command import Run

REMOVED_IN_6_9 = ["SYMBOL(vmap_area_list)", "OFFSET(vmap_area.va_start)", "OFFSET(vmap_area.list)"]


def test_explain_tells_the_whole_story(run: Run) -> None:
    ran = run("explain", "OFFSET(vmap_area.va_start)")
    assert ran.code == 0
    flat = " ".join(ran.out.split())
    for part in (
        "Offset of va_start in struct vmap_area.",
        "since 3.10 (2013-06-30",
        "until 6.9 (2024-05-12)",
        "commit 55c49fee57af: vmalloc replaced the global list of areas",
        "replaced by NUMBER(VMALLOC_START), since 6.9",
        "replaces SYMBOL(vmlist), since 2.6.28 until 3.10",
        "OFFSET(vmap_area.va_start)=%lu by VMCOREINFO_OFFSET",
        "bytes: a size or an offset in bytes",
        "derivations vmalloc_start",
        "schema/kernel/zone.vmci:",
    ):
        assert part in flat, part


def test_explain_tells_each_architecture(run: Run) -> None:
    answer = run("explain", "KERNELOFFSET", "--format", "json").json("explain")
    archs = [export["archs"] for export in answer["exports"]]
    assert archs == [
        ["x86_64"],
        ["arm64"],
        ["ppc64", "ppc"],
        ["riscv64", "riscv32"],
        ["s390x"],
    ]
    assert answer["exports"][0]["lives"][0]["since"]["release"] == "3.14"
    assert answer["exports"][0]["doc"] != answer["exports"][4]["doc"]


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)", "changed 4.18..: A page type: the complement"),
        (
            "BUILD-ID",
            "garbage 6.11.3..6.11.10, 6.10.14..6.11, 6.6.55..6.6.63, 6.1.113..6.1.119, 5.15.168..5.15.174:",
        ),
        (
            "NUMBER(RADIX_MMU)",
            "backported 6.6.2 (seen only in the tree of 6.6.9) and later on that branch",
        ),
        ("OSRELEASE", "garbage 2.6.25..2.6.27: the text is init_uts_ns.name.release"),
        ("NUMBER(pgtable_l5_enabled)", "when absent"),
        (
            "OFFSET(pglist_data.node_mem_map)",
            "if CONFIG_FLAT_NODE_MEM_MAP until 5.14 if CONFIG_FLATMEM since 5.14",
        ),
        ("CRASHTIME", "CRASHTIME=%ld by vmcoreinfo_append_str until 4.19"),
    ],
)
def test_explain_tells_what_is_special(run: Run, key: str, part: str) -> None:
    assert part in " ".join(run("explain", key).out.split())


def test_explain_every_key(run: Run) -> None:
    listed = run("list", "--kernel", "2.6.24", "--format", "json").json("list")
    for entry in listed["entries"]:
        assert (
            run("explain", entry["key"], "--format", "json").json("explain")["key"] == entry["key"]
        )


def test_explain_a_derivation(run: Run) -> None:
    flat = " ".join(run("explain", "vmalloc_start").out.split())
    assert "recipe vmlist on x86_64, i386, arm64," in flat
    assert "ptr[ptr[SYMBOL(vmlist)] + OFFSET(vm_struct.addr)]" in flat
    answer = run("explain", "section_size_bits", "--format", "json").json("explain")
    arm64 = [r for r in answer["recipes"] if r["archs"] == ["arm64"]]
    assert [(r["expression"], r["until"]) for r in arm64] == [
        ("30", "5.12"),
        ("PAGESIZE == 0x10000 ? 29 : 27", None),
    ]


def test_the_name_in_parentheses_will_do(run: Run) -> None:
    assert run("explain", "page.lru").out.startswith("OFFSET(page.lru)\n")
    ambiguous = run("explain", "mem_section")
    assert ambiguous.code == 1
    for kind in ("SYMBOL", "LENGTH", "SIZE"):
        assert f"{kind}(mem_section)" in ambiguous.err


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["explain", "OFFSET(page.lur)"], 1, "did you mean OFFSET(page.lru)"),
        (["explain", "SYMBOL(VMALLOC_START)"], 1, "did you mean"),
        (["explain", "zzz"], 1, "'vmcoreinfo list' shows the keys"),
        (["list", "--kernel", "6.99"], 2, "unknown release '6.99'; did you mean 6.9 "),
        (["list", "--kernel", "99.1"], 2, "the schema has 2.6.24 to "),
        (["list", "--kernel", "six"], 2, "unknown release 'six'"),
        (["list", "--arch", "aarch46"], 2, "did you mean aarch64?"),
        (["list", "--kernel", "6.9", "--arch", "ia64"], 2, "until 6.7"),
        (["diff", "6.8", "6.99"], 2, "did you mean 6.9 "),
        (["explian", "x"], 2, "did you mean explain?"),
        (["list", "--schema", "/nonexistent"], 2, "no such folder"),
        (["list", "--schema", "docs"], 2, "no entries"),
        (["list", "--formt", "json"], 2, "unrecognized arguments"),
    ],
)
def test_what_is_unknown_gets_near_misses(
    run: Run, arguments: list[str], code: int, hint: str
) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (code, "")
    assert hint in ran.err


def test_list(run: Run) -> None:
    answer = run("list", "--kernel", "6.9", "--arch", "arm64", "--format", "json").json("list")
    assert (answer["kernel"], answer["arch"]) == ("6.9", "arm64")
    found = {entry["key"]: entry for entry in answer["entries"]}
    assert found["NUMBER(VMALLOC_START)"] == {
        "key": "NUMBER(VMALLOC_START)",
        "condition": None,
        "format": "0x-hex",
    }
    assert found["SYMBOL(vmemmap)"]["condition"] == "CONFIG_SPARSEMEM_VMEMMAP"
    assert "NUMBER(phys_base)" not in found
    assert "SYMBOL(vmap_area_list)" not in found
    table = run("list", "--kernel", "6.9", "--arch", "aarch64").out.splitlines()
    assert len(table) == 1 + len(found)


def test_list_takes_a_release_string(run: Run) -> None:
    ran = run("list", "--kernel", "6.12.117+deb13-cloud-amd64", "--format", "json")
    found = ran.json("list")
    assert found["kernel"] == "6.12.117+deb13-cloud-amd64"
    assert (found["line"]["name"], found["line"]["base"]) == ("debian", "6.12.117")
    assert " as debian, based on 6.12.117" in ran.err
    other = run("list", "--kernel", "6.12.117-other", "--format", "json")
    assert other.json("list")["line"] is None
    assert "('-other')" in other.err


def test_diff_6_8_to_6_9(run: Run) -> None:
    ran = run("diff", "6.8", "6.9", "--arch", "ppc64", "--format", "json")
    assert ran.code == 1
    changes = {c["key"]: c for c in ran.json("diff")["changes"]}
    removed = [c["key"] for c in changes.values() if c["change"] == "removed"]
    assert removed == [*REMOVED_IN_6_9, "NUMBER(PG_hugetlb)"]
    assert changes["SYMBOL(vmap_area_list)"]["replaced_by"] == ["NUMBER(VMALLOC_START)"]
    assert changes["SYMBOL(vmap_area_list)"]["commit"] == "55c49fee57af"
    assert changes["NUMBER(VMALLOC_START)"]["change"] == "added"
    assert changes["NUMBER(PAGE_OFFLINE_MAPCOUNT_VALUE)"]["old"] == "CONFIG_HUGETLB_PAGE"


def test_what_is_instead_is_there(run: Run) -> None:
    """A vendor has the last of a chain of replacements, and nothing between."""
    changes = run("diff", "rhel9.5", "rhel9.6", "--format", "json").json("diff")["changes"]
    found = {change["key"]: change["replaced_by"] for change in changes}
    assert found["NUMBER(HUGETLB_PAGE_DTOR)"] == ["NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)"]
    assert "NUMBER(PG_hugetlb)" not in run("diff", "rhel9.5", "rhel9.6").out
    mainline = run("diff", "6.5", "6.9", "--arch", "x86_64", "--format", "json").json("diff")
    found = {change["key"]: change["replaced_by"] for change in mainline["changes"]}
    assert found["NUMBER(HUGETLB_PAGE_DTOR)"] == ["NUMBER(PAGE_HUGETLB_MAPCOUNT_VALUE)"]
    older = run("diff", "6.5", "6.8", "--arch", "x86_64", "--format", "json").json("diff")
    found = {change["key"]: change["replaced_by"] for change in older["changes"]}
    assert found["NUMBER(HUGETLB_PAGE_DTOR)"] == ["NUMBER(PG_hugetlb)"]


def test_diff_over_all_architectures(run: Run) -> None:
    changes = run("diff", "6.8", "6.9", "--format", "json").json("diff")["changes"]
    by_key = {change["key"]: change for change in changes}
    assert by_key["SYMBOL(vmap_area_list)"]["archs"] is None
    # arm64 and riscv had it before, so nothing changed for them.
    archs = by_key["NUMBER(VMALLOC_START)"]["archs"]
    assert "x86_64" in archs and not {"arm64", "riscv64", "riscv32"} & set(archs)


def test_diff_tells_of_changed_meaning_and_form(run: Run) -> None:
    changes = run("diff", "6.11", "6.12", "--arch", "x86_64", "--format", "json").json("diff")[
        "changes"
    ]
    assert {c["key"] for c in changes if c["change"] == "meaning"} == {
        f"NUMBER(PAGE_{name}_MAPCOUNT_VALUE)" for name in ("SLAB", "BUDDY", "HUGETLB", "OFFLINE")
    }
    printed = run("diff", "4.18", "4.19", "--arch", "x86_64").out
    assert "~ CRASHTIME" in printed and "printed as: %ld -> %lld" in printed


def test_diff_of_stable_releases(run: Run) -> None:
    out = run("diff", "6.6.1", "6.6.2", "--arch", "ppc64le").out
    assert "+ NUMBER(RADIX_MMU)" in out
    same = run("diff", "6.6.3", "6.6.4")
    assert (same.code, same.out) == (0, "no difference between 6.6.3 and 6.6.4\n")


def test_without_arguments_it_shows_what_it_can_do(run: Run) -> None:
    ran = run()
    assert ran.code == 0
    for verb in ("parse", "explain", "list", "diff", "generate", "check", "fmt", "completion"):
        assert f"vmcoreinfo {verb} " in ran.out
        assert f"  {verb} " in run("--help").out
        usage = run(verb, "--help")
        assert usage.code == 0
        assert "exit codes" in usage.out
        assert re.search(r"^examples?:\s+vmcoreinfo", usage.out, re.MULTILINE)
