# SPDX-License-Identifier: MIT
"""The note comes out of every container byte for byte, and a dump is read by seeking."""

from __future__ import annotations

import itertools
import os
import struct
import threading
from pathlib import Path

import pytest

from tests.dump.make import TEXT, elf, flattened, kdump, other_note
from vmcoreinfo_codegen.dump import live, reader
from vmcoreinfo_codegen.dump.names import FORMATS
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError, NoNote
from vmcoreinfo_codegen.dump.reader import Found, find_in, find_note
from vmcoreinfo_codegen.dump.source import File, Memory

CLASSES = list(itertools.product([32, 64], "<>"))


def found_in(data: bytes) -> Found:
    return find_in(Memory("dump", data))


@pytest.mark.parametrize(("bits", "order"), CLASSES)
def test_elf_of_every_class_and_byte_order(bits: int, order: str) -> None:
    found = found_in(elf(bits=bits, order=order, machine=8))
    assert (found.text, found.format, found.bits, found.order) == (TEXT, "elf", bits, order)
    assert found.arch == {32: "mips", 64: "mips64"}[bits]


# e_machine (ELF psABIs), with uname's architecture by class; None where there is no such kernel.
MACHINES = {
    2: ("sparc", None),
    3: ("i386", None),
    4: ("m68k", None),
    8: ("mips", "mips64"),
    15: ("parisc", "parisc64"),
    18: ("sparc", None),
    20: ("ppc", None),
    21: (None, "ppc64"),
    22: (None, "s390x"),
    40: ("arm", None),
    42: ("sh", None),
    43: (None, "sparc64"),
    50: (None, "ia64"),
    62: (None, "x86_64"),
    183: (None, "arm64"),
    243: ("riscv32", "riscv64"),
    258: (None, "loongarch64"),
    92: ("openrisc", None),
    93: ("arc", None),
    94: ("xtensa", None),
    113: ("nios2", None),
    164: ("hexagon", None),
    189: ("microblaze", None),
    195: ("arc", None),
    252: ("csky", None),
    0x9026: (None, "alpha"),
    0xF00D: (None, None),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_architecture_of_every_machine(machine: int) -> None:
    found = tuple(found_in(elf(bits=bits, machine=machine)).arch for bits in (32, 64))
    assert found == MACHINES[machine]


@pytest.mark.parametrize("block", [512, 1024, 4096, 65_536, 1 << 20])
def test_kdump_of_every_block_size(block: int) -> None:
    assert found_in(kdump(block=block)).text == TEXT


@pytest.mark.parametrize("block", [0, 1, 256, 511, 513, 4095, 3 * 4096, 1 << 21])
def test_no_kdump_has_such_blocks(block: int) -> None:
    data = bytearray(kdump(block=4096).ljust(1 << 22, b"\1"))
    struct.pack_into("<i", data, 428, block)
    with pytest.raises(DumpError, match="invalid block size"):
        found_in(bytes(data))


@pytest.mark.parametrize("order", "<>")
def test_elf_with_other_notes_and_that_of_xen(order: str) -> None:
    before = other_note(order) + other_note(order, b"LINUX", 2696, 0x202)
    after = build(b"xen_major_version=4\n", order, b"VMCOREINFO_XEN") + bytes(12)
    found = found_in(elf(order=order, before=before, after=after))
    assert (found.text, found.beside) == (TEXT, ("VMCOREINFO_XEN",))
    with pytest.raises(NoNote, match="VMCOREINFO_XEN found"):
        found_in(elf(None, order=order, before=before, after=after))


@pytest.mark.parametrize("note_segment", [0, 1, 4095, 4096, 69_999])
@pytest.mark.parametrize("bits", [32, 64])
def test_more_program_headers_than_the_elf_header_can_count(note_segment: int, bits: int) -> None:
    found = found_in(elf(bits=bits, segments=70_000, note_segment=note_segment))
    assert found.text == TEXT


@pytest.mark.parametrize("place", [0x1001, 0x2FFF, 1 << 20])
def test_notes_at_any_offset_and_headers_too(place: int) -> None:
    assert found_in(elf(note_at=place)).text == TEXT
    assert found_in(elf(headers_at=place)).text == TEXT


@pytest.mark.parametrize("version", [3, 4, 5, 6])
@pytest.mark.parametrize("magic", [b"KDUMP   ", b"DISKDUMP"])
@pytest.mark.parametrize(
    ("bits", "order", "aligned", "machine", "arch"),
    [
        (64, "<", True, b"x86_64", "x86_64"),
        (64, ">", True, b"s390x", "s390x"),
        (32, "<", False, b"i686", "i686"),
        (32, "<", True, b"armv7l", "armv7l"),
        (32, ">", True, b"ppc", "ppc"),
    ],
)
def test_kdump_of_every_version_and_layout(
    version: int, magic: bytes, bits: int, order: str, aligned: bool, machine: bytes, arch: str
) -> None:
    for block in (4096, 16384, 65536):
        dump = kdump(
            version=version, bits=bits, order=order, aligned=aligned, machine=machine,
            block=block, magic=magic,
        )  # fmt: skip
        found = found_in(dump)
        assert (found.text, found.format) == (TEXT, "kdump")
        assert (found.bits, found.order, found.arch) == (bits, order, arch)


@pytest.mark.parametrize("version", [4, 5, 6])
@pytest.mark.parametrize(("bits", "order"), CLASSES)
def test_kdump_with_the_note_among_the_notes_alone(version: int, bits: int, order: str) -> None:
    found = found_in(kdump(version=version, bits=bits, order=order, only_in_notes=True))
    assert found.text == TEXT


def test_part_of_a_split_kdump() -> None:
    assert found_in(kdump(split=1)).text == TEXT


@pytest.mark.parametrize("version", [0, 1, 2])
def test_kdump_too_old_for_a_note(version: int) -> None:
    with pytest.raises(NoNote, match=f"header version {version} has no room for a note"):
        found_in(kdump(version=version))


def test_kdump_without_a_note() -> None:
    with pytest.raises(NoNote, match="has no note"):
        found_in(kdump(None))


@pytest.mark.parametrize(
    "dump", [elf(), elf(bits=32, order=">"), kdump(), kdump(bits=32, order=">")]
)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("piece", [3, 100, 5000, 1 << 20])
def test_flattened(dump: bytes, backwards: bool, piece: int, tmp_path: Path) -> None:
    data = flattened(dump, piece, backwards=backwards)
    assert found_in(data).text == TEXT
    assert _through_a_pipe(data, tmp_path).text == TEXT


def test_a_later_record_of_a_flattened_dump_counts(tmp_path: Path) -> None:
    whole = kdump()
    late = whole[:4096] + bytes(4096) + whole[8192:]
    end = struct.pack(">qq", -1, -1)
    record = struct.pack(">qq", 4096, 4096) + whole[4096:8192]
    data = flattened(late, 4096, end=False) + record + end
    assert found_in(data).text == TEXT
    assert _through_a_pipe(data, tmp_path).text == TEXT


def test_a_flattened_dump_that_is_cut(tmp_path: Path) -> None:
    dump = kdump(None)
    for data in (flattened(dump, end=False), flattened(dump)[:-20], flattened(dump)[:4100]):
        with pytest.raises(DumpError, match="no end mark"):
            found_in(data)
        with pytest.raises(DumpError, match="no end mark"):
            _through_a_pipe(data, tmp_path)
    # What is wanted stands before the cut: a file gives it, as no more is read.
    assert found_in(flattened(kdump(), end=False)).text == TEXT


def _through_a_pipe(data: bytes, folder: Path) -> Found:
    pipe = folder / "pipe"
    if not pipe.exists():
        os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[data])
    writer.start()
    try:
        return find_note(str(pipe))
    finally:
        writer.join()


