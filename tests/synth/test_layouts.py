# SPDX-License-Identifier: MIT
"""Address spaces out of little: what notes have agrees with it, and so does a machine that is made up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pytest

import vmcoreinfo
from tests.conftest import RealNote, real_notes
from vmcoreinfo_codegen.core.key import kind_of
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.debuginfo.facts import Facts, Sources
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.synth.synthesis import Kernel, synthesise

MASK = (1 << 64) - 1


class Types:
    """Sizes and offsets by what keys have in parentheses."""

    def __init__(self, of_keys: Mapping[str, int]) -> None:
        self._of_keys = of_keys

    def load(self, names: object) -> None:
        pass

    def sizes(self, name: str) -> set[int]:
        return self._asked(f"SIZE({name})")

    def offsets(self, name: str, path: str) -> set[int]:
        return self._asked(f"OFFSET({name}.{path})")

    def lengths(self, name: str, path: str) -> set[int]:
        return set()

    def enumerators(self, names: Iterable[str]) -> dict[str, int]:
        return {}

    def _asked(self, key: str) -> set[int]:
        return {self._of_keys[key]} if key in self._of_keys else set()


class Memory:
    """Words by their addresses."""

    is_placed = True

    def __init__(self, words: Mapping[int, int]) -> None:
        self._words = words

    def physical(self, name: str) -> int | None:
        return 0x80202000

    def read(self, width: int, address: int) -> int | None:
        return self._words.get(address & MASK)


def followed(schema: Schema, note: RealNote) -> list[tuple[str, int, int]]:
    """Key, value in the note, value by its other entries and configuration, of all that these tell."""
    arch = schema.architecture(note.arch)
    assert arch is not None
    parsed = vmcoreinfo.parse(note.text)
    values = {line.key: line.value for line in parsed.lines if isinstance(line.value, int)}
    known = note.config
    config = {name: known.get(name, False) for name in schema.config_names()} if known else None
    found = []
    for prediction in schema.predict(note.release, arch):
        key, export = prediction.key, prediction.export
        if key not in values or not export.debug_infos:
            continue
        for asked in export.debug_info(key, kind_of(key), note.release, arch.name):
            facts = Facts([asked], Sources(Types(values), None, config))
            half = (1 << arch.bits) - 1
            found += [
                (key, values[key] & half, value & half)
                for value in facts.values([asked], values.get)
            ]
    return found


def test_entries_that_follow_from_others(schema: Schema) -> None:
    """Every way to the value is right, not the first one alone."""
    times: Counter[str] = Counter()
    for note in real_notes():
        for key, own, other in followed(schema, note):
            assert (note.file, key, hex(other)) == (note.file, key, hex(own))
            times[f"{note.arch} {key}"] += 1
    assert times["arm64 NUMBER(VMALLOC_END)"] > 15
    assert times["arm64 NUMBER(MAX_PHYSMEM_BITS)"] > 15
    assert times["riscv64 NUMBER(VMEMMAP_START)"] > 3


def made(
    schema: Schema, arch: str, release: str, symbols: Mapping[str, int], words: Mapping[int, int]
) -> dict[str, str]:
    architecture = schema.architecture(arch)
    assert architecture is not None
    types = Types({"SIZE(page)": 64, "SIZE(mem_section)": 16, "SIZE(cpumask)": 32})
    sources = Sources(types, {"linux_banner": 0xFFFFFFFF80C00000, **symbols}, None, Memory(words))
    given = {"OSRELEASE": release}
    kernel = Kernel(schema, Release.parse(release), architecture, sources, given)
    return {entry.key: entry.text for entry in synthesise(kernel).entries}


@pytest.mark.parametrize(
    ("root", "bits"),
    [
        (0xFFFF00000FF5F940, 48),
        (0xFFFFFF8000012340, 39),
        (0xFFFFFC0000012340, 42),
        (0xFFFF800000012340, 47),
        (0xFFFFFFF000012340, 36),
    ],
)
@pytest.mark.parametrize("page", [0x1000, 0x4000, 0x10000])
def test_arm64(schema: Schema, root: int, bits: int, page: int) -> None:
    symbols = {"mem_section": 0x1000, "swapper_pg_dir": 0x20000 + page, "reserved_pg_dir": 0x20000}
    symbols["memstart_addr"] = 0x2000
    # The root is at 0x47f9d380.
    words = {0x1000: root, 0x2000: 0x47F9D380 - root - (1 << bits) & MASK}
    found = made(schema, "arm64", "6.12.117", symbols, words)
    assert found["PAGESIZE"] == str(page)
    assert found["NUMBER(VA_BITS)"] == str(bits)
    assert found["NUMBER(TCR_EL1_T1SZ)"] == hex(64 - bits)
    assert found["NUMBER(MODULES_VADDR)"] == hex(-(1 << bits - 1) & MASK)


@pytest.mark.parametrize("root", [0xFFF0000007EBB340, 0xFFFF0F6B87FAC340])
def test_arm64_of_52_bits_that_no_function_shows(schema: Schema, root: int) -> None:
    """On CPUs of 52 bits, and of 48, where the root is at the address that a kernel of 48 has it at."""
    symbols = {"mem_section": 0x1000, "memstart_addr": 0x2000}
    for bits in (52, 48):
        words = {0x1000: root, 0x2000: 0x47F9D380 - root - (1 << bits) & MASK}
        found = made(schema, "arm64", "6.12.117", symbols, words)
        is_told = bits == 52 or root >> 48 == 0xFFFF
        assert found.get("NUMBER(VA_BITS)") == (str(bits) if is_told else None)


@pytest.mark.parametrize(
    ("root", "page", "bits", "least"),
    [
        (0xFFF0000007EBB340, 0x1000, 52, 48),
        (0xFFFF0F6B87FAC340, 0x1000, 48, 48),
        (0xFFFF83714FFC6200, 0x4000, 47, 47),
        (0xFFFF0F6B87FAC340, 0x10000, 48, 48),
    ],
)
@pytest.mark.parametrize(
    ("release", "shows"),
    [("6.12.117", "__cpu_secondary_check52bitva"), ("6.1.50", "vabits_actual")],
)
def test_arm64_of_52_bits(
    schema: Schema, root: int, page: int, bits: int, least: int, release: str, shows: str
) -> None:
    symbols = {"mem_section": 0x1000, "swapper_pg_dir": 0x20000 + page, "reserved_pg_dir": 0x20000}
    found = made(schema, "arm64", release, {**symbols, shows: 0x9000}, {0x1000: root})
    assert found["NUMBER(VA_BITS)"] == "52"
    assert found["NUMBER(TCR_EL1_T1SZ)"] == hex(64 - bits)
    assert found["NUMBER(MODULES_VADDR)"] == hex(-(1 << least - 1) & MASK)


@pytest.mark.parametrize(("started", "told"), [(256, True), (4, False)])
def test_s390x(schema: Schema, started: int, told: bool) -> None:
    """maxcpus= sets the number of CPUs that are started, which else is that of all."""
    found = made(schema, "s390x", "6.12", {"setup_max_cpus": 0x1000}, {0x1000: started})
    assert found.get("LENGTH(lowcore_ptr)") == ("256" if told else None)


@pytest.mark.parametrize(("size", "page"), [(0, 4096), (2, 65536)])
def test_ppc64(schema: Schema, size: int, page: int) -> None:
    symbols = {"mmu_virtual_psize": 0x1000, "__vmalloc_start": 0x2000, "mem_section": 0x3000}
    words = {0x1000: size, 0x2000: 0xC008000000000000}
    found = made(schema, "ppc64", "6.12", symbols, words)
    assert found["PAGESIZE"] == str(page)
    assert found["NUMBER(VMALLOC_START)"] == "0xc008000000000000"
    assert found["NUMBER(MAX_PHYSMEM_BITS)"] == "46"
    virtual = made(schema, "ppc64", "6.12", {**symbols, "vmemmap_populate": 0x4000}, words)
    assert virtual["NUMBER(MAX_PHYSMEM_BITS)"] == "51"
    del symbols["__vmalloc_start"]
    assert "NUMBER(MAX_PHYSMEM_BITS)" not in made(schema, "ppc64", "6.12", symbols, words)


@pytest.mark.parametrize(("levels", "bits"), [((1, 1), 57), ((0, 1), 48), ((0, 0), 39)])
def test_riscv64(schema: Schema, levels: tuple[int, int], bits: int) -> None:
    symbols = {"pgtable_l5_enabled": 0x1000, "pgtable_l4_enabled": 0x1001, "swapper_pg_dir": 0x2000}
    words = dict(zip((0x1000, 0x1001), levels, strict=True))
    found = made(schema, "riscv64", "6.12", symbols, words)
    assert found["NUMBER(VA_BITS)"] == str(bits)
    assert found["NUMBER(KERNEL_LINK_ADDR)"] == "0xffffffff80000000"
    del symbols["swapper_pg_dir"]
    assert "NUMBER(VA_BITS)" not in made(schema, "riscv64", "6.12", symbols, words)
