# SPDX-License-Identifier: MIT
"""Copies of kdump-compressed dumps with another note: no page, descriptor or bitmap is another one."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.command import Run
from tests.conftest import real_notes
from tests.dump.make import TEXT, flattened
from tests.dump.whole_kdump import BLOCK, FORMS, Made, whole
from vmcoreinfo_codegen.dump import kdump, notes
from vmcoreinfo_codegen.dump.attach import attach
from vmcoreinfo_codegen.dump.elf import Coverage
from vmcoreinfo_codegen.dump.problem import DumpError, NoNote
from vmcoreinfo_codegen.dump.reader import find_in, find_note
from vmcoreinfo_codegen.dump.source import File, Memory

NEW = TEXT + b"OFFSET(page.compound_head)=8\n"
LONG = TEXT + b"".join(b"SYMBOL(new_%d)=ffffffff82a18000\n" % number for number in range(300))
MACHINES = list(FORMS)


def header_of(data: bytes) -> kdump.Kdump:
    """By the layout in which the places are in the file."""
    headers = kdump.open_kdump(Memory("dump", data))
    return next((h for h in headers if max(h.notes.offset, h.text.offset) < len(data)), headers[0])


def copied(made: Made, text: bytes | None, folder: Path) -> bytes:
    """The copy, of which nothing from the bitmaps to the end of the old file is another one."""
    dump, out = folder / "vmcore", folder / "copy"
    dump.write_bytes(made.data)
    attach(text, str(dump), str(out))
    copy = out.read_bytes()
    assert copy[: kdump.SUB_HEADER_BYTES] == made.data[: kdump.SUB_HEADER_BYTES]
    assert copy[:BLOCK] == made.data[:BLOCK]
    assert copy[made.bitmaps : len(made.data)] == made.data[made.bitmaps :]
    return copy


def other_names(data: bytes) -> list[bytes]:
    source = Memory("dump", data)
    header = header_of(data)
    walked = notes.walk(source, header.notes.offset, header.notes.size, header.order)
    return [note.name for note in walked]


@pytest.mark.parametrize("had", [TEXT, None, LONG[:3000]])
@pytest.mark.parametrize(("bits", "order"), MACHINES)
def test_a_note_that_fits(bits: int, order: str, had: bytes | None, tmp_path: Path) -> None:
    made = whole(had, bits, order)
    copy = copied(made, NEW, tmp_path)
    found = find_in(Memory("copy", copy))
    assert (found.text, found.bits, found.order) == (NEW, bits, order)
    assert len(copy) == len(made.data)
    assert other_names(copy) == [b"CORE", b"VMCOREINFO"]
    assert copy.count(b"OSRELEASE=") == 1
    header = header_of(copy)
    # makedumpfile works the place of the text out by that of the notes.
    assert header.notes.offset < header.text.offset < header.notes.offset + header.notes.size


@pytest.mark.parametrize(("bits", "order"), MACHINES)
def test_a_longer_note_goes_behind_all(bits: int, order: str, tmp_path: Path) -> None:
    made = whole(TEXT, bits, order, erased=b"erase x\n")
    copy = copied(made, LONG, tmp_path)
    assert find_in(Memory("copy", copy)).text == LONG
    assert header_of(copy).notes.offset >= len(made.data)
    assert header_of(copy).erased == header_of(made.data).erased
    assert other_names(copy) == [b"CORE", b"VMCOREINFO"]
    # The old one is gone.
    assert copy.count(b"OSRELEASE=") == 1
    # Nothing else of the sub-header is another: phys_base, level, frames.
    form, _ = FORMS[bits, order]
    old, new = (struct.unpack_from(order + form, data, BLOCK) for data in (made.data, copy))
    assert (old[:5], old[9:]) == (new[:5], new[9:])


def test_a_copy_of_a_copy(tmp_path: Path) -> None:
    """A note that stands behind all is written over where it is, and comes back between the headers never."""
    made = whole()
    first = copied(made, LONG, tmp_path)
    again = Made(first, made.bitmaps)
    second_dump, out = tmp_path / "second", tmp_path / "third"
    second_dump.write_bytes(again.data)
    attach(LONG.replace(b"6.12.0", b"6.12.1"), str(second_dump), str(out))
    assert len(out.read_bytes()) == len(first)
    assert find_note(str(out)).text == LONG.replace(b"6.12.0", b"6.12.1")
    attach(LONG + LONG, str(second_dump), str(out))
    assert find_note(str(out)).text == LONG + LONG
    assert out.read_bytes()[made.bitmaps : len(made.data)] == made.data[made.bitmaps :]


def test_the_note_taken_out(tmp_path: Path) -> None:
    copy = copied(whole(), None, tmp_path)
    with pytest.raises(NoNote):
        find_in(Memory("copy", copy))
    assert other_names(copy) == [b"CORE"]
    assert b"OSRELEASE" not in copy


def test_what_was_there(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    for had in (TEXT, None):
        dump.write_bytes(whole(had).data)
        attached = attach(NEW, str(dump), str(out))
        assert (attached.replaced, attached.arch) == (had, "x86_64")
        assert attached.coverage == Coverage(5 * BLOCK, 5 * BLOCK, 0)
        assert attached.shared or attached.copied


def test_a_version_without_room_for_other_notes(tmp_path: Path) -> None:
    made = whole(version=3)
    for text in (NEW, LONG):
        copy = copied(made, text, tmp_path)
        assert find_in(Memory("copy", copy)).text == text
        assert header_of(copy).notes == kdump.Place(0, 0)
    dump = tmp_path / "old"
    dump.write_bytes(whole(None, version=2).data)
    with pytest.raises(
        DumpError, match=r"version 2 has no room for a note; .* makedumpfile -l DUMP"
    ):
        attach(NEW, str(dump), str(tmp_path / "copy"))


def test_a_note_that_no_tool_reads_is_replaced(tmp_path: Path) -> None:
    """Zeros where the text should be, as of a kernel whose memory was gone."""
    made = whole()
    place = made.data.index(TEXT)
    spoiled = made.data[:place] + bytes(len(TEXT)) + made.data[place + len(TEXT) :]
    copy = copied(Made(spoiled, made.bitmaps), NEW, tmp_path)
    assert find_in(Memory("copy", copy)).text == NEW
    assert other_names(copy) == [b"CORE", b"VMCOREINFO"]


@pytest.mark.parametrize(
    ("cut", "held"), [(1, 4), (100, 4), (101, 3), (499, 0), (500, 0), (560, 0), (5000, 0)]
)
def test_a_dump_that_is_cut(cut: int, held: int, run: Run, tmp_path: Path) -> None:
    """Between the headers a note is put in, with a warning; behind all it would stand where pages should."""
    made = whole()
    dump, out, note = tmp_path / "vmcore", tmp_path / "copy", tmp_path / "note"
    dump.write_bytes(made.data[:-cut])
    note.write_bytes(NEW)
    ran = run("attach", str(note), str(dump), "-o", str(out))
    assert (ran.code, out.exists()) == ((0, True) if held else (2, False)), ran.err
    if held:
        assert (
            f"it ends {cut} bytes before the end that its headers give, and holds {held * BLOCK} of"
            in ran.err
        )
        note.write_bytes(LONG)
        ran = run("attach", str(note), str(dump), "-o", str(out))
        assert (ran.code, f"truncated {cut} bytes before the end of its pages" in ran.err) == (
            2,
            True,
        )


def test_one_file_of_several(tmp_path: Path) -> None:
    made = whole(split=1)
    assert find_in(Memory("copy", copied(made, NEW, tmp_path))).text == NEW
    with pytest.raises(DumpError, match=r"one of several files, .* makedumpfile --reassemble"):
        copied(made, LONG, tmp_path)


def test_a_flattened_dump_is_put_together_first(run: Run, tmp_path: Path) -> None:
    note, dump, out = tmp_path / "note", tmp_path / "vmcore", tmp_path / "copy"
    text = next(n.text for n in real_notes() if n.file == "x86_64-7.3.4+deb13-amd64.note")
    note.write_bytes(NEW)
    dump.write_bytes(flattened(whole(text).data, 1000))
    for verb in (
        ("attach", str(note), str(dump), "-o", str(out)),
        ("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(out)),
    ):
        ran = run(*verb)
        assert (ran.code, out.exists()) == (2, False)
        assert "rebuild it first: makedumpfile -R DUMP < FILE" in ran.err


def test_adapt_writes_a_copy(run: Run, tmp_path: Path) -> None:
    """README's case: makedumpfile 1.7.8 on 7.3."""
    note = next(n for n in real_notes() if n.file == "x86_64-7.3.4+deb13-amd64.note")
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    made = whole(note.text)
    dump.write_bytes(made.data)
    ran = run("adapt", str(dump), "--for", "makedumpfile@1.7.8", "-o", str(out))
    assert (ran.code, ran.out) == (0, "")
    text = find_note(str(out)).text
    assert b"OFFSET(page.compound_head)=8\n" in text and b"OFFSET(page.compound_info)=8\n" in text
    assert out.read_bytes()[made.bitmaps : len(made.data)] == made.data[made.bitmaps :]


