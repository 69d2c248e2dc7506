# SPDX-License-Identifier: MIT
"""Dumps that lie: never a traceback, never much memory, never long."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dump.make import TEXT, elf, flattened, kdump
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.reader import find_in
from vmcoreinfo_codegen.dump.source import Memory

FORMS = [
    elf(),
    elf(bits=32, order=">"),
    elf(bits=32, segments=65_535)[:4000],
    kdump(),
    kdump(bits=32, order=">"),
    flattened(elf(), 64),
    flattened(kdump(), 4096),
    build(TEXT, "<"),
    TEXT,
]


FLAT = flattened(b"")[:4096] + struct.pack(">qq", 0, 64) + elf()[:64]


def read(data: bytes) -> None:
    try:
        found = find_in(Memory("dump", data))
    except DumpError as error:
        assert str(error).startswith("dump")
    else:
        assert len(found.text) <= 1 << 20


@pytest.mark.mutations
@given(st.data())
def test_mutated(data: st.DataObject) -> None:
    """Bytes and whole fields replaced by the values that break readers."""
    dump = bytearray(data.draw(st.sampled_from(FORMS)))
    for _ in range(data.draw(st.integers(1, 6))):
        # Most of what can be lied about is at the front.
        most = data.draw(st.sampled_from([64, 128, 600, len(dump)]))
        place = data.draw(st.integers(0, min(most, len(dump)) - 1))
        piece = data.draw(
            st.one_of(
                st.binary(min_size=1, max_size=8),
                st.sampled_from(
                    [0, 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1]
                ).map(lambda number: struct.pack("<Q", number)),
                st.sampled_from([bytes(8), b"\xff" * 4, b"\x7f\xff\xff\xff", bytes(3) + b"\1"]),
            )
        )
        dump[place : place + len(piece)] = piece
    read(bytes(dump[: data.draw(st.integers(0, len(dump)))] if data.draw(st.booleans()) else dump))


@pytest.mark.mutations
@given(st.sampled_from([form[:16] for form in FORMS]), st.binary(max_size=300))
def test_a_magic_and_anything(magic: bytes, rest: bytes) -> None:
    read(magic + rest)


def _elf_with(**fields: int) -> bytes:
    places = {"phoff": 32, "shoff": 40, "phentsize": 54, "phnum": 56, "offset": 72, "filesz": 96}
    dump = bytearray(elf())
    for name, value in fields.items():
        form = "<H" if name in ("phnum", "phentsize") else "<Q"
        struct.pack_into(form, dump, places[name], value)
    return bytes(dump)


@pytest.mark.parametrize(
    ("dump", "message"),
    [
        (_elf_with(phoff=2**64 - 8), "program headers at byte 18446744073709551608 reach beyond"),
        (_elf_with(phnum=0xFFFE), "65534 program headers at byte 64 reach beyond"),
        (_elf_with(phentsize=8), "program headers of 8 bytes each; at least 56 are needed"),
        (_elf_with(filesz=2**64 - 1, offset=2**63), "no VMCOREINFO note"),
        (elf()[:70], "program headers at byte 64 reach beyond"),
        (elf()[:30], "the ELF header is truncated"),
        (kdump()[:100], "the kdump header is truncated"),
        (kdump()[:5000], "there is no text"),
        (kdump(block=4096)[:424] + bytes(4000), "invalid block size"),
        (FLAT + struct.pack(">qq", -2, 5), "the file is corrupt"),
        (FLAT + struct.pack(">qq", 5, 0), "the file is corrupt"),
        (FLAT + struct.pack(">qq", 2**62, 2**62), "the file is corrupt"),
        (flattened(b"")[:20], "unknown type or version"),
        (elf(b"x" * (1 << 21)), "claims 2097152 bytes"),
        (build(b"x" * (1 << 21), "<"), "claims 2097152 bytes"),
    ],
)
def test_what_lies_is_named(dump: bytes, message: str) -> None:
    with pytest.raises(DumpError, match=message):
        find_in(Memory("dump", dump))


def test_a_note_that_is_cut_keeps_what_is_there() -> None:
    assert find_in(Memory("dump", elf()[:-20])).text == TEXT[: -20 + (-len(TEXT) % 4)]


def test_notes_that_never_end_are_bounded() -> None:
    """A sparse segment of a terabyte of empty notes: told as such, within bounded work."""

    class Endless(Memory):
        def read(self, offset: int, size: int) -> bytes:
            if offset < len(self.data):
                return super().read(offset, size)
            return (struct.pack("<III", 4, 0, 1) + b"ABC\0") * (size // 16 + 1)

    dump = _elf_with(filesz=1 << 40)
    source = Endless("dump", dump[:64] + dump[64:176])
    source.size = 1 << 41
    with pytest.raises(DumpError, match="passed the limit of 1048576 notes"):
        find_in(source)
