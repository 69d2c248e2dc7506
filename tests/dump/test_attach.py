# SPDX-License-Identifier: MIT
"""Copies of ELF dumps with another note: only the note differs, and the headers are where they must be."""

from __future__ import annotations

import itertools
import os
import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Run
from tests.conftest import real_notes
from tests.dump.make import TEXT, elf, other_note
from tests.dump.streams import page, stream
from vmcoreinfo_codegen.dump import elf as elf_format
from vmcoreinfo_codegen.dump import notes
from vmcoreinfo_codegen.dump.attach import attach
from vmcoreinfo_codegen.dump.memory import PhysicalMemory
from vmcoreinfo_codegen.dump.problem import DumpError, NoNote
from vmcoreinfo_codegen.dump.ranges import Range
from vmcoreinfo_codegen.dump.raw import RawImage, order_of
from vmcoreinfo_codegen.dump.reader import find_in, find_note
from vmcoreinfo_codegen.dump.source import File, Memory
from vmcoreinfo_codegen.files.writing import OutputRefused

NEW = b"OSRELEASE=7.3.4\nPAGESIZE=4096\nSIZE(page)=64\n"
CLASSES = list(itertools.product([32, 64], "<>"))


def segments_of(path: Path) -> list[elf_format.Segment]:
    with File(str(path)) as source:
        return list(elf_format.open_elf(source).segments())


def names_of(path: Path) -> list[bytes]:
    with File(str(path)) as source:
        file = elf_format.open_elf(source)
        return [
            note.name
            for segment in file.segments()
            if segment.type == elf_format.PT_NOTE
            for note in notes.walk(source, segment.offset, segment.file_size, file.order)
        ]


def with_memory(dump: bytes, bits: int, order: str, content: bytes) -> bytes:
    """The same dump with `content` as the memory of its last segment, physical address 0x10000."""
    data = bytearray(dump + content)
    place = 64 + 56 if bits == 64 else 52 + 32
    if bits == 64:
        fields: tuple[int, ...] = (1, 7, len(dump), 0, 0x10000, len(content), len(content), 0)
        struct.pack_into(order + "IIQQQQQQ", data, place, *fields)
    else:
        fields = (1, len(dump), 0, 0x10000, len(content), len(content), 7, 0)
        struct.pack_into(order + "8I", data, place, *fields)
    return bytes(data)


