# SPDX-License-Identifier: MIT
"""`vmcoreinfo audit`"""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command import NOTE, ROOT, Run
from tests.conftest import CORPUS, RealNote, real_notes
from tests.dump.make import elf, kdump, with_pages
from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.model import Schema

NOTES = "tests/corpus/notes"


@pytest.mark.parametrize("note", real_notes(), ids=lambda note: note.file)
def test_real_notes_have_nothing_wrong(schema: Schema, note: RealNote) -> None:
    """With the .config of the kernel, where there is one."""
    config = None
    if note.config is not None:
        config = {name: note.config.get(name, False) for name in schema.config_names()}
    auditor = Auditor(schema, schema.architecture(note.arch), None, config)
    audited = auditor.audited(str(CORPUS / "notes" / note.file), None)
    assert [f.key for f in audited.findings if f.severity != "info"] == []


def test_architectures_are_told_by_the_keys(schema: Schema) -> None:
    """Never a wrong one; none where others print the same."""
    told = 0
    for note in real_notes():
        audited = Auditor(schema).audited(str(CORPUS / "notes" / note.file), None)
        arch = schema.architecture(note.arch)
        assert arch is not None and audited.arch in (None, arch.name)
        told += audited.arch is not None
    assert told >= 96


def damaged(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = (ROOT / NOTE).with_suffix(".txt").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "note.txt"
    path.write_text(text)
    return str(path)


def test_what_is_wrong_is_found(run: Run, tmp_path: Path) -> None:
    path = damaged(
        tmp_path,
        ("PAGESIZE=4096", "PAGESIZE=4095"),
        ("SIZE(page)=64", "SIZE(page)=0"),
        ("SIZE(zone)=", "SIZE(zones)="),
        ("OFFSET(list_head.prev)=8", "OFFSET(list_head.prev)=800"),
        ("LENGTH(zone.free_area)=11\n", ""),
    )
    ran = run("audit", path, "--format", "json")
    assert ran.code == 1
    answer = ran.json("audit")
    (one,) = answer["inputs"]
    assert (one["path"], one["release"], one["arch"]) == (path, "7.3.4+deb13-amd64", "x86_64")
    wrong = {(f["rule"], f["key"]) for f in one["findings"] if f["severity"] != "info"}
    assert wrong == {
        ("VMCA010", "SIZE(zones)"),
        ("VMCA011", "SIZE(zone)"),
        ("VMCA011", "LENGTH(zone.free_area)"),
        ("VMCA020", "PAGESIZE"),
        ("VMCA022", "SIZE(page)"),
        ("VMCA023", "OFFSET(list_head.prev)"),
    }
    assert all(f["remedy"] for f in one["findings"])
    assert answer["summary"] | {"info": 0} == {
        "inputs": 1, "unreadable": 0, "without_findings": 0, "known": 0, "error": 5, "warning": 1, "info": 0,
    }  # fmt: skip


def test_the_table_is_grouped(run: Run, tmp_path: Path) -> None:
    path = damaged(tmp_path, ("PAGESIZE=4096", "PAGESIZE=4095"))
    ran = run("audit", path, NOTE)
    lines = ran.out.splitlines()
    assert lines[0] == f"{path}: 7.3.4+deb13-amd64, x86_64"
    assert lines[1] == "  error    VMCA020  line 3: PAGESIZE: 4095 is not a power of two"
    assert lines[-3].startswith("  no findings (")
    assert lines[-2].startswith("2 inputs, 1 without findings: 1 error, 0 warnings")
    assert "VMCA031" in run("audit", NOTE, "--least", "info").out
    assert run("audit", NOTE).code == 0


def test_sarif_and_junit(run: Run, tmp_path: Path) -> None:
    path = damaged(tmp_path, ("PAGESIZE=4096", "PAGESIZE=4095\nBAD\x01KEY=1"))
    log = json.loads(run("audit", path, "--format", "sarif", "--least", "warning").out)
    assert log["version"] == "2.1.0"
    (sarif_run,) = log["runs"]
    results = {(r["ruleId"], r["level"]) for r in sarif_run["results"]}
    assert results == {("VMCA001", "error"), ("VMCA020", "error")}
    assert {r["ruleId"] for r in sarif_run["results"]} <= {
        rule["id"] for rule in sarif_run["tool"]["driver"]["rules"]
    }
    root = ElementTree.fromstring(run("audit", path, "--format", "junit").out)
    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    (failure,) = root.findall(".//testcase/failure")
    assert failure.get("type") == "error"
    assert [line[:7] for line in (failure.text or "").splitlines()] == ["VMCA001", "VMCA020"]


def test_one_that_cant_be_read_costs_no_other(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "vmcore"
    broken.write_bytes(elf()[:50])
    without = tmp_path / "without"
    without.write_bytes(elf(None))
    ran = run(
        "audit", str(broken), NOTE, str(without), str(tmp_path / "absent"), "--format", "json"
    )
    assert ran.code == 2
    answer = ran.json("audit")
    assert [len(one["findings"]) > 0 for one in answer["inputs"]] == [True, True, True, True]
    assert answer["summary"]["unreadable"] == 3
    assert answer["inputs"][1]["release"] == "7.3.4+deb13-amd64"
    assert "no VMCOREINFO note" in answer["inputs"][2]["findings"][0]["message"]


def test_many_in_many_processes(run: Run) -> None:
    paths = [f"{NOTES}/{name}" for name in sorted(os.listdir(ROOT / NOTES))[:24]]
    alone = run("audit", *paths, "--format", "json")
    assert run("audit", *paths, "--format", "json", "--jobs", "2").out == alone.out
    assert [one["path"] for one in alone.json("audit")["inputs"]] == paths


def test_another_release_than_it_says(run: Run) -> None:
    ran = run("audit", NOTE, "--kernel", "6.6", "--least", "info")
    assert ran.code == 1
    assert "mainline exports it only since 6.9, but this is 6.6" in ran.out


def test_rules_can_be_asked_for(run: Run) -> None:
    assert "VMCA011" in run("audit", "--rules").out
    rules = json.loads(run("audit", "--rules", "--format", "json").out)
    assert {"id", "name", "severity", "needs", "doc", "remedy"} == set(rules[0])
    assert "Fails:" in run("audit", "--rule", "missing-key").out
    assert run("audit", "--rule", "VMCA999").code == 1
    assert run("audit").code == 2


@pytest.mark.parametrize("option", ["--btf", "--symbols", "--vmlinux", "--config"])
def test_files_that_are_something_else(run: Run, option: str) -> None:
    ran = run("audit", NOTE, option, "pyproject.toml")
    assert ran.code == 2
    assert "pyproject.toml" in ran.err


def test_a_dump_that_is_cut(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    whole = bytearray(elf((ROOT / NOTE).with_suffix(".txt").read_bytes()))
    struct.pack_into("<Q", whole, 64 + 56 + 32, 4096)
    dump.write_bytes(whole)
    ran = run("audit", str(dump))
    assert (ran.code, "VMCA007" in ran.out) == (1, True)


def test_a_compressed_dump_that_is_cut(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    text = b"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ffffffff82a18000\nCRASHTIME=1\n"
    whole = with_pages(kdump(text))
    for size, rules in ((len(whole), set()), (len(whole) // 2, {"VMCA007"})):
        dump.write_bytes(whole[:size])
        answer = run("audit", str(dump), "--format", "json").json("audit")
        found = {f["rule"] for f in answer["inputs"][0]["findings"] if f["severity"] != "info"}
        assert found - {"VMCA011"} == rules
    # The header has no note, which is among the ELF notes.
    lost = bytearray(whole)
    struct.pack_into("<QQ", lost, 4096 + 32, 0, 0)
    dump.write_bytes(lost)
    ran = run("audit", str(dump))
    assert (ran.code, "VMCA050" in ran.out, "VMCA007" in ran.out) == (1, True, False)


def test_a_note_of_another_architecture_is_one_finding(run: Run, tmp_path: Path) -> None:
    dump = tmp_path / "vmcore"
    whole = bytearray(elf((ROOT / NOTE).with_suffix(".txt").read_bytes()))
    struct.pack_into("<H", whole, 18, 183)
    dump.write_bytes(whole)
    answer = run("audit", str(dump), "--format", "json").json("audit")
    (one,) = answer["inputs"]
    assert one["arch"] == "x86_64"
    (wrong,) = [f for f in one["findings"] if f["severity"] != "info"]
    assert wrong["rule"] == "VMCA008"
    assert wrong["message"] == "the dump's header is for arm64, but the note is for x86_64"
    # Who says --arch is believed.
    told = run("audit", str(dump), "--arch", "arm64", "--format", "json").json("audit")
    assert told["summary"]["error"] + told["summary"]["warning"] > 3


def test_what_was_not_looked_at_is_a_remark(run: Run) -> None:
    ran = run("audit", "-", "--least", "info", stdin=with_pages(kdump()))
    assert "info     VMCA007  read from a pipe, so not checked for completeness" in ran.out
