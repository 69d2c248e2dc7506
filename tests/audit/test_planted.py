# SPDX-License-Identifier: MIT
"""Faults planted in real notes: one value is changed, and some rule tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.audit.asked import subject, told
from tests.conftest import RealNote, real_notes
from vmcoreinfo_codegen.audit import Finding, Severity, audit
from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.dump.reader import Found
from vmcoreinfo_codegen.model import Schema

NOTES = {
    name: next(note for note in real_notes() if note.file == f"{name}.note")
    for name in (
        "x86_64-7.0.13+deb13-cloud-amd64",
        "x86_64-5.10.0-30-amd64",
        "arm64-6.1.0-56-arm64",
        "i386-6.1.0-50-686-pae",
        "riscv64-7.2.13+deb14-riscv64",
        "ppc64el-6.1.0-50-powerpc64le",
    )
}

# The others are long tests.
QUICK = ("x86_64-7.0.13+deb13-cloud-amd64", "i386-6.1.0-50-686-pae")
EACH = [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in NOTES]

# Of bytes, or what depends on the configuration alone: nothing in a note tells.
FREE = {
    "LENGTH(lowcore_ptr)",
    "LENGTH(node_data)",
    "LENGTH(zone.free_area)",
    "OFFSET(page.compound_dtor)",
    "OFFSET(page.compound_order)",
    "OFFSET(printk_info.dev_info)",
    "OFFSET(uts_namespace.name)",
}
# What is not in the image, and tables of bytes.
OUTSIDE = {"SYMBOL(mem_section)", "SYMBOL(vmemmap)", "SYMBOL(mem_map)"}


def changed(
    note: RealNote, kinds: tuple[str, ...], change: Callable[[int], int]
) -> Iterator[tuple[str, bytes]]:
    """The note with one value of those kinds changed, each in turn, and the key of that."""
    lines = note.text.decode().splitlines()
    for number, line in enumerate(lines):
        key, _, text = line.partition("=")
        if key.partition("(")[0] in kinds:
            is_hex = key.startswith(("SYMBOL", "KERNELOFFSET"))
            value = change(int(text, 16 if is_hex else 10))
            other = f"{key}={value:x}" if is_hex else f"{key}={value}"
            yield key, "\n".join([*lines[:number], other, *lines[number + 1 :], ""]).encode()


def wrong(schema: Schema, note: RealNote, text: bytes) -> list[Finding]:
    auditor = Auditor(schema, schema.architecture(note.arch))
    findings = audit(auditor.subject(Found("note", "text", text, 0)))
    return [one for one in findings if one.severity is not Severity.INFO]


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("more", [1, 3])
def test_sizes_and_places_that_are_not_aligned(schema: Schema, name: str, more: int) -> None:
    note, missed = NOTES[name], set()
    for key, text in changed(note, ("SIZE", "OFFSET", "LENGTH"), lambda value: value + more):
        found = {one.key for one in wrong(schema, note, text)}
        missed |= set() if found else {key}
    assert missed <= FREE


@pytest.mark.parametrize("name", EACH)
def test_sizes_that_are_far_too_large(schema: Schema, name: str) -> None:
    note = NOTES[name]
    for key, text in changed(note, ("SIZE", "OFFSET", "LENGTH"), lambda value: value + (1 << 33)):
        found = wrong(schema, note, text)
        assert key in {one.key for one in found}, key


@pytest.mark.parametrize("name", EACH)
def test_symbols_outside_the_image(schema: Schema, name: str) -> None:
    note = NOTES[name]
    arch = schema.architecture(note.arch)
    assert arch is not None
    bits = arch.bits
    far = 1 << 33 if bits == 64 else 1 << 30
    moved = 0
    for key, text in changed(note, ("SYMBOL",), lambda value: (value + far) % (1 << bits)):
        if key not in OUTSIDE:
            found = wrong(schema, note, text)
            assert {one.rule for one in found} & {"VMCA027", "VMCA021"}, key
            moved += 1
    assert moved >= 5


def test_addresses_of_variables_are_aligned(schema: Schema) -> None:
    note = NOTES["x86_64-7.0.13+deb13-cloud-amd64"]
    missed = {
        key
        for key, text in changed(note, ("SYMBOL", "KERNELOFFSET"), lambda value: value + 1)
        if not wrong(schema, note, text)
    }
    assert all("kallsyms" in key for key in missed)


def test_two_flags_of_one_bit(schema: Schema) -> None:
    said = told("same-bit", subject(schema, "OSRELEASE=6.12.0 NUMBER(PG_lru)=5 NUMBER(PG_slab)=5"))
    assert [(one.line, one.key, one.message) for one in said] == [
        (3, "NUMBER(PG_slab)", "5 is also the value of NUMBER(PG_lru)")
    ]
    apart = "OSRELEASE=6.12.0 NUMBER(PG_lru)=5 NUMBER(PG_slab)=6 NUMBER(NR_FREE_PAGES)=5"
    assert told("same-bit", subject(schema, apart)) == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("SIZE(free_area)=104 LENGTH(free_area.free_list)=6", ""),
        ("SIZE(free_area)=104 LENGTH(free_area.free_list)=5", "104, but its members add up to 88"),
        ("SIZE(zone)=1000 OFFSET(zone.free_area)=192 LENGTH(zone.free_area)=11 SIZE(free_area)=104", "11 times SIZE(free_area) end at 1336, but SIZE(zone) is 1000"),
        ("SIZE(zone)=1536 OFFSET(zone.free_area)=192 LENGTH(zone.free_area)=11 SIZE(free_area)=104", ""),
        ("PAGESIZE=4096 LENGTH(zone.free_area)=16 NUMBER(SECTION_SIZE_BITS)=27", ""),
        ("PAGESIZE=4096 LENGTH(zone.free_area)=17 NUMBER(SECTION_SIZE_BITS)=27", "blocks of free pages have up to 28 bits, but NUMBER(SECTION_SIZE_BITS) is 27"),
        ("PAGESIZE=4096 LENGTH(zone.free_area)=53", "blocks of free pages of 64 bits, but addresses have 64"),
        ("NUMBER(SECTION_SIZE_BITS)=46 NUMBER(MAX_PHYSMEM_BITS)=46", "46, but NUMBER(MAX_PHYSMEM_BITS) is 46"),
        ("PAGESIZE=65536 NUMBER(SECTION_SIZE_BITS)=16", "16, but a page has 16 bits"),
        ("OFFSET(pglist_data.node_start_pfn)=64 OFFSET(pglist_data.node_spanned_pages)=64", "64 is inside pglist_data.node_start_pfn, which ends at 72"),
        # Members of a union may share their bytes.
        ("OFFSET(page.lru)=8 OFFSET(page.compound_head)=8", ""),
        ("OFFSET(page.flags)=8", "8, but it is the first member, at 0"),
        ("SIZE(page)=264", "264, but it can have at most 256 bytes"),
        ("SIZE(atomic_long_t)=16", "16, but its members have 8 bytes"),
        ("LENGTH(node_data)=512 SIZE(nodemask_t)=128", "512 nodes, but SIZE(nodemask_t) has 1024 bits"),
        ("LENGTH(node_data)=2 SIZE(nodemask_t)=8", ""),
        ("KERNELOFFSET=40000000 NUMBER(KERNEL_IMAGE_SIZE)=1073741824", "40000000, but NUMBER(KERNEL_IMAGE_SIZE) is 40000000"),
        ("NUMBER(VMALLOC_START)=0xffffc90000000000 NUMBER(VMALLOC_END)=0xffffc80000000000", "0xffffc80000000000, but NUMBER(VMALLOC_START) is 0xffffc90000000000"),
        ("PAGESIZE=4096 NUMBER(SECTION_SIZE_BITS)=27 NUMBER(MAX_PHYSMEM_BITS)=46 SIZE(mem_section)=16 LENGTH(mem_section)=2048", ""),
        ("PAGESIZE=4096 NUMBER(SECTION_SIZE_BITS)=27 NUMBER(MAX_PHYSMEM_BITS)=46 SIZE(mem_section)=16 LENGTH(mem_section)=524288", ""),
        ("PAGESIZE=4096 NUMBER(SECTION_SIZE_BITS)=27 NUMBER(MAX_PHYSMEM_BITS)=46 SIZE(mem_section)=16 LENGTH(mem_section)=1024", "1024, but 19 bits of sections make it 2048 or 524288"),
        ("PAGESIZE=4096 NUMBER(SECTION_SIZE_BITS)=1 NUMBER(MAX_PHYSMEM_BITS)=9999999999 SIZE(mem_section)=16 LENGTH(mem_section)=1024", "1, but a page has 12 bits"),
    ],
)  # fmt: skip
def test_values_that_have_to_fit(schema: Schema, lines: str, said: str) -> None:
    found = told("parts-that-do-not-fit", subject(schema, f"OSRELEASE=6.12.0 {lines}"))
    assert [one.message for one in found] == ([said] if said else [])


def test_the_compiler_of_an_architecture(schema: Schema) -> None:
    """Where the architectures that it may be of differ nothing is said; m68k aligns to two bytes."""

    def said(archs: str) -> list[str]:
        about = subject(schema, "OSRELEASE=6.12.0 OFFSET(page.lru)=6 SIZE(list_head)=8", archs)
        return [
            one.key for rule in ("misaligned", "parts-that-do-not-fit") for one in told(rule, about)
        ]

    assert said("x86_64") == ["OFFSET(page.lru)", "SIZE(list_head)"]
    assert said("i386") == ["OFFSET(page.lru)"]
    assert said("m68k") == []
    assert said("i386 x86_64") == []


def test_symbols_of_which_nobody_knows_which_is_wrong(schema: Schema) -> None:
    near, far = "SYMBOL(_stext)=ffffffff81000000", "SYMBOL(prb)=ffff888002a20000"
    assert told("other-image", subject(schema, f"OSRELEASE=6.12.0 {near} {far}")) == []
    more = f"{near} {far} SYMBOL(init_uts_ns)=ffffffff82a18000"
    (one,) = told("other-image", subject(schema, f"OSRELEASE=6.12.0 {more}"))
    assert (one.line, one.key, one.severity) == (3, "SYMBOL(prb)", "error")
    # What is kept at a symbol may be anywhere.
    kept = f"{more.replace(far, 'SYMBOL(mem_section)=ffff888002a20000')}"
    assert told("other-image", subject(schema, f"OSRELEASE=6.12.0 {kept}")) == []
    assert told("other-image", subject(schema, f"OSRELEASE=unheard {more}")) == []
