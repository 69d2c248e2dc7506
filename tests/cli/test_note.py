# SPDX-License-Identifier: MIT
"""`vmcoreinfo note`"""

from __future__ import annotations

from pathlib import Path

from tests.command import NOTE, ROOT, Run
from tests.dump.make import TEXT, elf, kdump
from vmcoreinfo_codegen.dump.notes import build


def test_the_text_as_it_is(run: Run, tmp_path: Path) -> None:
    dump, out = tmp_path / "vmcore", tmp_path / "text"
    dump.write_bytes(elf(bits=32, order=">"))
    assert run("note", str(dump), "-o", str(out)).code == 0
    assert out.read_bytes() == TEXT
    assert run("note", str(dump), "--raw", "-o", str(out)).code == 0
    assert out.read_bytes() == build(TEXT, ">")
    assert run("note", str(out)).out.encode() == TEXT
    text = (ROOT / NOTE).with_suffix(".txt").read_bytes()
    assert run("note", NOTE).out.encode() == text


def test_where_it_is(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(after=build(b"x=1\n", "<", b"VMCOREINFO_XEN")))
    answer = run("note", str(dump), "--where", "--format", "json").json("note")
    assert answer == {
        "input": str(dump), "format": "elf", "offset": 264, "bytes": len(TEXT), "arch": "x86_64",
        "bits": 64, "byte_order": "little", "beside": ["VMCOREINFO_XEN"],
        "remarks": [],
    }  # fmt: skip
    assert "VMCOREINFO_XEN" in run("note", str(dump), "--where").out


def test_parse_takes_dumps(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(kdump())
    assert run("parse", str(dump), "--get", "OSRELEASE").out == "6.12.0\n"
    assert run("parse", str(dump), "--input-format", "text").code == 2


def test_exit_codes(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    dump.write_bytes(elf(None))
    ran = run("note", str(dump))
    assert (ran.code, "no VMCOREINFO note" in ran.err, "vmcoreinfo find" in ran.err) == (
        1,
        True,
        True,
    )
    dump.write_bytes(elf()[:40])
    assert run("note", str(dump)).code == 2
    dump.write_bytes(elf(b""))
    ran = run("note", str(dump))
    assert (ran.code, "the note is empty" in ran.err) == (2, True)
    assert run("note", str(tmp_path)).code == 2
    assert run("note", str(tmp_path / "absent")).code == 2


def test_the_running_kernel(run: Run) -> None:
    """Where its note can be read it is one; where not, the reason and the remedy are told."""
    ran = run("note", "live")
    if ran.code == 0:
        assert ran.out.startswith("OSRELEASE=")
    else:
        assert "/proc/kcore" in ran.err and "run as root" in ran.err