def test_permissions_and_the_input_stay(tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    made = whole()
    dump.write_bytes(made.data)
    dump.chmod(0o600)
    attach(LONG, str(dump), str(out))
    assert dump.read_bytes() == made.data
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.mutations
@given(st.data())
def test_mutated_headers(data: st.DataObject) -> None:
    """Either a copy with the note and every byte behind the headers as it was, or an error."""
    made = whole()
    dump = bytearray(made.data)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.one_of(st.integers(420, 470), st.integers(BLOCK, BLOCK + 600)))
        piece = data.draw(st.binary(min_size=1, max_size=4))
        dump[place : place + len(piece)] = piece
    text = data.draw(st.sampled_from([NEW, LONG, None]))
    path, out = (Path("/dev/shm") / f"{name}-{os.getpid()}" for name in ("kdump", "kdump-copy"))
    path.write_bytes(dump)
    try:
        attach(text, str(path), str(out))
        with File(str(out)) as source:
            header = header_of(out.read_bytes())
            if text is not None:
                assert source.read(header.text.offset, header.text.size) == text
        assert out.read_bytes()[header.bitmaps.offset : len(dump)] == dump[header.bitmaps.offset :]
    except DumpError:
        pass
    finally:
        path.unlink()
        out.unlink(missing_ok=True)