@pytest.mark.parametrize(("bits", "order"), CLASSES)
@pytest.mark.parametrize("has_note", [False, True])
def test_note_and_memory(bits: int, order: str, has_note: bool, tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    before = other_note(order) + other_note(order, b"QEMU", 440, 0)
    after = notes.build(b"xen=4\n", order, b"VMCOREINFO_XEN")
    plain = elf(TEXT if has_note else None, bits, order, before=before, after=after)
    dump.write_bytes(with_memory(plain, bits, order, b"memory" * 5000))
    attached = attach(NEW, str(dump), str(out))
    assert attached.replaced == (TEXT if has_note else None)
    assert find_note(str(out)).text == NEW
    assert names_of(out) == [b"CORE", b"QEMU", b"VMCOREINFO_XEN", b"VMCOREINFO"]
    with File(str(out)) as source:
        memory = PhysicalMemory(source)
        assert memory.read(0x10000, 30_000) == b"memory" * 5000
        file = elf_format.open_elf(source)
        assert file.segments_offset == {32: 52, 64: 64}[bits]
        assert (file.bits, file.order, file.type) == (bits, order, 4)
    # Segments keep their place within a page, as whoever maps the file needs.
    old = [s.offset % 4096 for s in segments_of(dump) if s.type == 1]
    assert [s.offset % 4096 for s in segments_of(out) if s.type == 1] == old


def test_headers_that_stand_elsewhere_come_to_the_front(tmp_path: Path) -> None:
    """As those of QEMU, which makedumpfile does not find."""
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(elf(headers_at=192))
    attach(NEW, str(dump), str(out))
    assert struct.unpack_from("<Q", out.read_bytes(), 32) == (64,)
    assert find_note(str(out)).text == NEW


@pytest.mark.parametrize("bits", [32, 64])
def test_more_headers_than_can_be_counted(bits: int, tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(elf(bits=bits, segments=70_000, note_segment=69_999))
    attach(NEW, str(dump), str(out))
    assert find_note(str(out)).text == NEW
    segments = segments_of(out)
    assert (len(segments), segments[0].type) == (70_000, elf_format.PT_NOTE)


def test_the_note_taken_out(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(elf(before=other_note("<")))
    assert attach(None, str(dump), str(out)).replaced == TEXT
    with pytest.raises(NoNote):
        find_note(str(out))
    assert names_of(out) == [b"CORE"]


def test_a_copy_of_a_copy_is_the_same(tmp_path: Path) -> None:
    dump, first, second = (tmp_path / name for name in ("vmcore", "first", "second"))
    dump.write_bytes(with_memory(elf(), 64, "<", b"memory" * 100))
    attach(NEW, str(dump), str(first))
    attach(TEXT, str(first), str(second))
    assert find_note(str(second)).text == TEXT
    with File(str(second)) as source:
        assert PhysicalMemory(source).read(0x10000, 600) == b"memory" * 100


def test_holes_stay_holes(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(elf())
    os.truncate(dump, 1 << 36)
    attached = attach(NEW, str(dump), str(out))
    assert attached.shared or attached.copied < 1 << 20
    assert out.stat().st_blocks * 512 < 1 << 20
    assert out.stat().st_size >= 1 << 36


def test_what_can_not_be_copied(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    out.write_bytes(b"before")
    for data, message in (
        (b"OSRELEASE=6.1\n", "not a dump; a note can be put into ELF and kdump-compressed dumps"),
        (elf(type_=2), "not a core dump"),
        (elf()[:70], "program headers at byte 64 reach beyond"),
    ):
        dump.write_bytes(data)
        with pytest.raises(DumpError, match=message):
            attach(NEW, str(dump), str(out))
    dump.write_bytes(elf())
    with pytest.raises(OutputRefused, match="the same file as the input"):
        attach(NEW, str(dump), str(dump))
    assert out.read_bytes() == b"before"
    assert sorted(os.listdir(tmp_path)) == ["copy", "vmcore"]


def test_offsets_that_do_not_fit_in_32_bits(tmp_path: Path) -> None:
    dump = bytearray(with_memory(elf(bits=32), 32, "<", b"x"))
    struct.pack_into("<II", dump, 52 + 32 + 4, 0xFFFFF800, 0)
    path = tmp_path / "vmcore"
    path.write_bytes(dump)
    os.truncate(path, 0xFFFFF801)
    with pytest.raises(DumpError, match="do not fit in 32 bits"):
        attach(NEW, str(path), str(tmp_path / "copy"))


@pytest.mark.mutations
@given(st.data())
def test_mutated_dumps(data: st.DataObject) -> None:
    """Either a copy that can be read, with the note, or an error that says why not."""
    dump = bytearray(elf(before=other_note("<")))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(dump) - 1))
        piece = data.draw(st.binary(min_size=1, max_size=4))
        dump[place : place + len(piece)] = piece
    path, out = Path("/dev/shm") / f"vmcore-{os.getpid()}", Path("/dev/shm") / f"copy-{os.getpid()}"
    path.write_bytes(dump)
    try:
        attach(NEW, str(path), str(out))
        assert find_in(Memory("copy", out.read_bytes())).text == NEW
    except DumpError:
        pass
    finally:
        path.unlink()
        out.unlink(missing_ok=True)


def test_attach_verb(run: Run, tmp_path: Path) -> None:
    dump, out, note = tmp_path / "vmcore", tmp_path / "copy", tmp_path / "note"
    dump.write_bytes(elf(None))
    note.write_bytes(real_notes()[0].note)
    ran = run("attach", str(note), str(dump), "-o", str(out), "--format", "json")
    answer = ran.json("attach")
    assert (ran.code, answer["replaced"]) == (0, False)
    assert answer["lines"] == len(real_notes()[0].values)
    assert find_note(str(out)).text == real_notes()[0].text
    ran = run("attach", str(note), str(out), "-o", str(dump))
    assert (ran.code, "replaced the existing note" in ran.err) == (0, True)
    note.write_bytes(b"nothing\n")
    assert run("attach", str(note), str(dump), "-o", str(out)).code == 2
    assert run("attach", str(tmp_path / "absent"), str(dump), "-o", str(out)).code == 2


def test_a_note_of_another_kernel_is_warned_of(run: Run, tmp_path: Path) -> None:
    dump, out, note = tmp_path / "vmcore", tmp_path / "copy", tmp_path / "note"
    dump.write_bytes(elf())
    note.write_bytes(NEW)
    ran = run("attach", str(note), str(dump), "-o", str(out))
    assert ran.code == 0
    assert "OSRELEASE is 7.3.4" in ran.err and "but 6.12.0 in" in ran.err


def test_the_copy_may_be_in_another_file_system(tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(with_memory(elf(), 64, "<", b"memory" * 100_000))
    out = Path("/dev/shm") / f"copy-{os.getpid()}"
    try:
        attached = attach(NEW, str(dump), str(out))
        assert find_note(str(out)).text == NEW
        assert attached.copied == dump.stat().st_size
    finally:
        out.unlink(missing_ok=True)
    with pytest.raises(IsADirectoryError, match="a folder"):
        attach(NEW, str(dump), str(tmp_path))


@pytest.mark.parametrize(
    ("size", "cut", "described", "held"),
    [(30_332, 0, 30_000, 30_000), (30_331, 1, 30_000, 29_999), (333, 29_999, 30_000, 1), (332, 30_000, 30_000, 0)],
)  # fmt: skip
def test_how_much_a_dump_holds(size: int, cut: int, described: int, held: int) -> None:
    dump = with_memory(elf(), 64, "<", b"memory" * 5000)
    assert len(dump) == 30_332
    file = elf_format.open_elf(Memory("dump", dump[:size]))
    assert elf_format.coverage(file, file.segments()) == (described, held, cut)


def test_a_dump_without_memory_is_whole() -> None:
    file = elf_format.open_elf(Memory("dump", elf()))
    assert elf_format.coverage(file, file.segments()) == (0, 0, 0)


def test_a_pipe_holds_all() -> None:
    source = Memory("dump", with_memory(elf(), 64, "<", b"memory" * 5000)[:1000])
    source.size = None
    file = elf_format.open_elf(source)
    assert elf_format.coverage(file, file.segments()) == (30_000, 30_000, 0)


def test_a_dump_that_is_cut(run: Run, tmp_path: Path) -> None:
    """What a part of is there is rescued, and said; what nothing of is there is refused."""
    note, dump, out = tmp_path / "note", tmp_path / "vmcore", tmp_path / "copy"
    note.write_bytes(NEW)
    whole = with_memory(elf(), 64, "<", b"memory" * 5000)
    for size, code, message in (
        (len(whole), 0, "no warning"),
        (9000, 0, "it ends 21332 bytes before the end that its headers give, and holds 8668 of "
        "30000"),
        (200, 2, "its program headers describe 30000 bytes of memory, but the file has none of them"),
        (100, 2, "2 program headers at byte 64 reach beyond the end of the file"),
    ):  # fmt: skip
        dump.write_bytes(whole[:size])
        ran = run("attach", str(note), str(dump), "-o", str(out))
        assert (ran.code, out.exists()) == (code, code == 0)
        assert message == "no warning" or message in ran.err
        assert ("it ends" in ran.err) is (size == 9000)
        out.unlink(missing_ok=True)


@pytest.mark.parametrize(("machine", "warned"), [(62, False), (183, True), (0xF00D, False)])
def test_a_note_of_another_architecture(
    run: Run, tmp_path: Path, machine: int, warned: bool
) -> None:
    note = "tests/corpus/notes/x86_64-6.12.117+deb13-amd64.note"
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(with_memory(elf(None, machine=machine), 64, "<", b"memory" * 500))
    ran = run("attach", note, str(dump), "-o", str(out))
    assert (ran.code, out.exists()) == (0, True)
    assert ("is for x86_64, but" in ran.err) is warned
    assert (f"{dump} is for arm64" in ran.err) is warned


ADDRESSES = {64: 0xFFFFFFFF82C0A940, 32: 0xC0DE1234}
"""Of a variable that the note names."""


@pytest.mark.parametrize(("bits", "order"), CLASSES)
def test_a_raw_image_gets_headers(bits: int, order: str, tmp_path: Path) -> None:
    raw, out = tmp_path / "memory", tmp_path / "vmcore"
    pointer = struct.pack(order + ("Q" if bits == 64 else "I"), ADDRESSES[bits])
    raw.write_bytes((b"memory--" * 512 + pointer * 4).ljust(16384, b"\1"))
    with File(str(raw)) as source:
        assert order_of(PhysicalMemory(source), bits, [7, ADDRESSES[bits]]) == order
        assert order_of(PhysicalMemory(source), bits, [7, ADDRESSES[bits] + 8]) is None
        assert order_of(PhysicalMemory(source), bits, []) is None
    attached = attach(
        NEW, str(raw), str(out), raw=RawImage((Range(0x4000, 16384, 0),), bits, order, 0xF00D)
    )
    assert (attached.replaced, attached.arch) == (None, None)
    assert attached.coverage == (16384, 16384, 0)
    assert find_note(str(out)).text == NEW
    with File(str(out)) as source:
        file = elf_format.open_elf(source)
        assert (file.bits, file.order, file.type, file.machine) == (bits, order, 4, 0xF00D)
        assert PhysicalMemory(source).read(0x4000, 16384) == raw.read_bytes()
        assert PhysicalMemory(source).read(0x3FFF, 1) == b""
    (segment,) = [s for s in segments_of(out) if s.type == 1]
    assert (segment.virtual, segment.offset % 4096) == (0x4000, 0)


def test_bytes_between_words_are_no_pointers(tmp_path: Path) -> None:
    raw = tmp_path / "memory"
    raw.write_bytes((b"\0" + struct.pack("<Q", ADDRESSES[64])).ljust(4096, b"\0"))
    with File(str(raw)) as source:
        assert order_of(PhysicalMemory(source), 64, [ADDRESSES[64]]) is None


def note_of(file: str, folder: Path) -> tuple[Path, int]:
    """A real note, and the address of a variable that it names."""
    path = folder / "note"
    path.write_bytes(next(note for note in real_notes() if note.file == file).text)
    (line,) = re.findall(rb"(?m)^SYMBOL\(init_uts_ns\)=(\w+)$", path.read_bytes())
    return path, int(line, 16)


def test_attach_verb_with_a_raw_image(run: Run, tmp_path: Path) -> None:
    note, address = note_of("x86_64-6.12.117+deb13-amd64.note", tmp_path)
    raw, out = tmp_path / "memory", tmp_path / "vmcore"
    raw.write_bytes(struct.pack("<Q", address).ljust(8192, b"\0"))
    ran = run("attach", str(note), str(raw), "-o", str(out))
    assert (ran.code, "treated as a memory image starting at 0x0" in ran.err) == (0, True)
    assert find_note(str(out)).arch == "x86_64"
    assert run("attach", str(note), str(raw), "-o", str(out), "--memory-start", "0x1000").code == 0
    assert [s.physical for s in segments_of(out) if s.type == 1] == [0x1000]
    for data, message in (
        (bytes(8192), "none of the addresses in .* or the note is from another boot"),
        (raw.read_bytes()[:-1], "not a dump; a note can be put into ELF"),
    ):
        raw.write_bytes(data)
        ran = run("attach", str(note), str(raw), "-o", str(tmp_path / "other"))
        assert ran.code == 2 and re.search(message, ran.err), ran.err
    ran = run("attach", str(note), str(out), "-o", str(raw), "--memory-start", "0")
    assert (ran.code, "is not a raw image; leave out --memory-start" in ran.err) == (2, True)
    ran = run("attach", str(note), str(out), "-o", str(raw), "--memory-start", "low")
    assert (ran.code, "'low' is not an address" in ran.err) == (2, True)


def test_attach_verb_with_an_image_of_lime(run: Run, tmp_path: Path) -> None:
    """Its headers stay in the file, between the segments, and tell where memory begins."""
    note, address = note_of("arm64-7.3-cloud-arm64.note", tmp_path)
    image, out = tmp_path / "memory.lime", tmp_path / "vmcore"
    pieces = {0x40000000: b"low" * 4096, 0x80000000: struct.pack("<Q", address).ljust(8192, b"h")}
    image.write_bytes(
        b"".join(
            struct.pack("<4sIQQQ", b"EMiL", 1, start, start + len(data) - 1, 0) + data
            for start, data in pieces.items()
        )
    )
    ran = run("attach", str(note), str(image), "-o", str(out))
    assert (ran.code, "treated as a memory image of 2 ranges" in ran.err) == (0, True), ran.err
    with File(str(out)) as source:
        memory = PhysicalMemory(source)
        assert [memory.read(start, 1 << 14) for start in pieces] == [*pieces.values()]
    assert find_note(str(out)).text == note.read_bytes()
    ran = run("attach", str(note), str(image), "-o", str(out), "--memory-start", "0")
    assert (ran.code, "has the addresses of its memory" in ran.err) == (2, True)


def test_attach_verb_with_a_saved_guest(run: Run, tmp_path: Path) -> None:
    note, _ = note_of("x86_64-6.12.117+deb13-amd64.note", tmp_path)
    state = tmp_path / "state"
    state.write_bytes(stream([page(0, b"x" * 4096, "pc.ram")], {"pc.ram": 4096}))
    ran = run("attach", str(note), str(state), "-o", str(tmp_path / "out"))
    assert ran.code == 2 and "a stream of QEMU's migration; a note can be put into" in ran.err, (
        ran.err
    )


def test_attach_verb_where_memory_begins_somewhere(run: Run, tmp_path: Path) -> None:
    """On arm64 the machine decides; ppc64 has both byte orders, and the image tells."""
    raw, out = tmp_path / "memory", tmp_path / "vmcore"
    for file, start, order in (
        ("arm64-7.3-cloud-arm64.note", "0x40000000", "<"),
        ("ppc64el-7.3-powerpc64le.note", "0", "<"),
        ("ppc64el-7.3-powerpc64le.note", "0", ">"),
    ):
        note, address = note_of(file, tmp_path)
        raw.write_bytes(struct.pack(order + "Q", address).ljust(8192, b"\0"))
        ran = run("attach", str(note), str(raw), "-o", str(out))
        assert ran.code == 2 and "the start address of a raw image is unknown" in ran.err
        ran = run("attach", str(note), str(raw), "-o", str(out), "--memory-start", start)
        assert ran.code == 0, ran.err
        with File(str(out)) as source:
            assert elf_format.open_elf(source).order == order


def test_adapt_says_that_a_dump_is_cut(run: Run, tmp_path: Path) -> None:
    note = next(n for n in real_notes() if n.file == "x86_64-6.12.117+deb13-amd64.note")
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    whole = with_memory(elf(note.text), 64, "<", b"memory" * 5000)
    dump.write_bytes(whole[:-7])
    ran = run("adapt", str(dump), "--for", "makedumpfile", "-o", str(out))
    assert (ran.code, out.exists()) == (0, True)
    assert "it ends 7 bytes before the end that its headers give" in ran.err
