# SPDX-License-Identifier: MIT
"""A note of a build that was audited before has the findings that it has by itself."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.dump.reader import Found, find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema

NOTES = sorted((Path(__file__).parents[1] / "corpus" / "notes").glob("*.txt"))
_ADDRESS = re.compile(rb"(?m)^(SYMBOL\([^)\n]*\)|KERNELOFFSET)=([0-9a-f]+)$")
_NUMBER = re.compile(
    rb"(?m)^(NUMBER\((?:phys_base|kimage_voffset|PHYS_OFFSET|VMALLOC_\w+|MODULES_\w+)\)|CRASHTIME)=.*$"
)
_SLIDE = 2 << 20


def found(text: bytes, arch: str | None = None) -> Found:
    return find_in(Memory("a note", text), "text")._replace(arch=arch)


def moved(text: bytes, by: int) -> bytes:
    return _ADDRESS.sub(lambda m: b"%s=%x" % (m[1], (int(m[2], 16) + by) & (1 << 64) - 1), text)


def one_changed(text: bytes, chance: random.Random) -> bytes:
    """The same with a line, or a value that differs from boot to boot, that no kernel prints there."""
    lines = text.split(b"\n")
    at = chance.randrange(len(lines) - 1)
    pattern = chance.choice((_ADDRESS, _NUMBER))
    where = [number for number, line in enumerate(lines) if pattern.fullmatch(line)] or [at]
    at = chance.choice([at, *where])
    key = lines[at].partition(b"=")[0]
    values = (
        b"0",
        b"1",
        b"3",
        b"7fffffff81000001",
        b"ffffffff81000002",
        b"FF",
        b"00ff",
        b"0x10",
        b"-8",
    )
    lines[at] = chance.choice(
        [key, key + b"=", lines[at] + b"\n" + lines[at], key + b"=" + chance.choice(values)]
    )
    return b"\n".join(lines)


# Every fourth note; few of them in the fast tests.
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if number % 24 == 0 else pytest.mark.long, id=path.stem)
        for number, path in enumerate(NOTES)
        if number % 4 == 0
    ],
)
def test_it_is_as_by_itself(schema: Schema, path: Path) -> None:
    chance = random.Random(path.name)
    text = path.read_bytes()
    known = Auditor(schema)
    known.of_note("first", found(text))
    others = [moved(text, chance.randrange(1, 128) * _SLIDE) for _ in range(2)]
    others += [moved(text, 4), moved(text, 1 << 60)]
    others += [_NUMBER.sub(rb"\1=%d" % chance.randrange(10**9), text)]
    others += [one_changed(text, chance) for _ in range(4)]
    others += [text + b"CRASHTIME=1700000000\n", text[:-9]]
    for other in others:
        for arch in (None, "x86_64"):
            by_itself = Auditor(schema).of_note("other", found(other, arch))
            assert known.of_note("other", found(other, arch)) == by_itself
            assert known.of_note("other", found(other, arch)) == by_itself


def test_notes_of_a_build_are_looked_at_once(
    schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Auditor(schema)
    text = (NOTES[0].parent / "x86_64-6.12.117+deb13-amd64.txt").read_bytes()
    first = known.of_note("first", found(text))
    monkeypatch.setattr(Auditor, "subject", None)
    again = known.of_note("other", found(moved(text, _SLIDE)))
    assert (again.path, again.findings) == ("other", first.findings)
    # A key twice, or a value that no kernel prints like this, is looked at for itself.
    for other in (text + b"SYMBOL(_stext)=ffffffff81000000\n" * 2, text.replace(b")=f", b")=F", 1)):
        with pytest.raises(TypeError):
            known.of_note("other", found(other))
