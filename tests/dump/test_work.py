# SPDX-License-Identifier: MIT
"""What a file may cost: few bytes never much time, nor a pipe without a writer all of it."""

from __future__ import annotations

import itertools
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dump.make import TEXT, elf, flattened, other_note
from tests.hostile.dumps import elf_of, with_memory
from vmcoreinfo_codegen.dump import carve, notes
from vmcoreinfo_codegen.dump import flattened as flattened_form
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.ranges import Range, Ranges
from vmcoreinfo_codegen.dump.reader import find_in, find_note
from vmcoreinfo_codegen.dump.source import File, Memory
from vmcoreinfo_codegen.files import opening
from vmcoreinfo_codegen.files.compressed import read_file


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Of the processor: the machine may be busy."""
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def found_in(data: bytes) -> object:
    return find_in(Memory("dump", data))


def test_segments_that_name_the_same_notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """4.3 MB were 60,000 times 80,000 notes."""
    monkeypatch.setattr(notes, "_MOST_NOTES", 100_000)
    small = struct.pack("<III", 0, 0, 1) * 80_000
    rows = [(4, 64 + 56 * 60_000 + 64, 0, len(small))] * 60_000
    dump = b"".join(elf_of(rows, small))
    with within(4), pytest.raises(DumpError, match="passed the limit of 100000 notes"):
        found_in(dump)


def test_segments_that_name_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """One note each, but a window is read for it."""
    monkeypatch.setattr(notes, "_MOST_BYTES", 1 << 22)
    rows = [(4, 64 + 56 * 100, 0, 1 << 16)] * 100
    note = struct.pack("<III", 0, 0xFFFFFFFF, 1)
    dump = b"".join(elf_of(rows, note.ljust(1 << 16, b"x")))
    with pytest.raises(DumpError, match="passed the limit of 4194304 bytes of notes"):
        found_in(dump)


def test_names_that_are_like_ours_are_listed_once_and_few() -> None:
    many = b"".join(other_note("<", b"VMCOREINFO_%d" % (n % 50), 0) for n in range(1000))
    found = find_in(Memory("dump", elf(after=many)))
    assert found.beside == tuple(f"VMCOREINFO_{n}" for n in range(16))


def test_a_note_of_too_many_lines() -> None:
    lines = b"OSRELEASE=6.12.0\n" + b"\n" * 65_535
    assert find_in(Memory("note", lines)).text == lines
    with pytest.raises(DumpError, match="passed the limit of 65536 lines; no kernel prints"):
        found_in(lines + b"\n")


@pytest.mark.parametrize("backwards", [False, True])
def test_records_of_one_byte(backwards: bool) -> None:
    """The first missing byte was looked for from the start, for each of them."""
    dump = elf(note_at=100_000)
    with within(6):
        assert find_in(Memory("dump", flattened(dump, 1, backwards=backwards))).text == TEXT


def test_records_that_replace_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flattened_form, "_MOST_SMALL", 1000)
    head = flattened(b"")[:4096]
    small = struct.pack(">qq", 1 << 20, 511) + bytes(511)
    large = struct.pack(">qq", 1 << 20, 512) + bytes(512)
    whole = flattened(elf(), 4096)[4096:]
    assert find_in(Memory("dump", head + small * 998 + large * 2000 + whole)).text == TEXT
    with pytest.raises(DumpError, match="limit of 1000 records of less than 512 bytes"):
        found_in(head + small * 1001 + whole)


@pytest.mark.parametrize(
    "piece",
    [
        b"OSRELEASE=1" + b".1" * 500,
        b"OSRELEASE=1.1.1.1.1.1",
        b"OSRELEASE=" + b"1" * 3000,
        b"OSRELEASE=",
        notes.build(b"x" * 14, "<")[:24] + b"OSRELEASE=6.1\n",
    ],
)
def test_images_full_of_beginnings(piece: bytes, tmp_path: Path) -> None:
    """Each place cost its whole window, up to 64 KiB."""
    image = tmp_path / "image"
    image.write_bytes(piece * ((1 << 20) // len(piece)))
    with within(8), image.open("rb") as file:
        assert carve.carve(file) == []


def test_images_full_of_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = tmp_path / "image"
    image.write_bytes(b"OSRELEASE=6.1\nPAGESIZE=4096\n\0" * 100)

    def carved() -> int:
        with image.open("rb") as file:
            return len(carve.carve(file, name="image"))

    assert carved() == 100
    for name, most, said in (
        ("_MOST_TEXTS", 99, "limit of 99 notes"),
        ("_LEAST_LINES", 150, "limit of 161 lines of text"),
        ("_LEAST_BYTES", 2000, "limit of 2011 bytes of text"),
    ):
        with monkeypatch.context() as lower, pytest.raises(DumpError, match=said):
            lower.setattr(carve, name, most)
            carved()


def test_a_release_has_at_most_64_letters(tmp_path: Path) -> None:
    image = tmp_path / "image"
    longest = b"6.1." + b"x" * 60
    for release, number in ((longest, 1), (longest + b"x" * 20, 0)):
        image.write_bytes(b"OSRELEASE=" + release + b"\nPAGESIZE=4096\n\0")
        with image.open("rb") as file:
            assert len(carve.carve(file)) == number


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12), st.integers(0, 99)), max_size=8),
    st.integers(-1, 45),
)
def test_ranges_are_those_that_were_given(rows: list[tuple[int, int, int]], number: int) -> None:
    """Beside a search through all of them: the first that has it counts."""
    given_ = [Range(*row) for row in rows]
    first = next((r for r in given_ if r.start <= number < r.start + r.size), None)
    ranges = Ranges(given_)
    found = ranges.find(number)
    if first is None:
        assert found is None
    else:
        assert found is not None
        assert found.start <= number < found.start + found.size
        assert found.target + number - found.start == first.target + number - first.start
    ends = [(r.start, r.start + r.size) for r in ranges]
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(ends))


def test_many_ranges_that_overlap() -> None:
    with within(5):
        ranges = Ranges(Range(n, 60_000, 0) for n in range(30_000))
        assert all(ranges.find(n) for n in range(89_999))


def test_memory_across_segments_that_overlap() -> None:
    """kexec-tools describes the kernel's text twice; the first segment counts."""
    content = b"A" * 100 + b"b" * 300
    place = 64 + 56 * 2 + 64
    rows = [(1, place, 1100, 100), (1, place + 100, 1000, 300)]
    memory = PhysicalMemory(Memory("dump", b"".join(elf_of(rows, content))))
    assert memory.read(1090, 120) == b"b" * 10 + b"A" * 100 + b"b" * 10
    assert memory.read(1290, 50) == b"b" * 10
    assert (memory.read(999, 5), memory.read(1300, 5)) == (b"", b"")
    assert list(memory.find(b"Ab")) == [1199]
    assert list(memory.find(b"A" * 99)) == [1100, 1101]


