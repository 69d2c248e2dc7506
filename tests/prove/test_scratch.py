# SPDX-License-Identifier: MIT
"""A copy of a dump is changed in place, wherever tools find its note; and which pages a dump has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dump import make
from tests.prove.made_up import KEY, NOTE, OTHER, kdump_with
from vmcoreinfo_codegen.dump.elf import open_elf
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.pages import read_pages
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.reader import find_note
from vmcoreinfo_codegen.dump.source import File
from vmcoreinfo_codegen.model.store.altered import text_without
from vmcoreinfo_codegen.prove.scratch import Scratch

DUMPS = {
    "elf": make.elf(NOTE),
    "elf, headers elsewhere": make.elf(NOTE, headers_at=512),
    "elf, big-endian, 32 bits": make.elf(NOTE, 32, ">", 20),
    "elf, two notes": make.elf(NOTE, after=build(NOTE, "<")),
    "kdump": make.kdump(NOTE),
    "kdump, text in notes": make.kdump(NOTE, only_in_notes=True),
    "kdump, big-endian": make.kdump(NOTE, order=">", machine=b"s390x"),
    "flattened": make.flattened(make.kdump(NOTE)),
    "flattened, small pieces": make.flattened(make.kdump(NOTE), piece=7),
    "flattened elf, backwards": make.flattened(make.elf(NOTE), piece=50, backwards=True),
}


@pytest.mark.parametrize("name", DUMPS)
def test_entries_go_and_come_back(tmp_path: Path, name: str) -> None:
    dump, folder = tmp_path / "dump", tmp_path / "folder"
    dump.write_bytes(DUMPS[name])
    folder.mkdir()
    found = find_note(str(dump))
    scratch = Scratch(str(dump), found, folder)
    whole = scratch.path.read_bytes()
    text = scratch.without([KEY, OTHER])
    assert find_note(str(scratch.path)).text == text == text_without(NOTE, [KEY, OTHER])
    assert len(scratch.path.read_bytes()) == len(whole)
    # Behind new headers the old file is as it was, and no header leads there.
    assert scratch.path.read_bytes().count(KEY.encode()) == name.endswith("elsewhere")
    assert scratch.without([]) == NOTE
    assert scratch.path.read_bytes() == whole
    assert dump.read_bytes() == DUMPS[name]
    if name.startswith("elf") and found.bits == 64:
        with File(str(scratch.path)) as file:
            assert open_elf(file).segments_offset == 64


def test_a_note_many_times(tmp_path: Path) -> None:
    dump = tmp_path / "dump"
    dump.write_bytes(make.elf(NOTE, after=build(NOTE, "<") * 20))
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(DumpError, match="more than 16 copies"):
        Scratch(str(dump), find_note(str(dump)), folder)


@pytest.mark.parametrize(
    ("text", "keys", "left"),
    [
        (b"A=1\nKEY=22\nB=3\n", ["KEY"], b"A=1\nXXXX=0\nB=3\n"),
        (b"A=1\nB=3", ["B"], b"A=1\nX=0"),
        (b"KEY\nB=3\n", ["KEY"], b"X=0\nB=3\n"),
        (b"KEY=1\nKEY=2\n", ["KEY"], b"XXX=0\nXXX=0\n"),
        (b"KEY=1\nKEYS=2\n", ["KEY"], b"XXX=0\nKEYS=2\n"),
        (b"=\nA=1\n", [""], b"0\nA=1\n"),
        (b"A=1\n\0\0\0", ["A"], b"X=0\n\0\0\0"),
    ],
)
def test_a_text_stays_as_long(text: bytes, keys: list[str], left: bytes) -> None:
    assert text_without(text, keys) == left and len(left) == len(text)


def test_pages_are_compared(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(kdump_with([0, 9, 100]))
    other.write_bytes(kdump_with([9, 101, 102]))
    right, found = read_pages(str(one), 64), read_pages(str(other), 64)
    assert (right.release, right.machine, right.number) == ("6.12.0", "x86_64", 3)
    assert (right.without(found), found.without(right)) == (2, 2)
    short = right._replace(bitmap=right.bitmap[:1])
    assert (right.without(short), short.without(right)) == (2, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (make.elf(NOTE), "not a compressed dump"),
        (kdump_with([1])[:9000], "do not fit in the file"),
        (b"KDUMP   " + bytes(600), "invalid block size"),
        (b"KDUMP   ", "is truncated"),
    ],
)
def test_pages_of_a_damaged_dump(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "dump"
    path.write_bytes(data)
    with pytest.raises(DumpError, match=message):
        read_pages(str(path), 64)
