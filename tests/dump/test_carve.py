# SPDX-License-Identifier: MIT
"""Notes are found in raw memory wherever they are, and what looks like one is not."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Run
from tests.conftest import real_notes
from tests.dump.make import TEXT, elf, kdump
from vmcoreinfo_codegen.dump import carve as module
from vmcoreinfo_codegen.dump.carve import MOST_TEXT, Carved, carve, located
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.source import Memory


def carved(data: bytes) -> list[Carved]:
    return carve(io.BytesIO(data))


def image(size: int, **texts: bytes) -> bytes:
    """`size` bytes of noise without NUL, with `at_OFFSET=text` in it, a NUL behind each."""
    data = bytearray(b"\xa5" * size)
    for place, text in texts.items():
        offset = int(place.removeprefix("at_"))
        data[offset : offset + len(text) + 1] = text + b"\0"
    return bytes(data)


def test_every_real_note_is_found_in_its_buffer() -> None:
    for note in real_notes():
        for data in (note.note, note.text, bytes(4096) + note.note + bytes(100)):
            (found,) = carved(data)
            assert found.text == note.text, note.file
        order = {"s390x": ">"}.get(note.arch, "<")
        assert carved(note.note)[0].order == order


@pytest.mark.parametrize("chunk", [64, 1000, 1 << 22])
@pytest.mark.parametrize("place", [0, 1, 4095, 4096, 63_999, 64_000, 199_900])
def test_at_any_offset(place: int, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK", chunk)
    data = image(200_000, **{f"at_{place}": TEXT})
    (found,) = carved(data)
    assert (found.offset, found.text, found.known) == (place, TEXT, 3)
    assert found.is_aligned == (place % 4096 == 0)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=5), st.integers(40, 3000))
def test_each_once_whatever_the_chunks(gaps: list[int], chunk: int) -> None:
    data = b"".join(bytes(gap) + build(TEXT, "<") + b"\0" for gap in gaps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK", chunk)
        patch.setattr(module, "MOST_TEXT", 200)
        found = carved(data)
    assert [text.text for text in found] == [TEXT] * len(gaps)
    assert all(text.order == "<" for text in found)
    assert len({text.offset for text in found}) == len(gaps)


@pytest.mark.parametrize(
    "text",
    [
        b"OSRELEASE=%s\nPAGESIZE=%ld\n",
        b"OSRELEASE=\n",
        b"OSRELEASE=6.1.0 and more\n",
        b"OSRELEASE=6.1.0\0PAGESIZE=4096\n",
        b"# OSRELEASE=x.y\nPAGESIZE=4096\n",
    ],
)
def test_what_only_looks_like_one(text: bytes) -> None:
    assert carved(image(10_000, at_4096=text)) == []


def test_ranked_by_what_can_be_used_then_by_place() -> None:
    text = real_notes()[0].text
    # The bytes of a format string and half a note are worse than the whole one.
    data = image(
        65536,
        at_100=text[:500],
        at_8192=text,
        at_20001=text,
        at_30000=build(text, "<"),
        at_40960=build(text, "<"),
        at_60000=b"OSRELEASE=%s",
    )
    assert [text.offset for text in carved(data)] == [40_984, 8192, 30_024, 20_001, 100]


def test_a_header_says_where_the_text_ends() -> None:
    data = build(TEXT, "<") + b"MORE=1\n" * 100
    assert carved(data)[0].text == TEXT
    # One that says more than is there is not believed.
    wrong = build(TEXT + bytes(2000), "<")[: 24 + len(TEXT)]
    assert carved(wrong)[0].text == TEXT


def test_a_text_without_end_is_bounded() -> None:
    data = b"OSRELEASE=6.1\nPAGESIZE=4096\n" * 10_000
    found = carved(data)
    assert [len(text.text) for text in found[:-1]] == [MOST_TEXT] * (len(data) // MOST_TEXT)


def test_physical_addresses_of_an_elf_dump() -> None:
    dump = elf(headers_at=64)
    (found,) = located(carved(dump), Memory("dump", dump))
    assert (found.physical, found.order) == (None, "<")


def test_holes_are_not_read(tmp_path: Path) -> None:
    """A sparse image of a terabyte, with a note in its middle, far larger than memory."""
    path = tmp_path / "image"
    with path.open("wb") as file:
        file.truncate(1 << 40)
        file.seek(1 << 39)
        file.write(TEXT)
    done: list[int] = []
    with path.open("rb", buffering=0) as image:
        (found,) = carve(image, done.append)
    assert (found.offset, found.text) == (1 << 39, TEXT)
    assert sum(done) < 1 << 24


def test_find_verb(run: Run, tmp_path: Path) -> None:
    text = real_notes()[0].text
    path = tmp_path / "memory.raw"
    path.write_bytes(image(100_000, at_8192=text, at_50001=text))
    ran = run("find", str(path))
    assert ran.code == 0
    assert [line.split()[:4] for line in ran.out.splitlines()[1:]] == [
        ["1", "0x2000", "-", "page"],
        ["2", "0xc351", "-", "copy"],
    ]
    answer = run("find", str(path), "--format", "json").json("find")
    assert [note["same_as"] for note in answer["notes"]] == [None, 1]
    out = tmp_path / "text"
    assert run("find", str(path), "-o", str(out)).code == 0
    assert out.read_bytes() == text
    assert run("find", str(path), "--number", "2", "-o", str(out)).code == 0
    ran = run("find", str(path), "--number", "3")
    assert (ran.code, "2 notes found" in ran.err) == (1, True)


def test_find_without_a_note(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "memory.raw"
    path.write_bytes(bytes(100_000))
    ran = run("find", str(path))
    assert (ran.code, ran.out) == (1, "")
    assert "no note found" in ran.err
    assert run("find", str(path), "--format", "json").json("find")["notes"] == []
    assert run("find", str(tmp_path / "absent")).code == 2


def test_find_reads_a_pipe(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=[image(9 << 20, at_8000000=TEXT)])
    writer.start()
    answer = run("find", str(pipe), "--format", "json").json("find")
    writer.join()
    assert [note["offset"] for note in answer["notes"]] == [8_000_000]


def test_find_says_what_may_hide_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "image"
    for data, message in (
        (b"\xfd7zXZ\0" + bytes(100), "xz -dc FILE | vmcoreinfo find -"),
        (kdump(None), "'vmcoreinfo note' reads the note from a kdump's header"),
        (bytes(100), "can't be searched"),
    ):
        path.write_bytes(data)
        ran = run("find", str(path))
        assert (ran.code, message in ran.err) == (1, True)
