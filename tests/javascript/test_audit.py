# SPDX-License-Identifier: MIT
"""The audit in JavaScript: what its rules find is what those of `audit NOTE` find."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.conftest import ROOT
from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import Driver, digits
from tests.javascript.test_verdicts import NOTES, RELEASES, SHARED
from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.dump.reader import find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load

OWN = {
    *("VMCA001", "VMCA002", "VMCA003", "VMCA004", "VMCA005", "VMCA006", "VMCA007", "VMCA009"),
    *("VMCA010", "VMCA011", "VMCA013", "VMCA014", "VMCA020", "VMCA021", "VMCA022", "VMCA028"),
    *("VMCA030", "VMCA031", "VMCA050"),
}
"""Those that the page looks at: not what takes another file, nor what layouts of structures tell."""


@cache
def _schema() -> Schema:
    """No fixture: what hypothesis shows of a failing example has all of those."""
    return load(ROOT / "schema")


def _python(schema: Schema, data: bytes, arch: str) -> list[dict[str, Any]]:
    found = find_in(Memory("dump", data))
    audited = Auditor(schema, schema.architecture(arch)).of_note("dump", found)
    return [
        # Which key is meant by one that is not known, the command alone says.
        {**asdict(one), "message": one.message.partition("; did you mean")[0]}
        for one in audited.findings
        if one.rule in OWN
    ]


def _check(javascript: Driver, schema: Schema, data: bytes, arch: str = "") -> None:
    rules, *findings = javascript.ask([f"audit {digits(data)} {arch}".strip()])
    assert set(json.loads(rules)) == OWN
    assert list(map(json.loads, findings)) == _python(schema, data, arch)


@pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.long)])
def test_it_finds_the_same_in_real_notes(javascript: Driver, schema: Schema, step: int) -> None:
    def check(path: Path) -> None:
        _check(javascript, schema, path.read_bytes())

    check_each([*NOTES, *SHARED][::step], lambda path: path.name, check)


@pytest.mark.parametrize("step", [23, pytest.param(4, marks=pytest.mark.long)])
def test_it_finds_the_same_in_notes_of_other_kernels(
    javascript: Driver, schema: Schema, step: int
) -> None:
    """Real notes that say they are of another release lack some keys, and have others that are gone."""
    real = {path.name: path.read_bytes()[24:].rstrip(b"\0") for path in NOTES[::15]}

    def check(case: tuple[str, str]) -> None:
        release, name = case
        _, _, rest = real[name].partition(b"\n")
        text = b"OSRELEASE=%s\n%s" % (release.encode(), rest)
        arch = name.partition("-")[0]
        for part in (text, text[:-7], text[: len(text) // 2], text[len(text) // 2 :]):
            _check(javascript, schema, part, arch)

    cases = [(release, name) for release in RELEASES for name in real]
    check_each(cases[::step], " ".join, check)


@pytest.mark.parametrize("most", [20, pytest.param(100, marks=pytest.mark.long)])
def test_it_finds_the_same_in_mutated_notes(javascript: Driver, most: int) -> None:
    @settings(max_examples=most)
    @given(notes.mutated_texts())
    def check(text: bytes) -> None:
        data = b"OSRELEASE=6.12.0\n" + text
        # What is read as a mail or a log is no other note to the audit.
        if find_in(Memory("dump", data)).format == "text":
            _check(javascript, _schema(), data)

    check()
