# SPDX-License-Identifier: MIT
"""First lines are found wherever they cross a border, by one process or by several."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Run
from tests.conftest import real_notes
from vmcoreinfo_codegen.dump import carve as carving
from vmcoreinfo_codegen.dump import scan
from vmcoreinfo_codegen.dump.carve import MOST_TEXT, Carved, carve
from vmcoreinfo_codegen.dump.notes import build
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.scan import FIRST_LINE, LONGEST_FIRST_LINE, Pieces, first_lines

LINE = b"OSRELEASE=6.1\n"
TEXT = LINE + b"PAGESIZE=4096\n"
LONGEST = b"OSRELEASE=123456789.123456789" + b"x" * 64 + b"\n"


def by(jobs: int, data: bytes, folder: Path) -> list[Carved]:
    path = folder / "image"
    path.write_bytes(data)
    with path.open("rb") as file:
        return carve(file, name="image", jobs=jobs)


def all_in(data: bytes) -> list[int]:
    return list(first_lines(bytearray(data), 0, len(data)))


@pytest.mark.parametrize("line", [LINE, LONGEST, b"OSRELEASE=init_uts_ns.name.release\n"])
@pytest.mark.parametrize("filler", [b"=", b"\0", b"OSRELEASE", b"SRELEASE=", b"OSRELEASE="])
def test_at_every_offset_of_a_step(
    filler: bytes, line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(line) < LONGEST_FIRST_LINE
    monkeypatch.setattr(scan, "_LEAST_STEP", 64)
    noise = filler * (2000 // len(filler))
    for offset in range(1000):
        before = noise[:offset]
        window = bytearray(before + line + noise)
        assert list(first_lines(window, 0, len(window))) == [offset]
        assert list(first_lines(window, offset, offset + len(line))) == [offset]
        assert list(first_lines(window, offset, offset + len(line) - 1)) == []
        assert list(first_lines(window, offset + 1, len(window))) == []


_FRAGMENTS = [
    b"OSRELEASE=",
    b"OSRELEASE",
    b"SRELEASE=",
    b"=",
    b"E",
    b"O",
    b"\n",
    b"6.1",
    b"\0" * 40,
]


@given(
    st.lists(st.sampled_from([LINE, LONGEST, *_FRAGMENTS]), max_size=60),
    st.sampled_from([16, 64, 4096]),
    st.sampled_from([4, 256]),
)
def test_those_that_the_expression_finds(pieces: list[bytes], step: int, each: int) -> None:
    data = b"".join(pieces)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "_LEAST_STEP", step)
        patch.setattr(scan, "_BYTES_FOR_A_CALL", each)
        assert all_in(data) == [match.start() for match in FIRST_LINE.finditer(data)]


@pytest.mark.parametrize("filler", [b"\0", b"="])
@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_at_every_offset_of_a_piece(
    jobs: int, filler: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the texts is one byte further in its piece than the one before."""
    monkeypatch.setattr(carving, "_CHUNK", 100)
    monkeypatch.setattr(carving, "MOST_TEXT", 64)
    data = (TEXT + b"\0").ljust(101, filler) * 100
    found = by(jobs, data, tmp_path) if jobs else carve(io.BytesIO(data))
    assert [(text.offset, text.text) for text in sorted(found)] == [
        (101 * number, TEXT) for number in range(100)
    ]


def test_headers_and_texts_that_cross_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carving, "_CHUNK", 1000)
    notes = [bytes(number) + note.note for number, note in enumerate(real_notes())]
    data = b"".join(notes)
    found = by(2, data, tmp_path)
    assert len(found) == len(notes)
    assert found == carve(io.BytesIO(data))
    assert all(text.order for text in found)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        LINE,
        TEXT * 10_000,
        b"x" * 10 + TEXT * 5000 + b"\0" + TEXT,
        build(TEXT, "<") * 100,
        b"OSRELEASE=" * 20_000 + TEXT,
        (LINE + b"\0") * 5000 + TEXT,
    ],
)
def test_several_processes_find_the_same(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carving, "_CHUNK", MOST_TEXT // 4)
    assert by(3, data, tmp_path) == carve(io.BytesIO(data))


def test_holes_are_no_pieces(tmp_path: Path) -> None:
    path = tmp_path / "image"
    with path.open("wb") as file:
        file.truncate(1 << 40)
        file.seek(1 << 39)
        file.write(TEXT)
    done: list[int] = []
    with path.open("rb") as image:
        (found,) = carve(image, done.append, jobs=2)
    assert (found.offset, found.text) == (1 << 39, TEXT)
    assert sum(done) < 1 << 24


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 300)), max_size=20))
def test_pieces_by_number(rows: list[tuple[int, int]]) -> None:
    stretches = []
    place = 0
    for gap, size in rows:
        stretches.append((place + gap, place + gap + size))
        place += gap + size
    pieces = Pieces(stretches, 64)
    got = [pieces[number] for number in range(len(pieces))]
    assert got == [(s, min(s + 64, end)) for start, end in stretches for s in range(start, end, 64)]


def test_what_a_killed_process_left_is_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carving, "_CHUNK", 100)
    real = scan._Search.has_one
    main = os.getpid()

    def dies(self: scan._Search, number: int) -> bool:
        if os.getpid() != main and number % 7 == 3:
            os._exit(1)
        return real(self, number)

    monkeypatch.setattr(scan._Search, "has_one", dies)
    assert len(by(2, TEXT.ljust(101, b"\0") * 100, tmp_path)) == 100


def test_what_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(scan, "read_into", fails)
    with pytest.raises(OSError, match="Input/output error"):
        by(2, TEXT, tmp_path)


def children() -> set[str]:
    """Processes of this one; other tests may have left some."""
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


def test_no_process_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = children()
    monkeypatch.setattr(carving, "_CHUNK", 1000)
    monkeypatch.setattr(carving, "_MOST_TEXTS", 5)
    with pytest.raises(DumpError, match="limit of 5 notes"):
        by(2, (TEXT + b"\0") * 1000, tmp_path)

    def stop(size: int) -> None:
        raise KeyboardInterrupt

    with (tmp_path / "image").open("rb") as file, pytest.raises(KeyboardInterrupt):
        carve(file, stop, jobs=2)
    assert children() <= before


def test_processes_are_for_large_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(64)))
    assert [scan.processes(size << 20) for size in (0, 64, 127, 128, 1 << 20)] == [1, 1, 1, 2, 4]
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0})
    assert scan.processes(1 << 40) == 1


def test_find_verb_with_several(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = real_notes()[0].text
    path = tmp_path / "memory.raw"
    path.write_bytes(bytes(4096) + text + bytes(3 << 20) + build(text, "<") + bytes(99))
    one = run("find", str(path), "--format", "json").json("find")
    monkeypatch.setattr(scan, "_BYTES_FOR_A_PROCESS", 1 << 20)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
    assert run("find", str(path), "--format", "json").json("find") == one
    assert len(one["notes"]) == 2
