# SPDX-License-Identifier: MIT
"""Widths in bits, and the memory model, at the releases in which they changed."""

from __future__ import annotations

from tests.emit.cases.case import NO_RECIPE, Case, Outcome


def arm64_va(release: str, bits: str, expected: Outcome, name: str) -> Case:
    return Case(name, "va_bits", f"OSRELEASE={release} {bits}", expected, "arm64")


PAGE_SHIFT = [
    Case("4_kib", "page_shift", "PAGESIZE=4096", (12, "page_size")),
    Case("8_kib", "page_shift", "PAGESIZE=8192", (13, "page_size"), "alpha"),
    Case("16_kib", "page_shift", "PAGESIZE=16384", (14, "page_size"), "loongarch64"),
    Case("64_kib", "page_shift", "PAGESIZE=65536", (16, "page_size"), "ppc64"),
    Case("one_byte", "page_shift", "PAGESIZE=1", (0, "page_size")),
    Case("no_power_of_two", "page_shift", "PAGESIZE=4095", NO_RECIPE),
    Case("zero", "page_shift", "PAGESIZE=0", NO_RECIPE),
    Case("negative", "page_shift", "PAGESIZE=-4096", NO_RECIPE),
    Case("absent", "page_shift", "OSRELEASE=6.9.0", NO_RECIPE),
]

VA_BITS = [
    arm64_va("5.5.0", "NUMBER(VA_BITS)=52", NO_RECIPE, "arm64_52_configured_alone"),
    # Bit 51 of an address of the linear map: set in the one of 48 bits, clear in that of 52.
    arm64_va(
        "5.8.9",
        "NUMBER(VA_BITS)=52 SYMBOL(mem_section)=ffff6ce5dfede140",
        (48, "mem_section"),
        "arm64_52_configured_but_48_before_5_9",
    ),
    arm64_va(
        "5.8.9",
        "NUMBER(VA_BITS)=52 SYMBOL(mem_section)=fff06ce5dfede140",
        (52, "mem_section"),
        "arm64_52_in_use_before_5_9",
    ),
    arm64_va(
        "5.8.9",
        "NUMBER(VA_BITS)=64 SYMBOL(mem_section)=fff06ce5dfede140",
        NO_RECIPE,
        "arm64_64_is_no_width_whatever_mem_section",
    ),
    arm64_va("5.5.0", "NUMBER(VA_BITS)=48", (48, "va_bits_not_52"), "arm64_48"),
    arm64_va("4.19.0", "NUMBER(VA_BITS)=39", (39, "va_bits_not_52"), "arm64_39"),
    arm64_va("4.19.0", "NUMBER(VA_BITS)=42", (42, "va_bits_not_52"), "arm64_42"),
    arm64_va("5.5.0", "NUMBER(VA_BITS)=64", NO_RECIPE, "arm64_64_is_no_width"),
    # On x86 and arm64 a shift by 112 that is not caught is a shift by 48.
    arm64_va("5.5.0", "NUMBER(VA_BITS)=112", NO_RECIPE, "arm64_112_is_no_width"),
    arm64_va("5.5.0", "NUMBER(VA_BITS)=-1", NO_RECIPE, "arm64_minus_1_is_no_width"),
    # 64 - 16 and 64 - 12; the register has priority over the configured width.
    arm64_va(
        "6.12.0",
        "NUMBER(VA_BITS)=52 NUMBER(TCR_EL1_T1SZ)=0x10",
        (48, "tcr_el1_t1sz"),
        "arm64_52_configured_but_48",
    ),
    arm64_va(
        "6.12.0",
        "NUMBER(VA_BITS)=52 NUMBER(TCR_EL1_T1SZ)=0xc",
        (52, "tcr_el1_t1sz"),
        "arm64_52_in_use",
    ),
    arm64_va("5.10.0", "NUMBER(TCR_EL1_T1SZ)=0x19", (39, "tcr_el1_t1sz"), "arm64_39_by_register"),
    Case("arm64_without_architecture", "va_bits", "NUMBER(VA_BITS)=48", NO_RECIPE),
    Case("riscv64_sv39", "va_bits", "NUMBER(VA_BITS)=39", (39, "va_bits"), "riscv64"),
    Case("riscv64_sv57", "va_bits", "NUMBER(VA_BITS)=57", (57, "va_bits"), "riscv64"),
    Case("riscv32", "va_bits", "NUMBER(VA_BITS)=32", (32, "va_bits"), "riscv32"),
    Case(
        "x86_64_five_levels",
        "va_bits",
        "OSRELEASE=6.1.0 NUMBER(pgtable_l5_enabled)=1",
        (57, "pgtable_l5_enabled"),
        "x86_64",
    ),
    Case(
        "x86_64_four_levels",
        "va_bits",
        "OSRELEASE=6.1.0 NUMBER(pgtable_l5_enabled)=0",
        (48, "pgtable_l5_enabled"),
        "x86_64",
    ),
    Case("x86_64_4_13", "va_bits", "OSRELEASE=4.13.16", (48, "four_levels"), "x86_64"),
    Case("x86_64_4_16", "va_bits", "OSRELEASE=4.16.18", NO_RECIPE, "x86_64"),
    Case(
        "x86_64_4_16_with_46_bits_of_physical_addresses",
        "va_bits",
        "OSRELEASE=4.16.18 LENGTH(mem_section)=4096",
        (48, "section_roots"),
        "x86_64",
    ),
    Case(
        "x86_64_4_14_with_52_bits_of_physical_addresses",
        "va_bits",
        "OSRELEASE=4.14.0 LENGTH(mem_section)=131072",
        (57, "section_roots"),
        "x86_64",
    ),
    Case("x86_64_4_17", "va_bits", "OSRELEASE=4.17.0", NO_RECIPE, "x86_64"),
    Case("i386", "va_bits", "OSRELEASE=4.16.18", NO_RECIPE, "i386"),
]


