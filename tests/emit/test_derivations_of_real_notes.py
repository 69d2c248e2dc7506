# SPDX-License-Identifier: MIT
"""Proves that both products derive from real notes what those notes say themselves.

An exported number is the expected value of the recipes that do without it; the rest is
known from how the kernel of the note was booted.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import vmcoreinfo
from tests.conftest import CORPUS
from tests.emit import notes
from tests.emit.cases.case import (
    NO_RECIPE,
    READ_FAILED,
    Outcome,
    derived_by_c,
    derived_by_python,
    unsigned,
)
from tests.emit.driver import Driver

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
    ("mips64el-6.1.0-50-5kc-malta", "section_size_bits", NO_RECIPE),
    ("x86_64-6.12.117+deb13-amd64", "section_map_mask", (0xFFFFFFFFFFFFFFC0, "free_bits")),
    ("armhf-6.1.0-50-armmp", "section_map_mask", NO_RECIPE),
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


def test_the_linear_map_of_arm64_starts_by_the_configured_width() -> None:
    """The root array of sections, which is in it, has its place in the RAM that the guest saw."""
    widths, narrower = set(), 0
    for line in (CORPUS / "index.jsonl").read_text().splitlines():
        boot = json.loads(line)
        if boot["arch"] != "arm64":
            continue
        info = vmcoreinfo.parse((notes.NOTES / boot["file"]).with_suffix(".txt").read_bytes())
        address, bits = info["SYMBOL(mem_section)"], info["NUMBER(VA_BITS)"]
        offset, register = info["NUMBER(PHYS_OFFSET)"], info["NUMBER(TCR_EL1_T1SZ)"]
        assert isinstance(address, int) and isinstance(bits, int)
        assert isinstance(offset, int) and isinstance(register, int)
        place = (address + (1 << bits) + offset) % (1 << 64)
        memory = [line.split(" : ")[0] for line in boot["iomem"] if line.endswith("System RAM")]
        ranges = [[int(end, 16) for end in text.split("-")] for text in memory]
        assert any(first <= place <= last for first, last in ranges), boot["file"]
        widths.add(bits)
        narrower += 64 - register < bits
    assert widths == {48, 52} and narrower


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
