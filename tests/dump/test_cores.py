# SPDX-License-Identifier: MIT
"""The dumps of `../shared/cores`: notes, derived values, and a note attached again."""

from __future__ import annotations

from pathlib import Path

import drgn
import pytest

import vmcoreinfo
import vmcoreinfo.derive
from tests.command import Run
from tests.conftest import CORPUS
from tests.dump.real import core, filtered, without_note
from vmcoreinfo_codegen.debuginfo.symbols import Symbols
from vmcoreinfo_codegen.dump import kdump
from vmcoreinfo_codegen.dump.attach import attach
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.source import File

pytestmark = pytest.mark.long

KERNEL_6_1 = "x86_64-6.1.0-56-cloud-amd64"
KERNEL_6_12 = "x86_64-6.12.117+deb13-cloud-amd64"


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (f"{KERNEL_6_1}.kdump", f"{KERNEL_6_1}-m128-dump"),
        (f"{KERNEL_6_1}.flat", f"{KERNEL_6_1}-m128-dump"),
        (f"{KERNEL_6_12}.kdump", f"{KERNEL_6_12}-m128-dump"),
        (f"{KERNEL_6_12}.kdump-zstd", f"{KERNEL_6_12}-m128-dump"),
        (f"{KERNEL_6_12}.elf", f"{KERNEL_6_12}-m128-dump"),
    ],
)
def test_note(name: str, note: str) -> None:
    assert find_note(str(core(name))).text == (CORPUS / "notes" / f"{note}.txt").read_bytes()


def test_note_of_a_real_crash() -> None:
    info = vmcoreinfo.parse(find_note(str(core("x86_64-7.3.4+deb13-cloud-amd64-kdump.elf"))).text)
    assert (info.OSRELEASE, info.CRASHTIME) == ("7.3.4+deb13-cloud-amd64", 1795502252)


