# SPDX-License-Identifier: MIT
"""Where vmalloc, the kernel image and physical memory begin, computed by hand."""

from __future__ import annotations

from tests.emit.cases.case import NO_RECIPE, READ_FAILED, Case


def little(value: int, size: int = 8) -> bytes:
    return value.to_bytes(size, "little")


def big(value: int, size: int = 8) -> bytes:
    return value.to_bytes(size, "big")


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
        NO_RECIPE,
        None,
        MEMORY_3_10,
    ),
    *(
        Case(
            f"walk_of_{arch}",
            "vmalloc_start",
            f"OSRELEASE=6.8.12 {WALK_3_10}",
            (0xFFFFC90000000000, "vmap_area_list"),
            arch,
            MEMORY_3_10,
        )
        for arch in ("arm64", "riscv64", "riscv32", "loongarch64", "mips64", "mips", "ia64", "sh")
    ),
    # Modules are on the lists too, and are below the linear map there.
    Case("walk_of_arm", "vmalloc_start", WALK_3_10, NO_RECIPE, "arm", MEMORY_3_10),
    Case("vmlist_of_arm", "vmalloc_start", VMLIST, NO_RECIPE, "arm", MEMORY_VMLIST),
    Case("walk_of_ppc", "vmalloc_start", f"OSRELEASE=5.9 {WALK_3_10}", NO_RECIPE, "ppc", {}),
    *(
        Case(
            f"vmlist_of_{arch}",
            "vmalloc_start",
            f"OSRELEASE=3.9.0 {VMLIST}",
            (0xFFFFC90000000000, "vmlist"),
            arch,
            MEMORY_VMLIST,
        )
        for arch in ("arm64", "ppc64", "ppc", "s390x", "mips64", "mips", "ia64", "sh")
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
        "mips",
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


def not_movable(arch: str, last: str, first: str) -> list[Case]:
    """The last release in which an architecture can't move its image, and the first in which it
    can.
    """
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
    Case("riscv32_any", "kaslr_offset", "OSRELEASE=6.6.0", (0, "not_movable"), "riscv32"),
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
    # Even before KASLR a kernel could be at another than its link address here.
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
    # 9a802000 - 80000000 = 1a802000; _stext is at offset 2000 of the image, which is dropped.
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
    # _stext may be anywhere in the first huge page, up to 1fffff: that is not part of the move.
    Case(
        "riscv64_with_its_text_at_the_end_of_a_huge_page",
        "kaslr_offset",
        "OSRELEASE=6.12.94 SYMBOL(_stext)=ffffffff9a9ff000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0x1A800000, "link_address"),
        "riscv64",
    ),
    Case(
        "link_address_is_for_riscv64_alone",
        "kaslr_offset",
        "OSRELEASE=6.12.94 SYMBOL(_stext)=ffffffff9a802000 "
        "NUMBER(KERNEL_LINK_ADDR)=0xffffffff80000000",
        (0, "not_movable"),
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
