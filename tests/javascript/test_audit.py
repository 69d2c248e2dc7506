# SPDX-License-Identifier: MIT
"""The audit in JavaScript: what its rules find is what those of `audit NOTE` find."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.conftest import ROOT
from tests.dump.make import elf, kdump
from tests.each import check_each
from tests.emit import notes
from tests.emit.driver import Driver, digits
from tests.javascript.test_verdicts import NOTES, RELEASES, SHARED
from vmcoreinfo_codegen.audit import all_rules
from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.dump.reader import find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load

OWN = {rule.id for rule in all_rules() if rule.needs in ("", "a dump")}
"""Those that need no other file."""


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


def _check(
    javascript: Driver,
    schema: Schema,
    data: bytes,
    arch: str = "",
    told: Counter[str] | None = None,
) -> None:
    """Both find the same; `told` counts the findings of each rule."""
    rules, *lines = javascript.ask([f"audit {digits(data)} {arch}".strip()])
    findings = list(map(json.loads, lines))
    assert set(json.loads(rules)) == OWN
    assert findings == _python(schema, data, arch)
    if told is not None:
        told.update(finding["rule"] for finding in findings)


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


def _other_numbers(text: bytes) -> Iterator[bytes]:
    """The note with each number changed in several ways, one at a time."""
    for match in re.finditer(rb"(?m)^\S+=(0x)?([0-9a-f]+)$", text):
        prefix, digits_ = match[1] or b"", match[2]
        base = 16 if prefix or b"SYMBOL" in match[0] or re.search(rb"[a-f]", digits_) else 10
        value = int(digits_, base)
        for other in {
            0,
            1,
            value + 1,
            value + 8,
            value * 2,
            value ^ 1 << 31,
            value & (1 << 31) - 1,
        }:
            shown = b"%x" % other if base == 16 else b"%d" % other
            yield text[: match.start(2)] + shown + text[match.end() :]


@pytest.mark.parametrize("step", [41, pytest.param(4, marks=pytest.mark.long)])
def test_it_finds_the_same_where_a_number_is_another(
    javascript: Driver, schema: Schema, step: int
) -> None:
    told: Counter[str] = Counter()

    def check(case: tuple[str, bytes]) -> None:
        _check(javascript, schema, case[1], told=told)

    texts = [(path.name, path.read_bytes()[24:].rstrip(b"\0")) for path in NOTES[::9]]
    cases = [(name, other) for name, text in texts for other in _other_numbers(text)]
    check_each(cases[::step], lambda case: case[0], check)
    ids = [f"VMCA{number:03}" for number in (20, 21, 22, 23, 25, 26, 27)]
    assert [rule for rule in ids if not told[rule]] == []


def test_it_finds_what_the_example_of_each_rule_shows(javascript: Driver, schema: Schema) -> None:
    told: Counter[str] = Counter()
    for rule in all_rules():
        text = re.sub(r" ### .*", "", rule.example.lstrip("\n"))
        _check(javascript, schema, text.encode(), "x86_64", told)
    of_dumps = {rule.id for rule in all_rules() if rule.needs == "a dump"}
    assert OWN - set(told) == of_dumps


def test_it_finds_the_same_in_headers_of_dumps(javascript: Driver, schema: Schema) -> None:
    text = NOTES[0].read_bytes()[24:].rstrip(b"\0")
    own = text.split(b"\n")[0].removeprefix(b"OSRELEASE=")
    told: Counter[str] = Counter()
    dumps = [
        kdump(text, release=own, machine=b"aarch64"),
        kdump(text, release=own, machine=b"s390x"),
        kdump(text, release=own, machine=b"arm64", system=b""),
        kdump(text, release=b"", machine=b"arm64", system=b""),
        kdump(text, release=b"6.1'\x1b\xe9\xad", machine=b"a\\'\"\n", system=b"\x7f\t"),
    ]
    for dump in dumps:
        for machine in ("", "ppc64"):
            _check(javascript, schema, dump, machine, told)
    for number in (183, 62, 22, 21, 243):
        _check(javascript, schema, elf(text, machine=number), "", told)
    assert told["VMCA008"] >= len(dumps)


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
