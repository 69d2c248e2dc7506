# SPDX-License-Identifier: MIT
"""`vmcoreinfo parse` on real notes, bad ones, and what is no note."""

from __future__ import annotations

import csv
import io
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import NOTE, Run
from tests.conftest import ROOT, RealNote, real_notes


@pytest.mark.parametrize("note", real_notes(), ids=lambda note: note.file)
def test_every_real_note_as_json(run: Run, note: RealNote) -> None:
    ran = run("parse", f"tests/corpus/notes/{note.file}", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    answer = ran.json("parse")
    assert answer["diagnostics"] == []
    assert {e["key"]: e["text"] for e in answer["entries"]} == note.values


def test_values_are_numbers_where_the_format_is_one(run: Run) -> None:
    answer = run("parse", NOTE, "--format", "json").json("parse")
    values = {entry["key"]: entry["value"] for entry in answer["entries"]}
    assert values["SYMBOL(init_uts_ns)"] == 0xFFFFFFFF9B4FECC0
    assert values["NUMBER(VMALLOC_START)"] == 0xFFFFD32C80000000
    assert values["NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)"] == -184549376
    assert values["OSRELEASE"] == "7.3.4+deb13-amd64"
    assert values["BUILD-ID"] == "b3997c9bf954efcafed82ed219434f03b715f8df"
    assert answer["entries"][0]["line"] == 1


def test_table_and_csv(run: Run) -> None:
    table = run("parse", NOTE)
    lines = table.out.splitlines()
    assert lines[0].split() == ["KEY", "VALUE", "UNIT"]
    assert lines[3].split() == ["PAGESIZE", "4096", "bytes"]
    rows = list(csv.reader(io.StringIO(run("parse", NOTE, "--format", "csv").out)))
    assert rows[0] == ["key", "kind", "value", "text", "format", "line", "status"]
    assert (
        len(rows)
        == len(lines)
        == 1 + len((ROOT / NOTE).with_suffix(".txt").read_text().splitlines())
    )


def test_text_from_stdin(run: Run) -> None:
    text = (ROOT / NOTE).with_suffix(".txt").read_bytes()
    assert run("parse", "-", "--get", "PAGESIZE", stdin=text).out == "4096\n"


def test_get_what_is_absent(run: Run) -> None:
    gone = run("parse", NOTE, "--get", "OFFSET(page.compound_head)")
    assert (gone.code, gone.out) == (1, "")
    assert "kernels export it since 4.6 until 7.1" in gone.err
    assert "it has OFFSET(page.compound_info) instead" in gone.err
    wrong = run("parse", NOTE, "--get", "OFFSET(page.lur)")
    assert wrong.code == 1
    assert "did you mean OFFSET(page.lru)" in wrong.err


def test_bad_lines_are_told_and_cost_nothing_else(run: Run) -> None:
    text = b"OSRELEASE=6.12.0\nPAGESIZE=4k\nOFFSET(page.new)=1\nSIZE(page)=64"
    ran = run("parse", "-", stdin=text)
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "<stdin>:2: error: PAGESIZE: the value is not a signed decimal number [malformed, byte 26]",
        "<stdin>:3: info: OFFSET(page.new): not exported by any kernel known to this parser "
        "[unknown, byte 29]",
        "<stdin>:4: warning: SIZE(page): the last line has no newline; it may be truncated "
        "[truncated, byte 48]",
    ]
    assert [line.split() for line in ran.out.splitlines()[1:]] == [
        ["OSRELEASE", "6.12.0", "text"],
        ["PAGESIZE", "4k", "malformed"],
        ["OFFSET(page.new)", "1", "unknown", "key"],
        ["SIZE(page)", "64", "bytes"],
    ]
    answer = run("parse", "-", "--format", "json", stdin=text).json("parse")
    statuses = {entry["key"]: (entry["status"], entry["value"]) for entry in answer["entries"]}
    assert statuses["PAGESIZE"] == ("malformed", None)
    assert statuses["OFFSET(page.new)"] == ("ok", "1")
    assert [d["id"] for d in answer["diagnostics"]] == ["malformed", "unknown", "truncated"]
    assert run("parse", "-", "--get", "PAGESIZE", stdin=text).code == 1


def test_values_that_mean_nothing_or_something_else_are_marked(run: Run) -> None:
    text = (
        b"OSRELEASE=6.6.20\nBUILD-ID=1400000003000000474e55003b43fad503487449\n"
        b"NUMBER(PG_hugetlb)=8\nNUMBER(kimage_voffset)=1000\n"
    )
    ran = run("parse", "-", stdin=text)
    assert ran.code == 0
    marks = {line.split()[0]: line.split(None, 2)[2] for line in ran.out.splitlines()[1:]}
    assert marks["BUILD-ID"] == "garbage"
    assert marks["NUMBER(PG_hugetlb)"] == "bit (wrong in 6.6..6.6.30, 6.7..6.8.9)"
    answer = run("parse", "-", "--format", "json", stdin=text).json("parse")
    told = {entry["key"]: (entry["status"], entry["value"]) for entry in answer["entries"]}
    assert told["BUILD-ID"] == ("garbage", None)
    assert told["NUMBER(kimage_voffset)"] == ("ok", 1000)
    assert [d["id"] for d in answer["diagnostics"]] == ["garbage", "other-base"]
    got = run("parse", "-", "--get", "BUILD-ID", stdin=text)
    assert (got.code, got.out) == (1, "") and "it is not used [garbage" in got.err


def test_warnings_alone_are_no_failure(run: Run) -> None:
    assert run("parse", "-", stdin=b"OSRELEASE=6.12.0\nSIZE(page)=64").code == 0


@pytest.mark.parametrize(
    ("stdin", "message"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02", "empty"),
        (b"hello world\n", "<stdin>:1: no VMCOREINFO entries"),
        (b"\x7fELF" + bytes(100), "an ELF header of class 0 and byte order 0"),
        (b"OSRELEASE=6\n" * 100_000, "neither a known dump format nor text"),
    ],
)
def test_what_is_no_note(run: Run, stdin: bytes, message: str) -> None:
    ran = run("parse", "-", stdin=stdin)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_files_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    ran = run("parse", str(tmp_path / "none"))
    assert ran.code == 2
    assert ran.err == f"vmcoreinfo: error: {tmp_path / 'none'}: No such file or directory\n"
    assert run("parse", str(tmp_path)).code == 2


def test_a_reader_that_stops_early() -> None:
    command = f"{shlex.quote(sys.executable)} -m vmcoreinfo_codegen parse {NOTE} | head -1"
    ran = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["KEY", "VALUE", "UNIT"]
    assert ran.stderr == ""