def test_memory_that_names_the_same_bytes() -> None:
    rows = [(1, 64 + 56 * 50 + 64, n << 32, 1 << 20) for n in range(50)]
    memory = PhysicalMemory(Memory("dump", b"".join(elf_of(rows, bytes(1 << 20)))))
    with pytest.raises(DumpError, match=r"limit of \d+ bytes of memory in its segments"):
        list(memory.find(b"Linux version "))


def test_holes_of_memory_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "dump"
    path.write_bytes(b"".join(elf_of([(1, 4096, 0x1000, 1 << 40)])))
    with path.open("r+b") as file:
        file.truncate((1 << 40) + 4096)
        file.seek((1 << 30) + 4096)
        file.write(b"Linux version ")
    with File(str(path)) as source, within(3):
        assert list(PhysicalMemory(source).find(b"Linux version ")) == [(1 << 30) + 0x1000]


def test_a_pipe_without_a_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = threading.active_count()
    with pytest.raises(TimeoutError, match="a pipe that was not opened for writing"):
        find_note(str(pipe))
    with pytest.raises(TimeoutError, match="start the writer first"):
        read_file(pipe, 100)
    time.sleep(0.1)
    assert threading.active_count() == before
    pipe.chmod(0)
    if os.geteuid():
        with pytest.raises(PermissionError):
            find_note(str(pipe))


def test_a_pipe_that_is_fed_later(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def feed() -> None:
        time.sleep(0.3)
        pipe.write_bytes(elf())

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert find_note(str(pipe)).text == TEXT
    feeder.join()


def test_a_pipe_that_is_fed_and_closed_already() -> None:
    """As `<(zcat FILE)`: what was written is there, and the writer is gone."""
    end, start = os.pipe()
    os.write(start, elf())
    os.close(start)
    assert find_note(f"/dev/fd/{end}").text == TEXT
    os.close(end)


def test_memory_is_where_the_headers_say() -> None:
    memory = PhysicalMemory(Memory("dump", with_memory(elf())))
    assert memory.read(0x10000, 12) == b"memorymemory"