@pytest.mark.parametrize(("bits", "order"), MACHINES)
def test_headers_that_say_something_else(bits: int, order: str, tmp_path: Path) -> None:
    """As QEMU writes them: no name but the machine, another phys_base."""
    made = whole(None, bits, order)
    plain = bytearray(made.data)
    plain[12 : 12 + 4 * 65] = bytes(4 * 65)
    dump, out = tmp_path / "vmcore", tmp_path / "copy"
    dump.write_bytes(plain)
    text = NEW + b"NUMBER(phys_base)=-4096\n"
    assert attach(text, str(dump), str(out)).mended == ()
    assert out.read_bytes()[:BLOCK] == plain[:BLOCK]
    attached = attach(text, str(dump), str(out), mends=True)
    assert attached.mended == ("utsname", "phys_base")
    copy = out.read_bytes()
    names = [copy[12 + 65 * number :][:65].rstrip(b"\0") for number in range(5)]
    assert names == [b"Linux", b"(none)", b"6.12.0", b"(unknown)", FORMS[bits, order][1]]
    (base,) = struct.unpack_from(order + ("Q" if bits == 64 else "I"), copy, BLOCK)
    assert base == (1 << bits) - 4096
    # The same once more has nothing to set, and neither has a dump by makedumpfile.
    assert attach(text, str(out), str(dump), mends=True).mended == ()
    assert dump.read_bytes() == copy
    dump.write_bytes(made.data)
    same = NEW + b"NUMBER(phys_base)=4096\n"
    assert attach(same, str(dump), str(out), mends=True).mended == ()


def test_attach_verb_says_what_it_set(run: Run, tmp_path: Path) -> None:
    plain = bytearray(whole(None).data)
    plain[12 : 12 + 4 * 65] = bytes(4 * 65)
    dump, out, note = tmp_path / "vmcore", tmp_path / "copy", tmp_path / "note"
    dump.write_bytes(plain)
    note.write_bytes(NEW)
    ran = run("attach", str(note), str(dump), "-o", str(out))
    assert (ran.code, "header fields set from the note: utsname\n" in ran.err) == (0, True)
    ran = run("attach", str(note), str(out), "-o", str(dump), "--format", "json")
    assert ran.json("attach")["mended"] == []
