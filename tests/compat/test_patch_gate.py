# SPDX-License-Identifier: MIT
"""`impact --patch` as a gate: the outcome, the exit code, and who is told, of each kind of change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.patch.written import diff, gone, new

INIT = "static int __init crash_save_vmcoreinfo_init(void)\n"
ARCH = "void arch_crash_save_vmcoreinfo(void)\n"
CORE = "kernel/vmcore_info.c"
ARM64 = "arch/arm64/kernel/vmcore_info.c"
X86 = "arch/x86/kernel/vmcore_info_64.c"
CODES = {"nothing": 0, "breaks": 1, "not-judged": 4, "unrelated": 5}
BODY = f"{ARCH}{{\n\tVMCOREINFO_SYMBOL(init_top_pgt);\n}}\n"

PATCHES = {
    "removed on two lines": (
        diff(CORE, INIT + "-\tVMCOREINFO_OFFSET(page,\n-\t\t\tflags);\n"),
        "breaks", "makedumpfile 1.6.1..next: page descriptors on x86_64, i386, arm64, arm,",
    ),
    "wrapped": (
        diff(CORE, INIT + "-\tVMCOREINFO_OFFSET(page, flags);\n+\tVMCOREINFO_OFFSET(page,\n+\t\t\tflags);\n"),
        "nothing", "All entries are printed as before.",
    ),
    "the format of a macro": (
        diff(
            "include/linux/vmcore_info.h",
            "\n #define VMCOREINFO_LENGTH(name, value) \\\n"
            '-\tvmcoreinfo_append_str("LENGTH(%s)=%lu\\n", #name, (unsigned long)value)\n'
            '+\tvmcoreinfo_append_str("COUNT(%s)=%lu\\n", #name, (unsigned long)value)\n',
        ),
        "breaks", "- LENGTH(mem_section)",
    ),
    "the body of a macro": (
        diff(
            "include/linux/vmcore_info.h",
            "\n #define VMCOREINFO_OFFSET(name, field) \\\n"
            '-\tvmcoreinfo_append_str("OFFSET(%s.%s)=%lu\\n", #name, #field, \\\n'
            "-\t\t\t      (unsigned long)offsetof(struct name, field))\n"
            '+\tvmcoreinfo_append_str("OFFSET(%s.%s)=0x%lx\\n", #name, #field, \\\n'
            "+\t\t\t      (unsigned long)offsetof(struct name, field))\n",
        ),
        "breaks", "vmcore-dmesg",
    ),
    "an #ifdef around it": (
        diff(CORE, INIT + "+#ifdef CONFIG_FOO\n \tVMCOREINFO_OFFSET(page, flags);\n+#endif\n"),
        "breaks", "mips64, sparc64 if !CONFIG_FOO: fatal",
    ),
    "an #ifdef of which the end is not shown": (
        diff(CORE, INIT + "+#ifdef CONFIG_FOO\n \tVMCOREINFO_CONFIG(ARM_LPAE);\n"),
        "not-judged", "the patch does not show what else it encloses",
    ),
    "a file of sh that goes": (
        gone("arch/sh/kernel/vmcore_info.c", f"{ARCH}{{\n\tVMCOREINFO_SYMBOL(node_data);\n}}\n"),
        "nothing", "- SYMBOL(node_data)  (sh)",
    ),
    "a file with another name": (
        gone("arch/x86/kernel/crash_core_64.c", BODY) + new(X86, BODY),
        "nothing", "Entries move, but are printed as before.",
    ),
    "a decimal that becomes hexadecimal": (
        diff(ARM64, ARCH + "-\tVMCOREINFO_NUMBER(VA_BITS);\n"
             '+\tvmcoreinfo_append_str("NUMBER(VA_BITS)=0x%x\\n", VA_BITS);\n'),
        "breaks", "crash",
    ),
    "hexadecimal that becomes a decimal": (
        diff(ARM64, ARCH + '-\tvmcoreinfo_append_str("NUMBER(MODULES_VADDR)=0x%lx\\n", MODULES_VADDR);\n'
             '+\tvmcoreinfo_append_str("NUMBER(MODULES_VADDR)=%lu\\n", MODULES_VADDR);\n'),
        "breaks", "crash",
    ),
    "58 entries": (
        diff(CORE, INIT + "".join(f"+\tVMCOREINFO_NUMBER(PG_new_page_flag_{n});\n" for n in range(58))),
        "breaks", "VMCOREINFO no longer fits its 4096 bytes on every architecture but",
    ),
    "a larger buffer": (
        diff("include/linux/vmcore_info.h",
             "\n-#define VMCOREINFO_BYTES\t   PAGE_SIZE\n+#define VMCOREINFO_BYTES\t   (2 * PAGE_SIZE)\n"),
        "breaks", "makedumpfile 1.3.0..1.6.9: parse the note",
    ),
    "types that change places": (
        diff("include/linux/page-flags.h", "enum pagetype {\n-\tPGTY_buddy = 0xf0,\n-\tPGTY_offline = 0xf1,\n"
             "+\tPGTY_offline = 0xf0,\n+\tPGTY_buddy = 0xf1,\n"),
        "not-judged", "touches PGTY_buddy, behind NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)",
    ),
    "a member with another name": (
        diff("include/linux/mm_types.h", "struct page {\n-\t\t\tunsigned long private;\n"
             "+\t\t\tunsigned long _private;\n"),
        "not-judged", "touches page.private, behind OFFSET(page.private)",
    ),
    "flags in section_mem_map": (
        diff("include/linux/mmzone.h", "enum {\n \tSECTION_IS_EARLY_BIT,\n+\tSECTION_IS_NEW_BIT,\n"
             " \tSECTION_MAP_LAST_BIT,\n"),
        "breaks", "makedumpfile",
    ),
    "an array that becomes a pointer": (
        diff("mm/sparse.c", "\n-struct mem_section *mem_section[NR_SECTION_ROOTS];\n"
             "+struct mem_section **mem_section;\n"),
        "breaks", "* mem_section changes, behind SYMBOL(mem_section)",
    ),
    "an architecture that is new": (
        new("arch/kvx/kernel/vmcore_info.c", f"{ARCH}{{\n\tVMCOREINFO_NUMBER(VA_BITS);\n}}\n"),
        "nothing", "+ NUMBER(VA_BITS)  (kvx)",
    ),
    "unrelated": (
        diff("drivers/net/tun.c", "static int tun_open(void)\n-\treturn 0;\n+\treturn 1;\n"),
        "unrelated", "The change touches neither an export nor any name known to be behind one.",
    ),
    "lines that cancel": (
        diff(CORE, INIT + "-\tVMCOREINFO_SYMBOL(prb);\n+\tVMCOREINFO_SYMBOL(prb);\n"),
        "nothing", "All entries are printed as before.",
    ),
    "a macro of arrays for a variable": (
        diff(CORE, INIT + "-\tVMCOREINFO_SYMBOL_ARRAY(mem_section);\n+\tVMCOREINFO_SYMBOL(mem_section);\n"),
        "breaks", "~ SYMBOL(mem_section): mem_section becomes &mem_section",
    ),
    "a line in front of all others": (
        diff(CORE, INIT + "+\tVMCOREINFO_SYMBOL(first);\n"
             " \tVMCOREINFO_OSRELEASE(init_uts_ns.name.release);\n \tVMCOREINFO_BUILD_ID();\n"),
        "nothing", "+ SYMBOL(first)",
    ),
    "what is there already": (
        diff(X86, ARCH + "+\tVMCOREINFO_SYMBOL(_stext);\n"),
        "nothing", "+ SYMBOL(_stext)  (x86_64)  already exported on x86_64",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PATCHES)
def test_each_kind_of_change(run: Run, tmp_path: Path, name: str) -> None:
    text, outcome, told = PATCHES[name]
    path = tmp_path / "patch"
    path.write_text(text)
    ran = run("impact", "--patch", str(path), "--format", "json")
    assert (ran.json("impact")["outcome"], ran.code) == (outcome, CODES[outcome])
    ran = run("impact", "--patch", str(path), "--format", "mail")
    assert ran.code == CODES[outcome]
    assert " ".join(told.split()) in " ".join(ran.out.split()), ran.out
    assert all(len(line) <= 72 for line in ran.out.splitlines()), ran.out


@pytest.mark.parametrize(
    "name", ["58 entries", "the format of a macro", "types that change places"]
)
def test_a_table_has_as_much(run: Run, tmp_path: Path, name: str) -> None:
    text, outcome, told = PATCHES[name]
    path = tmp_path / "patch"
    path.write_text(text)
    ran = run("impact", "--patch", str(path))
    assert ran.code == CODES[outcome]
    assert " ".join(told.split()) in " ".join(ran.out.split()), ran.out
    assert all(len(line) <= 96 for line in ran.out.splitlines()), ran.out


def test_a_series_is_judged_patch_by_patch_and_as_a_whole(run: Run, tmp_path: Path) -> None:
    """The first takes out what the second puts back; by itself it breaks."""
    line = "\tVMCOREINFO_OFFSET(page, flags);\n"
    parts = [
        f"From {n * 40} Mon Sep 17 00:00:00 2001\nSubject: [PATCH {n}/2] part {n}\n\n---\n{text}\n-- \n2\n\n"
        for n, text in (("1", diff(CORE, f"{INIT}-{line}")), ("2", diff(CORE, f"{INIT}+{line}")))
    ]
    path = tmp_path / "series.mbox"
    path.write_text("".join(parts))
    found = run("impact", "--patch", str(path), "--format", "json").json("impact")
    assert [part["outcome"] for part in found["patches"]] == ["breaks", "nothing"]
    # Where is not shown.
    assert (found["outcome"], found["breaks"]) == ("not-judged", [])
    text = run("impact", "--patch", str(path)).out
    assert "breaks a tool       [PATCH 1/2] part 1" in text
    both = [str(tmp_path / name) for name in ("1", "2")]
    for name, part in zip(both, parts, strict=True):
        Path(name).write_text(part)
    cover = tmp_path / "0"
    cover.write_text("From 0 Mon Sep 17 00:00:00 2001\nSubject: [PATCH 0/2] both\n\n- one\n- two\n")
    words = [word for name in (str(cover), *both) for word in ("--patch", name)]
    again = run("impact", *words, "--format", "json")
    assert again.json("impact") == found
    assert f"warning: --patch {cover}: no unified diff found" in again.err


def test_what_stands_in_front_of_osrelease_is_told(run: Run, tmp_path: Path) -> None:
    """volatility3 takes for a note what begins with it."""
    path = tmp_path / "patch"
    path.write_text(PATCHES["a line in front of all others"][0])
    found = run("impact", "--patch", str(path), "--format", "json").json("impact")
    told = [
        (one["consumer"], one["purpose"], one["verdict"], one["because"]) for one in found["breaks"]
    ]
    assert told == [("volatility3", "parse the note", "fallback", ["SYMBOL(first)"])]


def test_the_release_that_gets_it_counts(run: Run, tmp_path: Path) -> None:
    """drgn finds slab pages by PG_slab in debug information up to 6.9; the page types are of 6.10."""
    path = tmp_path / "patch"
    path.write_text(
        diff("include/linux/page-flags.h", "enum pageflags {\n \tPG_workingset,\n-\tPG_slab,\n \tPG_error,\n",
             "enum pagetype {\n \tPG_hugetlb = 0x00000800,\n+\tPG_slab = 0x00001000,\n")
        + diff(CORE, INIT + "-\tVMCOREINFO_NUMBER(PG_slab);\n+\tVMCOREINFO_NUMBER(PAGE_SLAB_MAPCOUNT_VALUE);\n")
    )  # fmt: skip
    found = run("impact", "--patch", str(path), "--to", "6.10", "--format", "json").json("impact")
    drgn = [one for one in found["breaks"] if one["consumer"] == "drgn"]
    assert [(one["purpose"], one["fixed_in"]) for one in drgn] == [
        ("recognise slab pages", "0.0.27")
    ]