PAE = "CONFIG_X86_PAE=y"

# Architecture, release, more lines, value, recipe.
SECTION_SIZES: list[tuple[str, str, str, int | None, str]] = [
    ("x86_64", "2.6.24", "", 27, "constant"),
    ("x86_64", "7.3", "", 27, "constant"),
    ("x86_64", "5.16", "NUMBER(SECTION_SIZE_BITS)=28", 28, "exported"),
    ("i386", "2.6.25", PAE, 30, "constant_pae"),
    ("i386", "2.6.25.20", PAE, 30, "constant_pae"),
    ("i386", "2.6.26", PAE, 29, "constant_pae"),
    ("i386", "6.1", PAE, 29, "constant_pae"),
    ("i386", "2.6.25", "", 26, "constant"),
    ("i386", "2.6.26", "", 26, "constant"),
    ("arm64", "5.11", "PAGESIZE=4096", 30, "constant"),
    ("arm64", "5.11.22", "PAGESIZE=65536", 30, "constant"),
    ("arm64", "5.12", "PAGESIZE=4096", 27, "constant"),
    ("arm64", "5.12", "PAGESIZE=16384", 27, "constant"),
    ("arm64", "5.12", "PAGESIZE=65536", 29, "constant"),
    ("arm64", "5.12", "", None, NO_RECIPE),
    ("arm", "4.5", "", None, NO_RECIPE),
    ("arm", "4.6", "", None, NO_RECIPE),
    # 2^(36 - 28), 2^(32 - 27), 2^(29 - 26) sections, and one root of all.
    ("arm", "5.12", "LENGTH(mem_section)=256", 28, "section_count"),
    ("arm", "5.12", "LENGTH(mem_section)=32", 27, "section_count"),
    ("arm", "5.12", "LENGTH(mem_section)=8", 26, "section_count"),
    ("arm", "4.13", "LENGTH(mem_section)=1", 28, "section_count"),
    ("ppc64", "2.6.24", "", 24, "constant"),
    ("ppc", "6.1", "", None, NO_RECIPE),
    ("s390x", "2.6.26", "", 25, "constant"),
    ("s390x", "2.6.27", "", 28, "constant"),
    ("s390x", "6.12.95", "", 28, "constant"),
    ("s390x", "6.13", "", None, NO_RECIPE),
    ("s390x", "7.2.13", "NUMBER(SECTION_SIZE_BITS)=27", 27, "exported"),
    ("riscv64", "5.3", "", None, NO_RECIPE),
    ("riscv64", "5.4", "", 27, "constant"),
    ("riscv32", "5.4", "", 27, "constant"),
    ("loongarch64", "5.19", "", 29, "constant"),
    ("mips", "3.5", "PAGESIZE=65536", 28, "constant"),
    ("mips64", "3.5", "PAGESIZE=65536", 28, "constant"),
    ("mips64", "3.6", "PAGESIZE=65536", None, NO_RECIPE),
    # 2^(35 - 29), 2^(35 - 28), 2^(48 - 29), 2^(48 - 28) sections.
    ("mips64", "3.6", "PAGESIZE=65536 LENGTH(mem_section)=64", 29, "section_count"),
    ("mips64", "3.6", "PAGESIZE=65536 LENGTH(mem_section)=128", 28, "section_count"),
    ("mips64", "4.13", "PAGESIZE=65536 LENGTH(mem_section)=524288", 29, "section_count"),
    ("mips64", "4.13", "PAGESIZE=65536 LENGTH(mem_section)=1048576", 28, "section_count"),
    ("mips64", "4.13", "PAGESIZE=16384 LENGTH(mem_section)=524288", 28, "section_count"),
    ("mips64", "3.6", "PAGESIZE=16384", None, NO_RECIPE),
    ("mips64el", "6.1", "PAGESIZE=4096 LENGTH(mem_section)=1048576", 28, "section_count"),
    ("mips", "3.6", "", 28, "constant"),
    ("ia64", "2.6.24", "", None, NO_RECIPE),
    # A block of 2^(orders - 1) pages, if that is more than 2^30 bytes.
    ("ia64", "2.6.24", "PAGESIZE=16384 LENGTH(zone.free_area)=17", 30, "largest_block"),
    ("ia64", "5.18", "PAGESIZE=65536 LENGTH(zone.free_area)=17", 32, "largest_block"),
    ("ia64", "5.18", "PAGESIZE=65536 LENGTH(zone.free_area)=16", 31, "largest_block"),
    ("ia64", "5.18", "PAGESIZE=65536 LENGTH(zone.free_area)=11", 30, "largest_block"),
    ("sh", "2.6.24", "", 26, "constant"),
    ("sparc64", "6.1", "", None, NO_RECIPE),
]

