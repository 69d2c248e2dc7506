# SPDX-License-Identifier: MIT
"""The reader of dumps in JavaScript: it finds what the one in Python finds, and says the same of what is none."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import CORPUS, real_notes
from tests.dump.make import TEXT, elf, flattened, kdump, other_note, with_pages
from tests.dump.real import core
from tests.dump.test_hostile import FORMS
from tests.dump.test_posted import MAIL, OTHER, each, timed
from tests.dump.test_posted import TEXT as POSTED
from tests.each import check_each
from tests.emit.driver import Driver, digits
from vmcoreinfo_codegen.dump import foreign
from vmcoreinfo_codegen.dump.notes import XEN_NAME, build
from vmcoreinfo_codegen.dump.problem import DumpError
from vmcoreinfo_codegen.dump.reader import COMPRESSED, Found, find_in, find_note
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.dump.whole import flaws_of

_LONG_NUMBER = re.compile(r"[0-9]{16,}")


def _dumps() -> Iterator[tuple[str, bytes]]:
    for order in "<>":
        for bits in (32, 64):
            yield f"elf {bits} {order}", elf(bits=bits, order=order, virtual=1 << 31)
            yield f"elf without {bits} {order}", elf(None, bits, order, before=other_note(order))
            for version in range(7):
                for aligned in (True, False):
                    name = f"{version} {bits} {order} {aligned}"
                    made = kdump(version=version, bits=bits, order=order, aligned=aligned)
                    yield f"kdump {name}", made
                    yield (
                        f"kdump in notes {name}",
                        kdump(TEXT, version, bits, order, aligned=aligned, only_in_notes=True),
                    )
        xen = build(b"xen=1\n", order, XEN_NAME)
        yield f"elf of Xen {order}", elf(before=other_note(order) + xen, order=order)
        yield f"elf of Xen alone {order}", elf(None, before=xen, order=order)
        registers = other_note(order, b"QEMU")
        yield f"elf of QEMU {order}", elf(after=registers, order=order)
        yield f"note {order}", build(TEXT, order)
        yield f"note cut {order}", build(TEXT, order)[:-9]
    for machine in range(0, 300, 3):
        yield f"machine {machine}", elf(machine=machine)
    for block in (256, 512, 1000, 1024, 65536, 1 << 20, 1 << 21):
        yield f"block {block}", kdump(block=block)
    yield "many segments", elf(segments=65_536, note_segment=65_535)
    yield "many segments of 32 bits", elf(bits=32, segments=65_536, note_segment=3)
    yield "headers at 4096", elf(headers_at=4096, note_at=20_000)
    yield "relocatable", elf(type_=1)
    yield "split", kdump(split=1)
    yield "no note in a kdump", kdump(None)
    yield "diskdump", kdump(magic=b"DISKDUMP")
    yield "pages", with_pages(kdump())
    whole = with_pages(kdump())
    for size in (1, 1000, len(whole) - 3 * 4096, len(whole) - 4 * 4096, len(whole) - 4 * 4096 - 9):
        yield f"pages less {size}", whole[:-size]
    yield "pages of a split dump", with_pages(kdump(split=1))
    yield "pages of zeroes", with_pages(kdump(), range(5, 40), zero=35)
    yield "elf and cut", elf(after=other_note("<"))[:-9]
    for size in (16, 100, 4096):
        for backwards in (True, False):
            for dump in (elf(), kdump(), with_pages(kdump()), elf(None), TEXT):
                yield (
                    f"flattened {size} {backwards} {len(dump)}",
                    flattened(dump, size, backwards=backwards),
                )
    yield "flattened without an end", flattened(elf(None), end=False)
    yield "flattened and cut", flattened(elf())[:4200]
    yield "flattened of another version", flattened(elf()).replace(b"\0\1", b"\0\2", 1)
    for magic in (*COMPRESSED, *foreign.IMAGES, *foreign.KNOWN):
        yield f"form {magic!r}", magic + bytes(range(256))
    yield "address", b"0x7fff1000 1024\n"
    yield "address without 0x", b"00007fff1000 1024\n"
    yield "no text", bytes(range(256)) * 5000
    yield "nothing", b""
    yield "too many lines", b"A=1\n" * 70_000
    for name, form in _posts(POSTED):
        yield name, form
    for note in real_notes():
        yield note.file, (CORPUS / "notes" / note.file).read_bytes()


def _posts(text: bytes) -> Iterator[tuple[str, bytes]]:
    yield "indented", each(b"    ", text)
    yield "quoted", each(b"> > ", text)
    yield "comment", each(b"  // ", text)
    yield "behind a comment", each(b"\t", text, b"  # of today")
    yield "console", timed(b"[    T1]")(text)
    yield "crlf", text.replace(b"\n", b"\r\n")
    yield "strings", each(b'"', text, b'\\n"')
    yield "two", each(b"  ", text) + b"\n" * 50 + each(b"  ", OTHER)
    yield "utf-16", b"\xff\xfe" + each(b" ", text).decode().encode("utf-16-le")
    yield "utf-16 of the other order", b"\xfe\xff" + each(b" ", text).decode().encode("utf-16-be")
    yield "utf-8", b"\xef\xbb\xbf" + each(b" ", text)
    yield "colours", each(b"\x1b[32m  ", text, b"\x1b[0m")
    yield "mail", MAIL % (b"", each(b"  ", text))
    encoded = base64.encodebytes(each(b" ", text))
    yield "base64", MAIL % (b"Content-Transfer-Encoding: base64", encoded)
    quoted = each(b" ", text).replace(b"=", b"=3D")
    yield "quoted-printable", MAIL % (b"Content-Transfer-Encoding: quoted-printable", quoted)


DUMPS = dict(_dumps())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dumps")


def _told(found: Found) -> dict[str, Any]:
    order = {"<": True, ">": False}
    return {
        "text": found.text.decode("latin-1"),
        "format": found.format,
        "container": found.container,
        "offset": found.offset,
        "arch": found.arch,
        "bits": found.bits,
        "isLittle": order.get(found.order or ""),
        "beside": list(found.beside),
        "cut": found.cut,
        "highest": None if found.highest is None else str(found.highest),
        "names": None if found.names is None else found.names._asdict(),
        "hasRegisters": found.has_registers,
        "lines": list(found.lines),
        "remarks": list(found.remarks),
    }


def _python(data: bytes, folder: Path) -> dict[str, Any]:
    try:
        found = find_in(Memory("dump", data))
    except DumpError as error:
        return {"error": str(error)}
    path = folder / "dump"
    path.write_bytes(data)
    flaws = flaws_of(found._replace(name=str(path)))
    told = [{"fault": one.fault.value, "text": one.text, "tool": one.tool} for one in flaws]
    return {**_told(found), "flaws": told}


def _javascript(driver: Driver, data: bytes) -> dict[str, Any]:
    (line,) = driver.ask([f"dump {digits(data)}"])
    told: dict[str, Any] = json.loads(line)
    if "error" not in told:
        del told["name"]
        told.setdefault("bits", None)
    return told


@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.long)])
def test_it_finds_the_same_in_dumps_of_every_form(
    javascript: Driver, tmp_path: Path, step: int
) -> None:
    def check(dump: tuple[str, bytes]) -> None:
        assert _javascript(javascript, dump[1]) == _python(dump[1], tmp_path)

    check_each([*DUMPS.items()][::step], lambda dump: dump[0], check)


@given(st.data())
def test_it_finds_the_same_in_dumps_that_lie(
    javascript: Driver, folder: Path, data: st.DataObject
) -> None:
    dump = bytearray(data.draw(st.sampled_from(FORMS)))
    for _ in range(data.draw(st.integers(1, 6))):
        most = data.draw(st.sampled_from([64, 128, 600, len(dump)]))
        place = data.draw(st.integers(0, min(most, len(dump)) - 1))
        piece = data.draw(st.one_of(st.binary(min_size=1, max_size=8), st.just(b"\xff" * 4)))
        dump[place : place + len(piece)] = piece
    told, said = _javascript(javascript, bytes(dump)), _python(bytes(dump), folder)
    # No file has as many bytes; a number of JavaScript is not exact there.
    if "error" in said and _LONG_NUMBER.search(said["error"]):
        assert "error" in told
    else:
        mine, own = (_LONG_NUMBER.sub("N", json.dumps(one, sort_keys=True)) for one in (told, said))
        assert mine == own


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("x86_64-6.12.117+deb13-cloud-amd64.elf", 1 << 16),
        ("x86_64-6.12.117+deb13-cloud-amd64.kdump", 1 << 20),
        ("x86_64-6.1.0-56-cloud-amd64.flat", 1 << 26),
    ],
)
def test_real_dumps(javascript: Driver, name: str, most: int) -> None:
    """Of these are read headers, the note, and tables of pages; of a flattened one what is before."""
    path = core(name)
    (line,) = javascript.ask([f"file {digits(str(path).encode())}"])
    told = json.loads(line)
    assert told.pop("read") <= most
    del told["name"]
    found = find_note(str(path))
    flaws = flaws_of(found)
    shown = [{"fault": one.fault.value, "text": one.text, "tool": one.tool} for one in flaws]
    assert told == {**_told(found), "flaws": shown}
