# SPDX-License-Identifier: MIT
"""Whether a dump has all that it describes, and its note where tools look."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.dump.make import TEXT, elf, flattened, kdump, with_pages
from tests.dump.real import core
from vmcoreinfo_codegen.dump.problem import DumpError, NoNote
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.whole import Fault, Flaw, flaws_of

BLOCK = 4096
NOTE_PLACE = 4096 + 8 + 4 + 4 + 16
"""Of offset_vmcoreinfo in a compressed dump of 64 bits; size_vmcoreinfo stands behind it."""


def flaws(tmp_path: Path, dump: bytes) -> list[Flaw]:
    path = tmp_path / "dump"
    path.write_bytes(dump)
    return list(flaws_of(find_note(str(path))))


def told(tmp_path: Path, dump: bytes) -> str:
    """The one flaw in words, with its kind in front."""
    (one,) = flaws(tmp_path, dump)
    return f"{one.fault}: {one.text}"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("zero", [0, 50, 98])
def test_a_compressed_dump_that_is_cut(tmp_path: Path, order: str, zero: int) -> None:
    whole = with_pages(kdump(order=order), zero=zero, order=order)
    assert flaws(tmp_path, whole) == []
    assert flaws(tmp_path, whole + b"behind") == []
    table = 5 * BLOCK
    end = table + 24 * len(range(3, 200, 2))
    for size in (len(whole) - 1, len(whole) // 2 + end // 2, end):
        said = told(tmp_path, whole[:size])
        assert said == f"cut: the dump ends {len(whole) - size} bytes before its last page does"
    for size in (end - 1, table):
        said = told(tmp_path, whole[:size])
        assert said == (
            f"cut: its descriptors of 99 pages end at byte {end}, but it ends at byte {size}"
        )
    said = told(tmp_path, whole[: 3 * BLOCK + 1])
    assert (
        said == f"cut: its page bitmaps end at byte {table}, but the dump at byte {3 * BLOCK + 1}"
    )


def test_a_part_of_a_split_dump(tmp_path: Path) -> None:
    """The bitmaps are those of the whole, the pages those of the part."""
    pages = range(3, 200, 2)
    whole = bytearray(with_pages(kdump(split=1), range(101, 200, 2), zero=0))
    bitmap = bytearray(BLOCK)
    for page in pages:
        bitmap[page // 8] |= 1 << page % 8
    whole[4 * BLOCK : 5 * BLOCK] = bitmap
    struct.pack_into("<QQ", whole, NOTE_PLACE - 16, 101, 1000)
    assert flaws(tmp_path, bytes(whole)) == []
    assert "descriptors" in told(tmp_path, bytes(whole[: 5 * BLOCK + 24 * 49]))
    assert "before its last" in told(tmp_path, bytes(whole[:-1]))


def test_a_writer_that_ran_out_of_room(tmp_path: Path) -> None:
    dump = bytearray(with_pages(kdump()))
    dump[424] |= 8
    assert told(tmp_path, bytes(dump)).startswith("cut: its header marks it as incomplete")


def with_note_place(offset: int, size: int) -> bytes:
    dump = bytearray(with_pages(kdump()))
    struct.pack_into("<QQ", dump, NOTE_PLACE, offset, size)
    return bytes(dump)


@pytest.mark.parametrize(
    ("offset", "size", "words"),
    [
        (0, 0, "has the note nowhere, but it is among the ELF notes"),
        (1 << 60, 100, f"has the note 100 bytes at byte {1 << 60}, but it is among"),
        (2 * BLOCK, 1 << 40, f"has the note {1 << 40} bytes at byte 8192, but it is among"),
        (2 * BLOCK, 0, "has the note 0 bytes at byte 8192, but it is among"),
        (2 * BLOCK, 20, "20 bytes at byte 8192, but the ELF note is a different text"),
        (2 * BLOCK + 17, len(TEXT) - 17, "but the ELF note is a different text"),
        (100, 100, "has the note 100 bytes at byte 100, but it is among"),
    ],
)
def test_a_note_that_is_elsewhere(tmp_path: Path, offset: int, size: int, words: str) -> None:
    said = told(tmp_path, with_note_place(offset, size))
    assert said.startswith("elsewhere: its header ") and words in said
    assert "crash and makedumpfile look only there" in said


def test_an_absurd_size_of_a_note_that_is_in_its_place(tmp_path: Path) -> None:
    """As in the dumps of makedumpfile, whose header names the descriptor of the ELF note itself."""
    whole = with_note_place(0, 0)
    at = whole.rindex(TEXT)
    assert flaws(tmp_path, with_note_place(at, len(TEXT))) == []
    for size in (1 << 40, 1 << 24, len(whole)):
        said = told(tmp_path, with_note_place(at, size))
        assert f"has the note {size} bytes at byte {at}" in said


def test_a_note_where_the_header_says(tmp_path: Path) -> None:
    assert flaws(tmp_path, with_note_place(2 * BLOCK, len(TEXT))) == []
    # Zeroes behind the text are none of it.
    assert flaws(tmp_path, with_note_place(2 * BLOCK, len(TEXT) + 8)) == []


def test_flattened(tmp_path: Path) -> None:
    whole = with_pages(kdump())
    assert flaws(tmp_path, flattened(whole, 1000)) == []
    assert flaws(tmp_path, flattened(whole, 1000, backwards=True)) == []
    for said in (
        told(tmp_path, flattened(whole, 1000, end=False)),
        told(tmp_path, flattened(whole, 1000)[:-3000]),
    ):
        assert "has no end mark" in said and said.startswith("cut: ")
    # What was cut before it was flattened.
    assert "before its last page" in told(tmp_path, flattened(whole[:-10], 1000))


def test_elf(tmp_path: Path) -> None:
    text = TEXT * 3
    whole = bytearray(elf(text))
    assert flaws(tmp_path, bytes(whole)) == []
    struct.pack_into("<Q", whole, 64 + 56 + 32, 1 << 20)
    cut = told(tmp_path, bytes(whole))
    assert cut.startswith("cut: the dump ends ")
    assert cut.endswith("bytes before the end that its program headers give")
    assert told(tmp_path, flattened(bytes(whole), 100)) == cut


def test_program_headers_that_are_elsewhere(tmp_path: Path) -> None:
    """Behind the section header, as some releases of QEMU write them."""
    whole = elf(TEXT)
    table = whole[64 : 64 + 56 * 2]
    moved = bytearray(whole) + table
    struct.pack_into("<Q", moved, 32, len(whole))
    said = told(tmp_path, bytes(moved))
    assert said == (
        f"elsewhere: its program headers, and so the note, are at byte {len(whole)}, but "
        "makedumpfile looks only at byte 64"
    )


def test_an_elf_dump_that_is_cut_before_its_note(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    whole = elf(TEXT)
    at = whole.index(b"VMCOREINFO")
    for size in (at - 12, at - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(
            NoNote, match=r"truncated: it ends .* bytes before the end that its program"
        ):
            find_note(str(path))
    path.write_bytes(whole[:100])
    with pytest.raises(DumpError, match="is truncated or corrupt"):
        find_note(str(path))


def test_what_was_not_looked_at_is_said(tmp_path: Path) -> None:
    found = find_note(str(_written(tmp_path, with_pages(kdump()))))
    (one,) = flaws_of(found._replace(name="-"))
    assert one == Flaw(Fault.UNSEEN, "read from a pipe, so not checked for completeness")
    large = bytearray(with_pages(kdump()))
    struct.pack_into("<I", large, 424 + 12, 1 << 16)
    path = _written(tmp_path, bytes(large))
    with path.open("r+b") as file:
        file.truncate(1 << 30)
    (one,) = flaws_of(find_note(str(path)))
    assert one.fault is Fault.UNSEEN
    assert "was not checked, so it is not known whether all pages are present" in one.text
    # A bare note is no dump.
    assert list(flaws_of(found._replace(name="-", format="note"))) == []


def _written(tmp_path: Path, dump: bytes) -> Path:
    path = tmp_path / "dump"
    path.write_bytes(dump)
    return path


def test_real_ones(tmp_path: Path) -> None:
    """Whole there is nothing to find; of the same without its second half that it is cut."""
    for name in ("x86_64-6.12.117+deb13-cloud-amd64.kdump", "x86_64-6.1.0-56-cloud-amd64.kdump"):
        path = core(name)
        assert list(flaws_of(find_note(str(path)))) == []
        data = path.read_bytes()
        assert "before its last page" in told(tmp_path, data[: len(data) // 2])