L5 = "NUMBER(pgtable_l5_enabled)=1"
L4 = "NUMBER(pgtable_l5_enabled)=0"
# 2048 roots of 4096 / 16 = 256 sections of 2^27 bytes: 11 + 8 + 27 = 46.
ROOTS = "LENGTH(mem_section)=2048 SIZE(mem_section)=16 PAGESIZE=4096"
# 65536 roots of 16384 / 32 = 512 sections: 16 + 9 = 25, and the section's bits.
ROOTS_16K = "LENGTH(mem_section)=65536 SIZE(mem_section)=32 PAGESIZE=16384"

PHYSMEM: list[tuple[str, str, str, int | None, str]] = [
    ("x86_64", "2.6.25", "", 40, "constant"),
    ("x86_64", "2.6.26", "", 44, "constant"),
    ("x86_64", "2.6.30", "", 44, "constant"),
    ("x86_64", "2.6.31", "", 46, "constant"),
    ("x86_64", "4.13", "", 46, "constant"),
    ("x86_64", "4.14", "", None, NO_RECIPE),
    ("x86_64", "4.17", "", None, NO_RECIPE),
    ("x86_64", "4.17", L4, 46, "pgtable_l5_enabled"),
    ("x86_64", "4.17", L5, 52, "pgtable_l5_enabled"),
    ("x86_64", "6.1", f"NUMBER(MAX_PHYSMEM_BITS)=52 {L4}", 52, "exported"),
    ("x86_64", "4.18", f"{ROOTS} {L5}", 46, "section_roots"),
    ("x86_64", "2.6.24", ROOTS, 46, "section_roots"),
    # 16 roots more than a power of two: the length does not tell.
    ("x86_64", "4.18", f"{ROOTS.replace('2048', '2064')} {L5}", 52, "pgtable_l5_enabled"),
    ("x86_64", "4.18", f"{ROOTS.replace('=16', '=24')} {L4}", 46, "pgtable_l5_enabled"),
    ("x86_64", "4.18", f"{ROOTS.replace('=16', '=0')} {L4}", 46, "pgtable_l5_enabled"),
    ("x86_64", "4.18", f"{ROOTS} NUMBER(SECTION_SIZE_BITS)=28", 47, "section_roots"),
    ("i386", "2.6.24", PAE, 36, "constant_pae"),
    ("i386", "6.1", PAE, 36, "constant_pae"),
    ("i386", "6.1", "", 32, "constant"),
    ("i386", "6.1", ROOTS, 32, "constant"),
    ("arm64", "3.16", "", 40, "constant"),
    # One root of 65536 / 16 = 4096 sections of 2^30 bytes, of which 2^40 / 2^30 = 1024 count.
    (
        "arm64",
        "3.16",
        "LENGTH(mem_section)=1 SIZE(mem_section)=16 PAGESIZE=65536",
        40,
        "constant",
    ),
    ("arm64", "3.17", "", 48, "constant"),
    ("arm64", "4.15", "", 48, "constant"),
    ("arm64", "4.16", "", None, NO_RECIPE),
    ("arm64", "4.16", f"{ROOTS_16K} NUMBER(SECTION_SIZE_BITS)=27", 52, "section_roots"),
    ("arm64", "5.11", ROOTS_16K, 55, "section_roots"),
    ("arm64", "5.12", ROOTS_16K, 52, "section_roots"),
    ("arm", "4.5", "", None, NO_RECIPE),
    ("arm", "4.6", "", None, NO_RECIPE),
    ("arm", "5.8", "LENGTH(mem_section)=256", 36, "section_count"),
    ("arm", "5.8", "LENGTH(mem_section)=32", 32, "section_count"),
    ("arm", "5.8", "LENGTH(mem_section)=8", 29, "section_count"),
    ("ppc64", "3.6", "", 44, "constant"),
    ("ppc64", "3.7", "", 46, "constant"),
    ("ppc64", "4.18", "", 46, "constant"),
    ("ppc64", "4.19", "", None, NO_RECIPE),
    # 2^20 roots of 4096 / 32 = 128 sections of 2^24: 20 + 7 + 24.
    (
        "ppc64el",
        "4.19",
        "LENGTH(mem_section)=1048576 SIZE(mem_section)=32 PAGESIZE=4096",
        51,
        "section_roots",
    ),
    ("s390x", "3.2", "", 42, "constant"),
    ("s390x", "3.3", "", 46, "constant"),
    ("s390x", "4.11", "", 46, "constant"),
    ("s390x", "4.12", "", None, NO_RECIPE),
    # 2^11 roots of 4096 / 32 = 128 sections of 2^28: 11 + 7 + 28.
    (
        "s390x",
        "4.12",
        "LENGTH(mem_section)=2048 SIZE(mem_section)=32 PAGESIZE=4096",
        46,
        "section_roots",
    ),
    # Since 6.13 the size of a section, and so the roots, are known only if it is exported.
    ("s390x", "6.13", ROOTS, None, NO_RECIPE),
    ("riscv64", "5.3", "", None, NO_RECIPE),
    ("riscv64", "5.4", "", 56, "constant"),
    # 2^22 roots of 128 sections of 2^27.
    (
        "riscv64",
        "6.1",
        "LENGTH(mem_section)=4194304 SIZE(mem_section)=32 PAGESIZE=4096",
        56,
        "section_roots",
    ),
    ("riscv32", "5.8", "", 34, "constant"),
    ("riscv32", "5.9", "", None, NO_RECIPE),
    ("loongarch64", "5.19", "", 48, "constant"),
    ("mips", "3.16", "", 35, "constant"),
    ("mips64", "3.16", "", 35, "constant"),
    ("mips", "3.17", "", 48, "constant"),
    ("mips64", "3.17", "", 48, "constant"),
    ("ia64", "2.6.24", "", 50, "constant"),
    ("sh", "2.6.24", "", 32, "constant"),
    ("xtensa", "6.1", "", None, NO_RECIPE),
]


