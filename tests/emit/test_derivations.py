# SPDX-License-Identifier: MIT
"""Proves that both products derive what a person works out by hand.

Each case is a note of a few lines, what is in memory, and the value with the recipe that
gives it. The corpus adds real notes: their own exports are the expected values of the
recipes that do without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import vmcoreinfo
from tests.emit import notes
from tests.emit.driver import MASK, Driver, memory, parsing, target
from vmcoreinfo import derive

NO_RECIPE = "no_recipe"
READ_FAILED = "read_failed"

Outcome = tuple[int, str] | str


@dataclass(frozen=True)
class Case:
    name: str
    derivation: str
    text: str
    """Lines, a space between one and the next."""
    expected: Outcome
    """Value and recipe, or how it fails."""
    arch: str | None = None
    memory: Mapping[int, bytes] | None = field(default=None, hash=False)
    big_endian: bool = False

    @property
    def note(self) -> bytes:
        return "".join(f"{line}\n" for line in self.text.split()).encode()


def derived_by_python(
    name: str,
    note: bytes,
    arch: str | None,
    chunks: Mapping[int, bytes] | None = None,
    big_endian: bool = False,
) -> Outcome:
    def read(address: int, size: int) -> bytes:
        assert chunks is not None
        return chunks[address][:size]

    given = derive.Target(arch, None if chunks is None else read, big_endian)
    try:
        derived = derive.DERIVATIONS[name](vmcoreinfo.parse(note), given)
    except derive.ReadError:
        return READ_FAILED
    return NO_RECIPE if derived is None else (derived.value, derived.recipe)


def derived_by_c(
    driver: Driver,
    name: str,
    note: bytes,
    arch: str | None,
    chunks: Mapping[int, bytes] | None = None,
    big_endian: bool = False,
) -> Outcome:
    """As Python, but that the value is always unsigned."""
    kind = "none" if chunks is None else "map"
    said = driver.ask(
        [
            parsing(note),
            *memory(chunks or {}),
            target(arch, big_endian=big_endian, memory=kind),
        ]
    )
    (line,) = (line for line in said if line.startswith(f"derive {name} "))
    status, *rest = line.split()[2:]
    return (int(rest[0]), rest[1]) if status == "ok" else status


def unsigned(outcome: Outcome) -> Outcome:
    return outcome if isinstance(outcome, str) else (outcome[0] & MASK, outcome[1])


def case_id(case: Case) -> str:
    return f"{case.derivation}-{case.name}"


def little(value: int, size: int = 8) -> bytes:
    return value.to_bytes(size, "little")


def big(value: int, size: int = 8) -> bytes:
    return value.to_bytes(size, "big")


# ---- vmalloc_start ------------------------------------------------------------------

# x86_64, 3.10: a list_head at the symbol points into the first vmap_area, at its `list`.
WALK_3_10 = (
    "SIZE(list_head)=16 SYMBOL(vmap_area_list)=ffffffff81c4f0e0 OFFSET(list_head.next)=0 "
    "OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=48"
)
MEMORY_3_10 = {
    0xFFFFFFFF81C4F0E0: little(0xFFFF88003E001230),  # list of the area at ...1200
    0xFFFF88003E001200: little(0xFFFFC90000000000),  # its va_start
}
# No offset is zero, so each counts: next at +8, va_start at +16, list at +40.
WALK_OFFSETS = (
    "SIZE(list_head)=16 SYMBOL(vmap_area_list)=ffffffff81c4f0e0 OFFSET(list_head.next)=8 "
    "OFFSET(vmap_area.va_start)=16 OFFSET(vmap_area.list)=40"
)
MEMORY_OFFSETS = {
    0xFFFFFFFF81C4F0E8: little(0xFFFF88003E001028),  # list of the area at ...1000
    0xFFFF88003E001010: little(0xFFFFC90000001000),
}
WALK_32 = (
    "SIZE(list_head)=8 SYMBOL(vmap_area_list)=c1a2b3c0 OFFSET(list_head.next)=0 "
    "OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=24"
)
VMLIST = "SYMBOL(vmlist)=ffffffff81a2c518 OFFSET(vm_struct.addr)=8"
MEMORY_VMLIST = {
    0xFFFFFFFF81A2C518: little(0xFFFF88007C01A040),
    0xFFFF88007C01A048: little(0xFFFFC90000000000),
}

VMALLOC_START = [
    Case(
        "number_since_6_9",
        "vmalloc_start",
        "OSRELEASE=6.9.0 NUMBER(VMALLOC_START)=0xffffb28700000000",
        (0xFFFFB28700000000, "number"),
    ),
    Case(
        "number_goes_before_the_walk",
        "vmalloc_start",
        f"OSRELEASE=6.1.0 NUMBER(VMALLOC_START)=0xffff800008000000 {WALK_3_10}",
        (0xFFFF800008000000, "number"),
        "arm64",
        MEMORY_3_10,
    ),
    Case(
        "bare_number_of_4_9",
        "vmalloc_start",
        f"OSRELEASE=4.9.0 PAGE_OFFSET=ffff9a1000000000 VMALLOC_START=ffffb09c00000000 {WALK_3_10}",
        (0xFFFFB09C00000000, "bare_number"),
        "x86_64",
        MEMORY_3_10,
    ),
    Case(
        "walk_of_3_10",
        "vmalloc_start",
        f"OSRELEASE=3.10.0 {WALK_3_10}",
        (0xFFFFC90000000000, "vmap_area_list"),
        "x86_64",
        MEMORY_3_10,
    ),
    Case(
        "walk_of_6_8_without_architecture",
        "vmalloc_start",
        f"OSRELEASE=6.8.12 {WALK_3_10}",
        (0xFFFFC90000000000, "vmap_area_list"),
        None,
        MEMORY_3_10,
    ),
    Case(
        "walk_adds_each_offset",
        "vmalloc_start",
        f"OSRELEASE=4.4.0 {WALK_OFFSETS}",
        (0xFFFFC90000001000, "vmap_area_list"),
        "x86_64",
        MEMORY_OFFSETS,
    ),
    Case(
        "walk_with_pointers_of_4_bytes",
        "vmalloc_start",
        f"OSRELEASE=5.10.0-30-686 {WALK_32}",
        (0xF7C00000, "vmap_area_list"),
        "i386",
        {
            0xC1A2B3C0: little(0xC5001018, 4),  # list of the area at c5001000
            0xC5001000: little(0xF7C00000, 4),
        },
    ),
    Case(
        "four_bytes_are_not_enough_for_8",
        "vmalloc_start",
        f"OSRELEASE=5.10.0-30-686 {WALK_32.replace('head)=8', 'head)=16')}",
        READ_FAILED,
        "i386",
        {
            0xC1A2B3C0: little(0xC5001018, 4),
            0xC5001000: little(0xF7C00000, 4),
        },
    ),
    Case(
        "walk_big_endian_s390x",
        "vmalloc_start",
        "OSRELEASE=6.1.0 SIZE(list_head)=16 SYMBOL(vmap_area_list)=1b2c3d8 "
        "OFFSET(list_head.next)=0 OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=40",
        (0x37FFE700000, "vmap_area_list"),
        "s390x",
        {
            0x1B2C3D8: big(0x80012028),
            0x80012000: big(0x37FFE700000),
        },
        big_endian=True,
    ),
    Case(
        "walk_big_endian_ppc64",
        "vmalloc_start",
        "OSRELEASE=4.12.0 SIZE(list_head)=16 SYMBOL(vmap_area_list)=c000000001234560 "
        "OFFSET(list_head.next)=0 OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=48",
        (0xD000000000000000, "vmap_area_list"),
        "ppc64",
        {
            0xC000000001234560: big(0xC0000000FE00A030),
            0xC0000000FE00A000: big(0xD000000000000000),
        },
        big_endian=True,
    ),
    Case(
        "walk_big_endian_with_pointers_of_4_bytes",
        "vmalloc_start",
        "OSRELEASE=4.1.0 SIZE(list_head)=8 SYMBOL(vmap_area_list)=c0654320 "
        "OFFSET(list_head.next)=0 OFFSET(vmap_area.va_start)=0 OFFSET(vmap_area.list)=24",
        (0xD1000000, "vmap_area_list"),
        "ppc",
        {0xC0654320: big(0xCF80A018, 4), 0xCF80A000: big(0xD1000000, 4)},
        big_endian=True,
    ),
    Case(
        "walk_without_a_size_of_list_head_takes_8_bytes",
        "vmalloc_start",
        WALK_3_10.replace("SIZE(list_head)=16 ", ""),
        (0xFFFFC90000000000, "vmap_area_list"),
        "x86_64",
        MEMORY_3_10,
    ),
    Case(
        "vmlist_of_3_9",
        "vmalloc_start",
        f"OSRELEASE=3.9.0 SIZE(list_head)=16 {VMLIST}",
        (0xFFFFC90000000000, "vmlist"),
        "x86_64",
        MEMORY_VMLIST,
    ),
    Case(
        "vmlist_with_pointers_of_4_bytes",
        "vmalloc_start",
        "OSRELEASE=2.6.32 SIZE(list_head)=8 SYMBOL(vmlist)=c08d3a40 OFFSET(vm_struct.addr)=4",
        (0xF7FFE000, "vmlist"),
        "i386",
        {0xC08D3A40: little(0xF6405DE0, 4), 0xF6405DE4: little(0xF7FFE000, 4)},
    ),
    Case(
        "walk_goes_before_vmlist",
        "vmalloc_start",
        f"{VMLIST} {WALK_OFFSETS}",
        (0xFFFFC90000001000, "vmap_area_list"),
        "x86_64",
        {**MEMORY_VMLIST, **MEMORY_OFFSETS},
    ),
    Case(
        "walk_that_lacks_a_key_leaves_it_to_vmlist",
        "vmalloc_start",
        f"{WALK_3_10.replace('OFFSET(vmap_area.list)=48', '')} {VMLIST}",
        (0xFFFFC90000000000, "vmlist"),
        "x86_64",
        MEMORY_VMLIST,
    ),
    Case(
        "walk_that_lacks_a_key",
        "vmalloc_start",
        WALK_3_10.replace("OFFSET(list_head.next)=0", ""),
        NO_RECIPE,
        "x86_64",
        MEMORY_3_10,
    ),
    Case("no_reader", "vmalloc_start", WALK_3_10, READ_FAILED, "x86_64"),
    Case("no_memory", "vmalloc_start", WALK_3_10, READ_FAILED, "x86_64", {}),
    Case(
        "second_read_fails",
        "vmalloc_start",
        WALK_3_10,
        READ_FAILED,
        "x86_64",
        {0xFFFFFFFF81C4F0E0: little(0xFFFF88003E001230)},
    ),
    Case(
        "failed_read_does_not_fall_back_to_a_lesser_recipe",
        "vmalloc_start",
        f"{WALK_3_10} {VMLIST}",
        READ_FAILED,
        "x86_64",
        MEMORY_VMLIST,
    ),
    Case("nothing", "vmalloc_start", "OSRELEASE=3.10.0", NO_RECIPE, "x86_64", {}),
]

# ---- kaslr_offset -------------------------------------------------------------------


def not_movable(arch: str, last: str, first: str) -> list[Case]:
    """Releases before and from the one on in which an architecture can move its image."""
    return [
        Case(
            f"{arch}_{last}",
            "kaslr_offset",
            f"OSRELEASE={last}",
            (0, "not_movable"),
            arch,
        ),
        Case(f"{arch}_{first}", "kaslr_offset", f"OSRELEASE={first}", NO_RECIPE, arch),
    ]


KASLR_OFFSET = [
    Case("exported", "kaslr_offset", "KERNELOFFSET=1bc00000", (0x1BC00000, "exported"), "x86_64"),
    Case("exported_without_architecture", "kaslr_offset", "KERNELOFFSET=0", (0, "exported")),
    Case(
        "exported_goes_before_the_release",
        "kaslr_offset",
        "OSRELEASE=3.10.0-1160.el7.x86_64 KERNELOFFSET=2000000",
        (0x2000000, "exported"),
        "x86_64",
    ),
    *not_movable("x86_64", "3.13.11", "3.14.0"),
    *not_movable("arm64", "4.5.7", "4.6.0"),
    *not_movable("s390x", "5.1.21", "5.2.0"),
    *not_movable("mips", "4.6.7", "4.7.0"),
    *not_movable("mips64", "4.6.7", "4.7.0"),
    *not_movable("loongarch64", "6.2.16", "6.3.0"),
    *not_movable("riscv64", "6.5.13", "6.6.0"),
    Case("arm_any", "kaslr_offset", "OSRELEASE=7.3.4", (0, "not_movable"), "arm"),
    Case("armhf_is_arm", "kaslr_offset", "OSRELEASE=7.3.4", (0, "not_movable"), "armhf"),
    Case("ia64_any", "kaslr_offset", "OSRELEASE=6.6.0", (0, "not_movable"), "ia64"),
    Case("sh_without_release", "kaslr_offset", "PAGESIZE=4096", (0, "not_movable"), "sh"),
    Case("x86_64_without_release", "kaslr_offset", "PAGESIZE=4096", NO_RECIPE, "x86_64"),
    Case(
        "x86_64_whose_release_is_a_literal",
        "kaslr_offset",
        "OSRELEASE=init_uts_ns.name.release",
        NO_RECIPE,
        "x86_64",
    ),
    # A kernel that is not at its link address was possible here before KASLR was.
    Case("i386_3_13", "kaslr_offset", "OSRELEASE=3.13.0", NO_RECIPE, "i386"),
    Case("ppc64_3_13", "kaslr_offset", "OSRELEASE=3.13.0", NO_RECIPE, "ppc64"),
    Case("3_13_without_architecture", "kaslr_offset", "OSRELEASE=3.13.0", NO_RECIPE),
    Case(
        "riscv64_at_its_link_address",
        "kaslr_offset",
        "OSRELEASE=6.12.94 SYMBOL(_stext)=ffffffff80002000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0, "link_address"),
        "riscv64",
    ),
    # 9a802000 - 80000000 = 1a802000; _stext is 2000 into the image, which is dropped.
    Case(
        "riscv64_moved",
        "kaslr_offset",
        "OSRELEASE=6.12.94 SYMBOL(_stext)=ffffffff9a802000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0x1A800000, "link_address"),
        "riscv64",
    ),
    # 3fe00000 is a multiple of 2 MiB, so none of it is dropped.
    Case(
        "riscv64_moved_by_an_odd_number_of_huge_pages",
        "kaslr_offset",
        "SYMBOL(_stext)=ffffffffbfe02000 NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0x3FE00000, "link_address"),
        "riscv64",
    ),
    Case(
        "link_address_is_for_riscv64_alone",
        "kaslr_offset",
        "OSRELEASE=6.12.94 SYMBOL(_stext)=ffffffff9a802000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        NO_RECIPE,
        "riscv32",
    ),
    Case(
        "riscv64_exports_it_since_7_2",
        "kaslr_offset",
        "OSRELEASE=7.2.13 KERNELOFFSET=200000 SYMBOL(_stext)=ffffffff80002000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0x200000, "exported"),
        "riscv64",
    ),
]

# ---- phys_base ----------------------------------------------------------------------

PHYS_BASE = [
    Case("zero", "phys_base", "NUMBER(phys_base)=0", (0, "number"), "x86_64"),
    Case("positive", "phys_base", "NUMBER(phys_base)=18874368", (0x1200000, "number"), "x86_64"),
    Case("negative", "phys_base", "NUMBER(phys_base)=-392167424", (-0x17600000, "number")),
    Case(
        "variable",
        "phys_base",
        "OSRELEASE=4.9.0 SYMBOL(phys_base)=ffffffff81e10010",
        (0x1000000, "variable"),
        "x86_64",
        {0xFFFFFFFF81E10010: little(0x1000000)},
    ),
    Case(
        "variable_negative",
        "phys_base",
        "OSRELEASE=4.9.0 SYMBOL(phys_base)=ffffffff81e10010",
        (-0x17600000, "variable"),
        "x86_64",
        {0xFFFFFFFF81E10010: little(0xFFFFFFFFE8A00000)},
    ),
    Case(
        "variable_has_8_bytes_whatever_a_pointer_has",
        "phys_base",
        "SIZE(list_head)=8 SYMBOL(phys_base)=ffffffff81e10010",
        (0x123456789A, "variable"),
        "x86_64",
        {0xFFFFFFFF81E10010: little(0x123456789A)},
    ),
    Case(
        "variable_of_another_architecture",
        "phys_base",
        "SYMBOL(phys_base)=ffffffff81e10010",
        NO_RECIPE,
        "i386",
        {0xFFFFFFFF81E10010: little(0x1000000)},
    ),
    Case(
        "variable_that_can_not_be_read",
        "phys_base",
        "SYMBOL(phys_base)=ffffffff81e10010",
        READ_FAILED,
        "x86_64",
        {},
    ),
    Case("nothing", "phys_base", "OSRELEASE=6.9.0", NO_RECIPE, "x86_64"),
]

# ---- page_shift, va_bits ------------------------------------------------------------


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
    arm64_va("5.5.0", "NUMBER(VA_BITS)=48", (48, "va_bits_not_52"), "arm64_48"),
    arm64_va("4.19.0", "NUMBER(VA_BITS)=39", (39, "va_bits_not_52"), "arm64_39"),
    arm64_va("4.19.0", "NUMBER(VA_BITS)=42", (42, "va_bits_not_52"), "arm64_42"),
    arm64_va("5.5.0", "NUMBER(VA_BITS)=64", NO_RECIPE, "arm64_64_is_no_width"),
    arm64_va("5.5.0", "NUMBER(VA_BITS)=-1", NO_RECIPE, "arm64_minus_1_is_no_width"),
    # 64 - 16 and 64 - 12; the register goes before what was configured.
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
    Case("x86_64_4_16", "va_bits", "OSRELEASE=4.16.18", (48, "four_levels"), "x86_64"),
    Case("x86_64_4_17", "va_bits", "OSRELEASE=4.17.0", NO_RECIPE, "x86_64"),
    Case("i386", "va_bits", "OSRELEASE=4.16.18", NO_RECIPE, "i386"),
]

# ---- the memory model ---------------------------------------------------------------

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
    ("arm", "4.6", "", 28, "constant"),
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
    ("mips64", "3.6", "PAGESIZE=65536", 29, "constant"),
    ("mips64", "3.6", "PAGESIZE=16384", 28, "constant"),
    ("mips64el", "6.1", "PAGESIZE=4096", 28, "constant"),
    ("mips", "3.6", "", 28, "constant"),
    ("ia64", "2.6.24", "", 30, "constant"),
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
    ("x86_64", "4.16", "", 46, "constant"),
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
    ("arm64", "3.17", "", 48, "constant"),
    ("arm64", "4.15", "", 48, "constant"),
    ("arm64", "4.16", "", None, NO_RECIPE),
    ("arm64", "4.16", f"{ROOTS_16K} NUMBER(SECTION_SIZE_BITS)=27", 52, "section_roots"),
    ("arm64", "5.11", ROOTS_16K, 55, "section_roots"),
    ("arm64", "5.12", ROOTS_16K, 52, "section_roots"),
    ("arm", "4.5", "", None, NO_RECIPE),
    ("arm", "4.6", "", 36, "constant"),
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
    # From 6.13 on the size of a section is exported or not known, and the roots with it.
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
    ("riscv32", "5.4", "", 34, "constant"),
    ("loongarch64", "5.19", "", 48, "constant"),
    ("mips", "3.16", "", 35, "constant"),
    ("mips64", "3.16", "", 35, "constant"),
    ("mips", "3.17", "", 48, "constant"),
    ("mips64", "3.17", "", 48, "constant"),
    ("ia64", "2.6.24", "", 50, "constant"),
    ("sh", "2.6.24", "", 32, "constant"),
    ("xtensa", "6.1", "", None, NO_RECIPE),
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


# ---- page, slab, buddy, page tables -------------------------------------------------


def plain(derivation: str, rows: Mapping[str, tuple[str, Outcome]]) -> list[Case]:
    return [Case(name, derivation, text, expected) for name, (text, expected) in rows.items()]


PAGES = [
    *plain(
        "page_head_offset",
        {
            "7_0": ("OSRELEASE=7.0 OFFSET(page.compound_head)=8", (8, "compound_head")),
            "7_1": ("OSRELEASE=7.1 OFFSET(page.compound_info)=8", (8, "compound_info")),
            "32_bits": ("OFFSET(page.compound_head)=4", (4, "compound_head")),
            "both": (
                "OFFSET(page.compound_head)=8 OFFSET(page.compound_info)=16",
                (16, "compound_info"),
            ),
            "neither": ("OSRELEASE=4.3", NO_RECIPE),
        },
    ),
    *plain(
        "page_refcount_offset",
        {
            "4_5": ("OSRELEASE=4.5 OFFSET(page._count)=28", (28, "count")),
            "4_6": ("OSRELEASE=4.6 OFFSET(page._refcount)=52", (52, "refcount")),
            "both": ("OFFSET(page._count)=28 OFFSET(page._refcount)=52", (52, "refcount")),
            "neither": ("OSRELEASE=4.6", NO_RECIPE),
        },
    ),
    # 0xf5000000 as an int: 4110417920 - 2^32 = -184549376.
    *plain(
        "slab_mapcount",
        {
            "6_12": (
                "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376",
                (-184549376, "page_type"),
            ),
            "6_9": ("OSRELEASE=6.9 NUMBER(PG_slab)=9", NO_RECIPE),
        },
    ),
    *plain(
        "slab_flag",
        {
            "exported": ("OSRELEASE=6.9 NUMBER(PG_slab)=9", (9, "exported")),
            "exported_goes_before_the_release": (
                "OSRELEASE=3.8 NUMBER(PG_slab)=8",
                (8, "exported"),
            ),
            "2_6_24": ("OSRELEASE=2.6.24", (7, "constant")),
            "3_8": ("OSRELEASE=3.8.13", (7, "constant")),
            "3_9": ("OSRELEASE=3.9", NO_RECIPE),
            "6_12_has_page_types": (
                "OSRELEASE=6.12 NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376",
                NO_RECIPE,
            ),
            "no_release": ("PAGESIZE=4096", NO_RECIPE),
        },
    ),
    *plain(
        "buddy_mapcount",
        {
            "2_6_37_has_a_flag": ("OSRELEASE=2.6.37", NO_RECIPE),
            "2_6_38": ("OSRELEASE=2.6.38.8", (-2, "constant")),
            "2_6_39": ("OSRELEASE=2.6.39", (-128, "constant")),
            "3_0": ("OSRELEASE=3.0.101", (-128, "constant")),
            "3_8": ("OSRELEASE=3.8.13", (-128, "constant")),
            "3_9": ("OSRELEASE=3.9", NO_RECIPE),
            "3_9_exports_it": (
                "OSRELEASE=3.9 NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128",
                (-128, "exported"),
            ),
            "4_18": ("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129", (-129, "exported")),
            # 0xf0000000 as an int: 4026531840 - 2^32.
            "6_12": ("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456", (-268435456, "exported")),
            "exported_goes_before_the_release": (
                "OSRELEASE=2.6.38 NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128",
                (-128, "exported"),
            ),
        },
    ),
    *plain(
        "page_table_root",
        {
            "swapper": (
                "SYMBOL(swapper_pg_dir)=ffffffff8200a000 SYMBOL(init_top_pgt)=ffffffff8200b000",
                (0xFFFFFFFF8200A000, "swapper_pg_dir"),
            ),
            "top": (
                "SYMBOL(init_level4_pgt)=ffffffff81c0a000 SYMBOL(init_top_pgt)=ffffffff8200a000",
                (0xFFFFFFFF8200A000, "init_top_pgt"),
            ),
            "level4": (
                "SYMBOL(init_level4_pgt)=ffffffff81c0a000",
                (0xFFFFFFFF81C0A000, "init_level4_pgt"),
            ),
            "none": ("OSRELEASE=4.13", NO_RECIPE),
        },
    ),
]

# ---- log_buffer ---------------------------------------------------------------------

LOG_BUF = "SYMBOL(log_buf)=ffffffff81a54320"
AT_LOG_BUF = 0xFFFFFFFF81A54320

LOGS = plain(
    "log_buffer",
    {
        "5_10": (
            f"OSRELEASE=5.10 SYMBOL(prb)=ffffffff82a5b7c0 {LOG_BUF}",
            (0xFFFFFFFF82A5B7C0, "prb"),
        ),
        "3_11": (
            f"OSRELEASE=3.11 {LOG_BUF} SYMBOL(log_first_idx)=1 SIZE(printk_log)=16",
            (AT_LOG_BUF, "printk_log"),
        ),
        "3_6": (
            f"OSRELEASE=3.6 {LOG_BUF} SYMBOL(log_first_idx)=1 SIZE(log)=16",
            (AT_LOG_BUF, "log"),
        ),
        "3_5": (
            f"OSRELEASE=3.5 {LOG_BUF} SYMBOL(log_first_idx)=1",
            (AT_LOG_BUF, "log_without_layout"),
        ),
        "3_4": (
            f"OSRELEASE=3.4 {LOG_BUF} SYMBOL(log_end)=1 SYMBOL(logged_chars)=2",
            (AT_LOG_BUF, "byte_ring"),
        ),
        "log_buf_alone": (LOG_BUF, NO_RECIPE),
        "layout_without_log_buf": ("SIZE(printk_log)=16 SYMBOL(log_end)=1", NO_RECIPE),
    },
)

CASES = [
    *VMALLOC_START,
    *KASLR_OFFSET,
    *PHYS_BASE,
    *PAGE_SHIFT,
    *VA_BITS,
    *constants("section_size_bits", SECTION_SIZES),
    *constants("max_physmem_bits", PHYSMEM),
    *PAGES,
    *LOGS,
]


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_python_derives(case: Case) -> None:
    assert vmcoreinfo.parse(case.note).diagnostics == []
    said = derived_by_python(case.derivation, case.note, case.arch, case.memory, case.big_endian)
    assert said == case.expected


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_c_derives(driver: Driver, case: Case) -> None:
    said = derived_by_c(driver, case.derivation, case.note, case.arch, case.memory, case.big_endian)
    assert said == unsigned(case.expected)


def recipes_of(derivation: str) -> set[str]:
    return {recipe.name for recipe in getattr(derive, f"_{derivation.upper()}")}


@pytest.mark.parametrize("derivation", derive.DERIVATIONS)
def test_each_recipe_has_a_case(derivation: str) -> None:
    outcomes = [case.expected for case in CASES if case.derivation == derivation]
    assert {o[1] for o in outcomes if not isinstance(o, str)} == recipes_of(derivation)
    assert NO_RECIPE in outcomes


def test_each_recipe_has_a_case_of_each_architecture() -> None:
    """A recipe that names architectures is reached for each of them."""
    reached = {
        (case.derivation, case.expected[1], vmcoreinfo.ARCHITECTURES[case.arch])
        for case in CASES
        if case.arch and not isinstance(case.expected, str)
    }
    wanted = {
        (derivation, recipe.name, arch)
        for derivation in derive.DERIVATIONS
        for recipe in getattr(derive, f"_{derivation.upper()}")
        for arch in recipe.archs
    }
    assert wanted - reached == set()


# ---- Python's own ways to fail ------------------------------------------------------


def broken(address: int, size: int) -> bytes:
    raise KeyError(address)


def short(address: int, size: int) -> bytes:
    return b"\0" * (size - 1)


def long(address: int, size: int) -> bytes:
    return b"\0" * (size + 1)


@pytest.mark.parametrize("reader", [broken, short, long, None])
def test_python_reader_that_fails(reader: derive.ReadMemory | None) -> None:
    info = vmcoreinfo.parse(WALK_3_10.replace(" ", "\n").encode() + b"\n")
    with pytest.raises(derive.ReadError):
        derive.vmalloc_start(info, derive.Target("x86_64", reader))
    with pytest.raises(derive.ReadError):
        derive.vmalloc_start(info)


def test_python_reader_may_give_any_bytes() -> None:
    info = vmcoreinfo.parse(WALK_3_10.replace(" ", "\n").encode() + b"\n")

    def read(address: int, size: int) -> bytearray:
        return bytearray(MEMORY_3_10[address])

    assert derive.vmalloc_start(info, derive.Target(read=read)) == (  # type: ignore[arg-type]
        0xFFFFC90000000000,
        "vmap_area_list",
    )


def test_python_refuses_an_unknown_architecture() -> None:
    with pytest.raises(ValueError, match="pdp11"):
        derive.Target("pdp11")


# ---- real notes ---------------------------------------------------------------------

REAL = sorted(notes.NOTES.glob("*.txt"))


def real_arch(path: Path) -> str:
    return vmcoreinfo.ARCHITECTURES[notes.arch_by_file()[path.with_suffix(".note").name]]


def exporting(key: str, *archs: str) -> list[Path]:
    line = f"\n{key}=".encode()
    return [
        path
        for path in REAL
        if (not archs or real_arch(path) in archs) and line in path.read_bytes()
    ]


def derived_by_both(driver: Driver, name: str, note: bytes, arch: str) -> Outcome:
    said = derived_by_python(name, note, arch)
    assert derived_by_c(driver, name, note, arch) == unsigned(said)
    return said


SPARSE_EXTREME = ("x86_64", "arm64", "ppc64", "s390x", "riscv64")
WITH_PHYSMEM = exporting("NUMBER(MAX_PHYSMEM_BITS)", *SPARSE_EXTREME)
WITH_SECTION_SIZE = exporting("NUMBER(SECTION_SIZE_BITS)")


def test_corpus_has_what_the_tests_of_real_notes_need() -> None:
    assert len(WITH_PHYSMEM) >= 60
    assert {real_arch(path) for path in WITH_PHYSMEM} == set(SPARSE_EXTREME)
    assert len(WITH_SECTION_SIZE) >= 60


@pytest.mark.parametrize("path", WITH_PHYSMEM, ids=lambda path: path.stem)
def test_section_roots_tell_what_the_note_exports(driver: Driver, path: Path) -> None:
    text, arch = path.read_bytes(), real_arch(path)
    exported = derived_by_both(driver, "max_physmem_bits", text, arch)
    assert exported[1] == "exported"
    less = notes.without(text, "NUMBER(MAX_PHYSMEM_BITS)")
    assert len(less) < len(text)
    said = derived_by_both(driver, "max_physmem_bits", less, arch)
    assert said == (exported[0], "section_roots")


@pytest.mark.parametrize("path", WITH_SECTION_SIZE, ids=lambda path: path.stem)
def test_constant_section_size_is_what_the_note_exports(driver: Driver, path: Path) -> None:
    text, arch = path.read_bytes(), real_arch(path)
    exported = derived_by_both(driver, "section_size_bits", text, arch)
    assert exported[1] == "exported"
    less = notes.without(text, "NUMBER(SECTION_SIZE_BITS)")
    said = derived_by_both(driver, "section_size_bits", less, arch)
    # s390x has chosen the size of sections anew in 6.13, with no constant since.
    no_constant = arch == "s390x" and b"OSRELEASE=7." in text
    assert said == (NO_RECIPE if no_constant else (exported[0], "constant"))


@pytest.mark.parametrize("path", exporting("KERNELOFFSET", "riscv64"), ids=lambda path: path.stem)
def test_link_address_tells_what_riscv64_exports(driver: Driver, path: Path) -> None:
    text = path.read_bytes()
    exported = derived_by_both(driver, "kaslr_offset", text, "riscv64")
    less = notes.without(text, "KERNELOFFSET")
    assert exported[1] == "exported"
    assert derived_by_both(driver, "kaslr_offset", less, "riscv64") == (
        exported[0],
        "link_address",
    )


# Notes of the corpus, and what is known of them from elsewhere.
REAL_VALUES: list[tuple[str, str, Outcome]] = [
    ("arm64-6.12.117+deb13-cloud-arm64", "va_bits", (48, "tcr_el1_t1sz")),
    ("arm64-7.3.4+deb13-cloud-arm64", "va_bits", (48, "tcr_el1_t1sz")),
    ("arm64-6.12.117+deb13-arm64-16k", "va_bits", (52, "tcr_el1_t1sz")),
    ("arm64-6.12.117+deb13-cloud-arm64-cpumax-lpa2", "va_bits", (52, "tcr_el1_t1sz")),
    ("arm64-5.10.0-30-arm64", "va_bits", (48, "tcr_el1_t1sz")),
    ("riscv64-6.12.107+deb13-riscv64", "va_bits", (57, "va_bits")),
    ("riscv64-6.12.107+deb13-riscv64-no4lvl", "va_bits", (39, "va_bits")),
    ("x86_64-6.1.0-56-cloud-amd64-la57", "va_bits", (57, "pgtable_l5_enabled")),
    ("x86_64-6.1.0-56-cloud-amd64-la57-no5lvl", "va_bits", (48, "pgtable_l5_enabled")),
    ("arm64-6.12.117+deb13-arm64-16k", "page_shift", (14, "page_size")),
    ("ppc64el-6.1.0-50-powerpc64le", "page_shift", (16, "page_size")),
    ("x86_64-7.0.13+deb13-cloud-amd64", "page_head_offset", (8, "compound_head")),
    ("x86_64-7.1.13+deb13-cloud-amd64", "page_head_offset", (8, "compound_info")),
    ("armhf-7.3-armmp-lpae", "page_head_offset", (4, "compound_info")),
    ("x86_64-5.10.0-30-amd64", "phys_base", (-0x17600000, "number")),
    ("x86_64-6.1.0-56-cloud-amd64-nokaslr", "kaslr_offset", (0, "exported")),
    ("x86_64-5.10.0-30-amd64", "kaslr_offset", (0x1BC00000, "exported")),
    ("armhf-6.1.0-50-armmp", "kaslr_offset", (0, "not_movable")),
    ("i386-6.1.0-50-686", "kaslr_offset", NO_RECIPE),
    ("loong64-7.3-loong64", "kaslr_offset", NO_RECIPE),
    ("x86_64-6.1.0-56-cloud-amd64", "vmalloc_start", READ_FAILED),
    ("x86_64-6.12.117+deb13-amd64", "vmalloc_start", (0xFFFFCA8100000000, "number")),
    ("arm64-6.1.0-56-cloud-arm64", "vmalloc_start", (0xFFFF800008000000, "number")),
    ("i386-6.1.0-50-686-pae", "section_size_bits", (29, "constant_pae")),
    ("i386-6.1.0-50-686", "section_size_bits", (26, "constant")),
    ("i386-6.1.0-50-686-pae", "max_physmem_bits", (36, "constant_pae")),
    ("mips64el-6.1.0-50-5kc-malta", "section_size_bits", (28, "constant")),
    ("x86_64-6.1.0-56-amd64", "slab_flag", (9, "exported")),
    ("x86_64-6.12.117+deb13-amd64", "slab_flag", NO_RECIPE),
    ("x86_64-6.12.117+deb13-amd64", "slab_mapcount", (-184549376, "page_type")),
    ("x86_64-6.1.0-56-amd64", "buddy_mapcount", (-129, "exported")),
    ("x86_64-6.12.117+deb13-amd64", "buddy_mapcount", (-268435456, "exported")),
]


@pytest.mark.parametrize(("stem", "derivation", "expected"), REAL_VALUES)
def test_real_note_gives(driver: Driver, stem: str, derivation: str, expected: Outcome) -> None:
    path = notes.NOTES / f"{stem}.txt"
    said = derived_by_both(driver, derivation, path.read_bytes(), real_arch(path))
    assert said == expected


def test_kaslr_offset_is_what_the_guest_itself_saw(driver: Driver) -> None:
    """x86_64 links _stext at ffffffff81000000, which the boot of a corpus note moves."""
    seen = 0
    for path in exporting("KERNELOFFSET", "x86_64"):
        text = path.read_bytes()
        info = vmcoreinfo.parse(text)
        assert info.SYMBOL__stext is not None
        said = derived_by_both(driver, "kaslr_offset", text, "x86_64")
        assert said == (info.SYMBOL__stext - 0xFFFFFFFF81000000, "exported")
        seen += 1
    assert seen >= 20