@pytest.mark.parametrize("name", [f"{KERNEL_6_1}.kdump", f"{KERNEL_6_12}.kdump"])
def test_section_map_mask_leaves_the_page_array(name: str) -> None:
    """Of each section that is there: flags below, and above them where frame 0 would be."""
    drgn = pytest.importorskip("drgn")
    program = drgn.Program()
    program.set_core_dump(core(name))
    info = vmcoreinfo.parse(program["VMCOREINFO"].string_())
    target = vmcoreinfo.derive.Dump("x86_64", lambda address, size: program.read(address, size))
    mask = vmcoreinfo.derive.section_map_mask(info, target)
    assert mask is not None

    def number(key: str) -> int:
        value = info[key]
        assert isinstance(value, int)
        return value

    roots = (
        program.read_word(number("SYMBOL(mem_section)") + 8 * at)
        for at in range(number("LENGTH(mem_section)"))
    )
    size, offset = number("SIZE(mem_section)"), number("OFFSET(mem_section.section_mem_map)")
    found = [
        program.read_word(root + at * size + offset)
        for root in roots
        if root
        for at in range(number("PAGESIZE") // size)
    ]
    arrays = {word & mask.value for word in found if word}
    assert any(word & ~mask.value for word in found)
    (array,) = arrays
    # The area of page descriptors begins at a multiple of 2^30 (x86_64 randomises it so).
    assert array % (1 << 30) == 0 and array == info.get("SYMBOL(vmemmap)", array)


def test_vmalloc_start_by_walking_the_list(run: Run) -> None:
    """The 6.1 dump: out of vmap_area_list, and the same by symbols and types, without the note."""
    dump = core(f"{KERNEL_6_1}.kdump")
    answer = run("derive", str(dump), "vmalloc_start", "--format", "json").json("derive")
    (value,) = answer["values"]
    assert value["recipe"] == "vmap_area_list"

    from vmcoreinfo_codegen.debuginfo.kernel import read_kernel

    files = read_kernel(core(f"{KERNEL_6_1}.btf.xz"), None, None, set())
    symbols = Symbols.read(core(f"{KERNEL_6_1}.kallsyms.xz")).addresses(
        ["vmap_area_list", "vmalloc_base"]
    )
    types = files.types
    assert types is not None
    (following,) = types.offsets("list_head", "next")
    (link,) = types.offsets("vmap_area", "list")
    (start,) = types.offsets("vmap_area", "va_start")
    program = drgn.Program()
    program.set_core_dump(str(dump))
    first = program.read_u64(symbols["vmap_area_list"] + following) - link
    assert program.read_u64(first + start) == value["value"]
    # The kernel's own variable says so too: the first area is at the very start.
    assert program.read_u64(symbols["vmalloc_base"]) == value["value"]


def test_vmalloc_start_by_its_number(run: Run) -> None:
    dump = core(f"{KERNEL_6_12}.kdump")
    answer = run("derive", str(dump), "vmalloc_start", "--format", "json").json("derive")
    (value,) = answer["values"]
    assert (value["recipe"], value["value"]) == ("number", 0xFFFFD12E00000000)
    symbols = Symbols.read(core(f"{KERNEL_6_12}.kallsyms.xz")).addresses(["vmalloc_base"])
    program = drgn.Program()
    program.set_core_dump(str(dump))
    assert program.read_u64(symbols["vmalloc_base"]) == value["value"]


@pytest.mark.parametrize("name", [f"{KERNEL_6_1}.flat", f"{KERNEL_6_12}.kdump-zstd"])
def test_every_derivation_of_a_dump(run: Run, name: str) -> None:
    ran = run("derive", str(core(name)), "--format", "json")
    values = {v["name"]: v for v in ran.json("derive")["values"]}
    absent = {name for name, value in values.items() if value["value"] is None}
    assert absent == ({"slab_mapcount"} if "6.1.0" in name else {"slab_flag"})


@pytest.fixture
def synthesised(run: Run, tmp_path: Path) -> Path:
    """A copy of the 6.12 dump whose note was taken out, made from the rest, and attached."""
    dump = core(f"{KERNEL_6_12}.elf")
    stripped = without_note(dump, tmp_path)
    assert run("note", str(stripped)).code == 1
    made = tmp_path / "made"
    config = CORPUS / "configs" / f"{KERNEL_6_12}.config.xz"
    ran = run(
        "synth", "--kernel", "6.12.117+deb13-cloud-amd64", "--arch", "x86_64",
        "--btf", str(core(f"{KERNEL_6_12}.btf.xz")),
        "--symbols", str(core(f"{KERNEL_6_12}.kallsyms.xz")),
        "--dump", str(stripped), "--config", str(config), "-o", str(made),
    )  # fmt: skip
    assert ran.code == 0, ran.err
    # All 106 entries of this kernel; the order is that of the schema.
    assert sorted(made.read_bytes().splitlines()) == sorted(find_note(str(dump)).text.splitlines())
    out = tmp_path / "vmcore"
    assert run("attach", str(made), str(stripped), "-o", str(out)).code == 0
    return out


def test_makedumpfile_filters_it_as_the_original(synthesised: Path, tmp_path: Path) -> None:
    counters = filtered(synthesised, tmp_path)
    assert counters == filtered(core(f"{KERNEL_6_12}.elf"), tmp_path)
    assert counters["Remaining pages"] == 0x2DCB


def test_makedumpfile_with_the_note_in_a_file(synthesised: Path, tmp_path: Path) -> None:
    """The terms of its -i: it adds the KERNELOFFSET of the dump's own note to every SYMBOL.

    So a dump without a note takes the text as it is, and one with a note takes addresses of
    the link, mem_section as that of the variable.
    """
    text = synthesised.parent / "made"
    counters = filtered(synthesised, tmp_path)
    assert filtered(synthesised.parent / "without-note.elf", tmp_path, text) == counters

    with pytest.raises(AssertionError, match="Can't convert a virtual address"):
        filtered(synthesised, tmp_path, text)
    info = vmcoreinfo.parse(text.read_bytes())
    symbols = Symbols.read(core(f"{KERNEL_6_12}.kallsyms.xz")).addresses(["mem_section"])
    lines = []
    for line in info.lines:
        value = line.value
        if line.kind == "SYMBOL" and isinstance(value, int):
            address = symbols.get(line.key[7:-1], value)
            # The array vmemmap lies outside of the image, which is all that moves with it.
            image = address >= 0xFFFFFFFF80000000
            text_ = f"{address - (info.KERNELOFFSET or 0) if image else address:x}"
        else:
            text_ = line.text
        lines.append(f"{line.key}={text_}\n")
    linked = tmp_path / "linked"
    linked.write_text("".join(lines))
    assert filtered(synthesised, tmp_path, linked) == counters


def test_drgn_opens_the_one_without_a_note(run: Run, synthesised: Path) -> None:
    stripped = synthesised.parent / "without-note.elf"
    text = (synthesised.parent / "made").read_bytes()
    program = drgn.Program(vmcoreinfo=text)
    program.set_core_dump(str(stripped))
    info = vmcoreinfo.parse(text)
    assert info.SYMBOL_init_uts_ns is not None
    assert program.read(info.SYMBOL_init_uts_ns, 5) == b"Linux"
    ran = run("derive", str(stripped), "page_shift", "--note", str(synthesised.parent / "made"))
    assert ran.code == 0


def test_audit_against_types_and_symbols(run: Run) -> None:
    for kernel in (KERNEL_6_1, KERNEL_6_12):
        ran = run(
            "audit", str(core(f"{kernel}.kdump")), "--btf", str(core(f"{kernel}.btf.xz")),
            "--symbols", str(core(f"{kernel}.kallsyms.xz")),
        )  # fmt: skip
        assert ran.code == 0, ran.out


@pytest.mark.parametrize("more", [1, 300])
@pytest.mark.parametrize(
    "name", [f"{KERNEL_6_1}.kdump", f"{KERNEL_6_12}.kdump", f"{KERNEL_6_12}.kdump-zstd"]
)
def test_a_kdump_with_another_note_is_read_as_before(name: str, more: int, tmp_path: Path) -> None:
    """By drgn and makedumpfile, with room for the note between the headers and without."""
    dump, copy = core(name), tmp_path / "copy.kdump"
    note = find_note(str(dump)).text
    text = note + b"".join(b"SYMBOL(new_%d)=ffffffff82a18000\n" % number for number in range(more))
    attach(text, str(dump), str(copy))
    with File(str(dump)) as source:
        (header,) = kdump.open_kdump(source)
    old, new = dump.read_bytes(), copy.read_bytes()
    assert new[header.bitmaps.offset : len(old)] == old[header.bitmaps.offset :]
    assert (len(new) > len(old)) is (more == 300)

    programs = []
    for path in (dump, copy):
        program = drgn.Program()
        program.set_core_dump(path)
        programs.append(program)
    assert programs[1]["VMCOREINFO"].string_() == text
    for key, address in vmcoreinfo.parse(note).items():
        if key in ("SYMBOL(init_uts_ns)", "SYMBOL(swapper_pg_dir)", "SYMBOL(prb)"):
            assert isinstance(address, int)
            assert programs[0].read(address, 4096) == programs[1].read(address, 4096)

    if name.endswith("-zstd"):
        return  # Debian 12's makedumpfile reads no zstd; drgn did.
    assert filtered(dump, tmp_path) == filtered(copy, tmp_path)
    assert find_note(str(tmp_path / "filtered.kdump")).text == text
