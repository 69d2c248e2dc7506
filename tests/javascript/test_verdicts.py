# SPDX-License-Identifier: MIT
"""Verdicts in JavaScript: of every tool, in every release, what `compat NOTE` says, on real notes."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import vmcoreinfo
from tests.conftest import CORPUS, ROOT
from tests.each import check_each
from tests.emit.driver import Driver, digits
from vmcoreinfo_codegen.compat.answer import Note
from vmcoreinfo_codegen.compat.note_values import NoteValues
from vmcoreinfo_codegen.compat.notes import NotTold, exports_of
from vmcoreinfo_codegen.compat.overview import Subject, Tool, judged_of
from vmcoreinfo_codegen.core.tool import NEXT, ToolRelease
from vmcoreinfo_codegen.dump.reader import find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema

NOTES = sorted((CORPUS / "notes").glob("*.note"))
SHARED = sorted((ROOT.parent / "shared" / "notes").glob("*.note"))
_STEP = int(os.environ.get("VERDICTS_STEP", "30"))
"""Of the releases of all tools, every so manieth is tried on a note; `make verdicts` tries each."""
_NOT_THERE = ("input", "command", "level")


def _python(
    schema: Schema, data: bytes, part: tuple[int, int] | None, arch: str
) -> Iterator[dict[str, Any]]:
    found = find_in(Memory("dump", data))
    said, info = schema.architecture(arch), vmcoreinfo.parse(found.text)
    try:
        kernel, exports = exports_of(schema, found, info, None, said)
    except NotTold as error:
        yield {"error": str(error)}
        return
    wrong = NoteValues(found.text, info, kernel, exports.arch).implausible()
    subject = Subject(kernel, exports, None, Note(found.text, found.format, (), wrong))
    for tool in _tools(schema, part):
        told = asdict(judged_of(subject, tool))
        yield {name: value for name, value in told.items() if name not in _NOT_THERE}


def _tools(schema: Schema, part: tuple[int, int] | None) -> list[Tool]:
    """The latest release of each, or of all releases every so manieth."""
    if part is None:
        return [Tool(consumer, consumer.latest) for consumer in schema.consumers]
    step, first = part
    every = [
        Tool(consumer, release)
        for consumer in schema.consumers
        for release in (*sorted(r.release for r in consumer.releases), ToolRelease.parse(NEXT))
    ]
    return every[first % step :: step]


def _with_runs(told: dict[str, Any]) -> dict[str, Any]:
    """An answer with its runs as counts of those that came to the same on a kernel."""
    runs: Counter[tuple[str, str, str]] = Counter()
    for run in told.get("seen", ()):
        runs[run["kernel"], run["command"], run["came"]] += run.get("times", 1)
    return {**told, "seen": sorted(runs.items())}


def _check(
    javascript: Driver,
    schema: Schema,
    data: bytes,
    part: tuple[int, int] | None = None,
    arch: str = "",
) -> int:
    which = "latest" if part is None else f"{part[0]},{part[1]}"
    asked = f"compat {digits(data)} {which} {arch}".strip()
    said = [json.loads(line) for line in javascript.ask([asked])]
    wanted = list(_python(schema, data, part, arch))
    assert [one.get("release") for one in said] == [one.get("release") for one in wanted]
    for mine, own in zip(said, wanted, strict=True):
        assert _with_runs(mine) == _with_runs(own)
    return len(said)


def _arch(path: Path) -> str:
    """What somebody says of a note that does not tell: of most it is not needed."""
    arch = path.name.partition("-")[0]
    return arch if arch.startswith(("arm", "i386", "mips", "sh")) else ""


def test_the_latest_release_of_every_tool_on_real_notes(javascript: Driver, schema: Schema) -> None:
    def check(path: Path) -> None:
        said = _check(javascript, schema, path.read_bytes(), arch=_arch(path))
        assert said == len(schema.consumers)

    check_each(NOTES[::9], lambda path: path.name, check)


def test_a_note_that_does_not_tell_its_kernel(javascript: Driver, schema: Schema) -> None:
    texts = {
        "nothing": b"A=1\n",
        "no release": b"PAGESIZE=4096\n",
        "a release of no kernel": b"OSRELEASE=12\nPAGESIZE=4096\n",
        "no architecture": b"OSRELEASE=6.12.0\nPAGESIZE=4096\n",
    }

    def check(text: tuple[str, bytes]) -> None:
        assert _check(javascript, schema, text[1]) == 1

    check_each(texts.items(), lambda text: text[0], check)


RELEASES = (
    *("2.6.25-rc1", "2.6.32-754.el6.x86_64", "3.10.0-1160.el7.x86_64", "4.18.0-553.el8_10.x86_64"),
    *("4.18.0-80.el8.x86_64", "5.14.0-427.el9.aarch64", "5.14.0-9999.el9.x86_64", "6.12.0-1.el10"),
    *("5.3.18-24.96-default", "5.4.17-2136.338.4.2.el8uek.x86_64", "5.4.0-42-generic", "7.4-rc2"),
    *("4.14.105-19-0012", "6.6.0-72.0.0.76.oe2403sp1.x86_64", "5.15.0-unknown", "8.1", "7.3.9-arch1"),
    *("init_uts_ns.name.release", "5.10.0-30-rt-amd64", "6.1.147-v8+", "5.15.167.4-microsoft-standard-WSL2"),
)  # fmt: skip


@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
def test_kernels_of_every_kind_of_name(javascript: Driver, schema: Schema, step: int) -> None:
    """One note as if each of them had made it: what is missing then is told in the same words too."""
    text = (CORPUS / "notes" / "x86_64-6.1.0-56-amd64.txt").read_bytes()
    first, _, rest = text.partition(b"\n")
    lines = rest.splitlines(True)

    def check(release: str) -> None:
        for lost in (1, 3):
            body = b"".join(line for number, line in enumerate(lines) if lost == 1 or number % lost)
            _check(javascript, schema, b"OSRELEASE=%s\n" % release.encode() + body, arch="x86_64")

    assert first.startswith(b"OSRELEASE=")
    check_each(RELEASES[::step], str, check)


def test_what_parsers_of_tools_read_otherwise(javascript: Driver, schema: Schema) -> None:
    text = (CORPUS / "notes" / "x86_64-6.1.0-56-amd64.txt").read_bytes()
    texts = {
        "long": text + b"X=" + b"a" * 4000 + b"\n",
        "cut": text[:-1],
        "no equals": text + b"nothing\n",
        "not first": b"PAGESIZE=4096\n" + text,
        "not printable": text + b"A=\x01\xff\n",
        "inside": text.replace(b"PAGESIZE=", b"X_PAGESIZE=", 1),
        "twice": text + b"SIZE(page)=65\n",
        "no number": text.replace(b"SIZE(page)=64", b"SIZE(page)=6'4\\"),
        "too large": text.replace(b"SIZE(page)=64", b"SIZE(page)=" + b"9" * 30),
        "misaligned": text.replace(b"SIZE(page)=64", b"SIZE(page)=61"),
        "many wrong": re.sub(rb"(?m)^(SIZE\(.*=\d+)$", rb"\g<1>1", text),
        "other base": text.replace(b"SIZE(page)=64", b"SIZE(page)=0x40"),
    }

    def check(one: tuple[int, tuple[str, bytes]]) -> None:
        place, (_, data) = one
        _check(javascript, schema, data, (60, 7 * place), arch="x86_64")

    check_each(enumerate(texts.items()), lambda one: one[1][0], check)


@pytest.mark.long
def test_releases_of_every_tool_on_every_real_note(javascript: Driver, schema: Schema) -> None:
    """Each note has some releases, and each release some notes."""

    def check(one: tuple[int, Path]) -> None:
        place, path = one
        _check(javascript, schema, path.read_bytes(), (_STEP, place), arch=_arch(path))

    check_each(enumerate([*NOTES, *SHARED]), lambda one: one[1].name, check)