# Masks as unsigned words of 64 bits.
SIX_BITS = 0xFFFFFFFFFFFFFFC0
MAPS = "OFFSET(mem_section.section_mem_map)=0"
SECTION_MAPS: list[tuple[str, str, str, int | None, str]] = [
    *(
        (arch, "3.10.0-1160.el7", MAPS, SIX_BITS, "free_bits")
        for arch in ("x86_64", "arm64", "ppc64", "s390x", "riscv64", "loongarch64", "ia64")
    ),
    ("i386", "2.6.24", MAPS, 0xFFFFFFFFFFFFFFFC, "flags"),
    ("i386", "4.12.14", MAPS, 0xFFFFFFFFFFFFFFFC, "flags"),
    ("i386", "4.13", MAPS, 0xFFFFFFFFFFFFFFF8, "flags"),
    ("i386", "5.2.21", MAPS, 0xFFFFFFFFFFFFFFF8, "flags"),
    ("arm", "5.3", MAPS, SIX_BITS, "free_bits"),
    ("riscv32", "7.3.4", MAPS, SIX_BITS, "free_bits"),
    ("x86_64", "6.1", "", None, NO_RECIPE),
    ("sh", "init_uts_ns.name.release", MAPS, None, NO_RECIPE),
]


def constants(derivation: str, rows: list[tuple[str, str, str, int | None, str]]) -> list[Case]:
    return [
        Case(
            f"{arch}_{release}_{number}",
            derivation,
            f"OSRELEASE={release} {lines}",
            recipe if value is None else (value, recipe),
            arch,
        )
        for number, (arch, release, lines, value, recipe) in enumerate(rows)
    ]
