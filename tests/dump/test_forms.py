# SPDX-License-Identifier: MIT
"""What the headers of dumps may say: machines, classes, sizes of blocks, and where they end."""

from __future__ import annotations

import struct

import pytest

from tests.dump.make import TEXT, elf, flattened, kdump
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError, NoNote
from vmcoreinfo_codegen.dump.reader import Found, find_in
from vmcoreinfo_codegen.dump.source import Memory


def found_in(data: bytes) -> Found:
    return find_in(Memory("dump", data))


def test_a_machine_that_is_not_known() -> None:
    for machine in (0, 1, 41, 61, 63, 0x9025):
        assert found_in(elf(machine=machine)).arch is None


@pytest.mark.parametrize(
    ("class_", "order"), [(0, 1), (3, 1), (3, 2), (1, 0), (1, 3), (2, 0), (2, 3), (9, 7)]
)
def test_an_elf_header_of_no_class_or_order(class_: int, order: int) -> None:
    data = bytearray(elf())
    data[4:6] = bytes([class_, order])
    message = f"dump: an ELF header of class {class_} and byte order {order}; it is corrupt"
    with pytest.raises(DumpError, match=message):
        found_in(bytes(data))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("block", [1 << 9, 1 << 12, 1 << 16, 1 << 20])
def test_blocks_of_a_kdump(block: int, bits: int) -> None:
    assert found_in(kdump(block=block, bits=bits)).text == TEXT


def test_a_whole_kdump_of_blocks_that_are_too_large() -> None:
    with pytest.raises(DumpError, match="with an invalid block size or sub-header"):
        found_in(kdump(block=1 << 21))


@pytest.mark.parametrize("block", [0, 1, 1 << 8, 4095, 4096 + 512, 1 << 21])
def test_blocks_that_no_kdump_has(block: int) -> None:
    data = bytearray(kdump())
    struct.pack_into("<i", data, 428, block)
    with pytest.raises(DumpError, match="with an invalid block size or sub-header"):
        found_in(bytes(data))


@pytest.mark.parametrize(
    ("sub_blocks", "is_one"),
    [(1, True), (1 << 16, True), (0, False), (-1, False), ((1 << 16) + 1, False)],
)
def test_sub_headers_of_a_kdump(sub_blocks: int, is_one: bool) -> None:
    data = bytearray(kdump())
    struct.pack_into("<i", data, 432, sub_blocks)
    if is_one:
        assert found_in(bytes(data)).text == TEXT
    else:
        with pytest.raises(DumpError, match="with an invalid block size or sub-header"):
            found_in(bytes(data))


@pytest.mark.parametrize(("kind", "version"), [(0, 1), (2, 1), (1, 0), (1, 2)])
def test_a_flattened_dump_of_another_version(kind: int, version: int) -> None:
    data = bytearray(flattened(elf()))
    struct.pack_into(">qq", data, 16, kind, version)
    with pytest.raises(DumpError, match="of an unknown type or version"):
        found_in(bytes(data))


@pytest.mark.parametrize(
    ("start", "size"),
    [
        (-2, 1),
        (-(1 << 63), 1),
        (0, 0),
        (0, -1),
        (0, -(1 << 63)),
        ((1 << 63) - 1, 1),
        (1, (1 << 63) - 1),
    ],
)
def test_records_that_no_dump_has(start: int, size: int) -> None:
    head = flattened(b"", end=False)
    with pytest.raises(DumpError, match=r"a flattened record of .* the file is corrupt"):
        found_in(head + struct.pack(">qq", start, size) + bytes(64))


def test_the_byte_of_the_file_at_which_a_record_is_damaged() -> None:
    data = flattened(elf(None), 100, end=False)
    with pytest.raises(
        DumpError, match=f"byte {len(data)}: a flattened record of 0 bytes for byte 5"
    ):
        found_in(data + struct.pack(">qq", 5, 0))


def test_a_record_behind_what_is_kept() -> None:
    """Of a large dump the end is passed over, and what stands behind it in the file counts."""
    whole = elf()
    far = struct.pack(">qq", 1 << 40, 300) + bytes(300)
    data = flattened(whole[:64], 64, end=False) + far
    rest = b"".join(
        struct.pack(">qq", at, len(whole[at : at + 50])) + whole[at : at + 50]
        for at in range(64, len(whole), 50)
    )
    assert found_in(data + rest + struct.pack(">qq", -1, -1)).text == TEXT


def test_other_notes_are_named_where_ours_is_not() -> None:
    others = build(b"a=1\n", "<", b"VMCOREINFO_XEN") + build(b"a=1\n", "<", b"VMCOREINFO_OTHER")
    with pytest.raises(NoNote, match=r"\(VMCOREINFO_XEN, VMCOREINFO_OTHER found\)"):
        found_in(elf(None, before=others))