@pytest.mark.parametrize(
    "data", [TEXT, build(TEXT, "<") + bytes(500), build(TEXT, ">"), elf(), kdump()]
)
def test_everything_comes_through_a_pipe(data: bytes, tmp_path: Path) -> None:
    assert _through_a_pipe(data, tmp_path).text == TEXT


@pytest.mark.parametrize("order", "<>")
def test_raw_note(order: str) -> None:
    found = found_in(build(TEXT, order) + bytes(4000))
    assert (found.text, found.format, found.order) == (TEXT, "note", order)


def test_the_form_can_be_forced() -> None:
    with pytest.raises(DumpError, match="not an ELF file"):
        find_in(Memory("dump", TEXT), "elf")
    assert find_in(Memory("dump", TEXT), "text").text == TEXT
    assert set(FORMATS) >= set(reader._READERS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xfd7zXZ\0" + bytes(50), "xz -dc FILE"),
        (b"\x28\xb5\x2f\xfd" + bytes(50), "zstd -dc FILE"),
        (bytes(2 << 20), "vmcoreinfo find"),
        (b"0x0000000004c3c000 1024\n", "vmcoreinfo note live"),
        (b"4c3c000 1024\n", "vmcoreinfo note live"),
        (elf(type_=2), "--vmlinux"),
    ],
)
def test_what_is_no_dump_is_told_what_to_do(data: bytes, message: str) -> None:
    with pytest.raises(DumpError, match=message):
        found_in(data)


def test_a_sparse_terabyte_is_read_by_seeking(tmp_path: Path) -> None:
    """Bytes read do not grow with the size of the dump, wherever its note is."""
    reads = {}
    for size in (1 << 20, 1 << 40):
        path = tmp_path / f"{size}"
        with path.open("wb") as file:
            file.truncate(size)
            place = size - 4096
            file.write(elf(note_at=None, segments=100)[: 64 + 100 * 56])
            head = bytearray(elf(segments=100)[: 64 + 100 * 56])
            notes = other_note("<") + build(TEXT, "<")
            struct.pack_into("<QQQQQ", head, 64 + 8, place, 0, 0, len(notes), len(notes))
            file.seek(0)
            file.write(head)
            file.seek(place)
            file.write(notes)
        with File(str(path)) as source:
            assert find_in(source).text == TEXT
            reads[size] = source.bytes_read
        path.unlink()
    assert reads[1 << 40] == reads[1 << 20] < 20_000


def test_the_running_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of /proc/kcore, or where it has no note out of physical memory."""
    kcore, address, memory = (tmp_path / name for name in ("kcore", "vmcoreinfo", "mem"))
    for name, path in (("KCORE", kcore), ("ADDRESS", address), ("MEMORY", memory)):
        monkeypatch.setattr(live, name, str(path))
    kcore.write_bytes(elf(before=other_note("<")))
    found = find_note("live")
    assert (found.name, found.text) == ("live", TEXT)

    kcore.write_bytes(elf(None))
    memory.write_bytes(bytes(8192) + build(TEXT, "<").ljust(4096, b"\0"))
    for line in ("0x0000000000002000 1024\n", "2000 400\n"):
        address.write_text(line)
        found = find_note("live")
        assert (found.text, found.offset) == (TEXT, 8192 + 24)

    for line in ("", "nonsense\n", "2000 8\n", "0 400\n"):
        address.write_text(line)
        with pytest.raises(DumpError, match="the note of the running kernel can't be read"):
            find_note("live")
