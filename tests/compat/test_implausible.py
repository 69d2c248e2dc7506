# SPDX-License-Identifier: MIT
"""A value that no kernel prints: the result for tools that read it is not known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import vmcoreinfo
from tests.command import Run
from tests.conftest import CORPUS
from tests.each import check_each
from vmcoreinfo_codegen.compat.note_values import NoteValues
from vmcoreinfo_codegen.compat.notes import Judge, NotTold, exports_of
from vmcoreinfo_codegen.compat.overview import Tool
from vmcoreinfo_codegen.dump.reader import Found, find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema

NOTES = sorted((CORPUS / "notes").glob("*.note"))
NAME = "x86_64-6.12.117+deb13-amd64"
TEXT = (CORPUS / "notes" / f"{NAME}.txt").read_bytes()


def _found(text: bytes) -> Found:
    return find_in(Memory("note", text))


def _changed(old: bytes, new: bytes) -> bytes:
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


def _tools(schema: Schema, *names: str) -> list[Tool]:
    consumers = {one.name: one for one in schema.consumers}
    return [Tool(consumers[name], consumers[name].latest) for name in names]


def _answer(run: Run, folder: Path, text: bytes) -> dict[str, Any]:
    path = folder / "note"
    path.write_bytes(text)
    command = ("compat", str(path), "--consumer", "makedumpfile@1.7.9", "--arch", "x86_64")
    answer: dict[str, Any] = run(*command, "--format", "json").json("compat")
    return answer


def test_only_tools_that_read_it_are_concerned(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "note"
    path.write_bytes(_changed(b"SIZE(page)=64\n", b"SIZE(page)=61\n"))
    for tool, code in (("makedumpfile@1.7.9", 4), ("drgn@0.3.0", 0)):
        ran = run("compat", str(path), "--consumer", tool, "--format", "json")
        assert (tool, ran.code) == (tool, code)
    told = run("compat", str(path), "--consumer", "makedumpfile@1.7.9", "--format", "json")
    answer = told.json("compat")
    why = "SIZE(page): 61 is not a multiple of 8, the alignment of its members (VMCA025)"
    assert (answer["verdict"], answer["worked_out"], answer["not_known"]) == (
        "unknown",
        "ok",
        [why],
    )
    assert answer["rests_on"] == "not known"
    assert run("compat", str(path), "--consumer", "all").out.count(why) == 2


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (b"PAGESIZE=4096", b"PAGESIZE=4095", "VMCA020"),
        (b"SYMBOL(swapper_pg_dir)=ffffffff", b"SYMBOL(swapper_pg_dir)=0fffffff", "VMCA021"),
        (b"SIZE(page)=64", b"SIZE(page)=0", "VMCA022"),
        (b"OFFSET(page.lru)=8", b"OFFSET(page.lru)=64", "VMCA023"),
        (b"SYMBOL(_stext)=ffffffff", b"SYMBOL(_stext)=ffff8880", "VMCA027"),
        (b"NUMBER(PG_lru)=5", b"NUMBER(PG_lru)=14", "VMCA028"),
        (b"SIZE(page)=64", b"SIZE(page)=64\nSIZE(page)=72", "VMCA004"),
    ],
)
def test_each_kind_of_value(run: Run, tmp_path: Path, old: bytes, new: bytes, rule: str) -> None:
    answer = _answer(run, tmp_path, _changed(old, new))
    assert any(one.endswith(f"({rule})") for one in answer["not_known"])
    assert answer["verdict"] in ("unknown", "wrong")


def test_a_boot_of_a_known_build(schema: Schema) -> None:
    """Notes of a build are judged together, unless a value of the boot is wrong."""
    judge = Judge(schema, _tools(schema, "makedumpfile", "drgn"))
    wrong = _changed(b"SYMBOL(_stext)=ffffffff", b"SYMBOL(_stext)=ffff8880")
    told = [[one.verdict for one in judge.on(_found(text)).tools] for text in (TEXT, wrong, TEXT)]
    assert told == [["ok", "ok"], ["unknown", "unknown"], ["ok", "ok"]]


def test_no_more_than_three_are_told(run: Run, tmp_path: Path) -> None:
    told = _answer(run, tmp_path, re.sub(rb"(?m)^(SIZE\(.*=\d+)$", rb"\g<1>1", TEXT))["not_known"]
    assert [bool(re.search(r"\(VMCA\d+\)$", one)) for one in told] == [True, True, True, False]
    assert re.fullmatch(r"\d+ more implausible values; see 'vmcoreinfo audit'", told[3])


def test_real_notes_have_none(schema: Schema) -> None:
    def check(path: Path) -> None:
        found = _found(path.read_bytes())
        info = vmcoreinfo.parse(found.text)
        arch = path.name.partition("-")[0]
        try:
            kernel, exports = exports_of(schema, found, info, None, schema.architecture(arch))
        except NotTold as error:
            pytest.fail(f"{path.name}: {error}")
        assert NoteValues(found.text, info, kernel, exports.arch).implausible() == ()

    check_each(NOTES, lambda path: path.name, check)
