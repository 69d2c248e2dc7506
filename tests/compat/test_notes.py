# SPDX-License-Identifier: MIT
"""What is kept of a note that was judged before is what other notes come to by themselves."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.test_builds import moved, one_changed
from vmcoreinfo_codegen.compat import notes
from vmcoreinfo_codegen.compat.notes import Judge, NotTold
from vmcoreinfo_codegen.compat.overview import Tool, Verdicts
from vmcoreinfo_codegen.dump.reader import Found, find_in
from vmcoreinfo_codegen.dump.source import Memory
from vmcoreinfo_codegen.model import Schema

NOTES = sorted((Path(__file__).parents[1] / "corpus" / "notes").glob("*.txt"))
_SLIDE = 2 << 20
_VALUES = re.compile(rb"(?m)^(NUMBER\((?:phys_base|kimage_voffset|PHYS_OFFSET)\)|CRASHTIME)=.*$")
_SECTIONS = re.compile(rb"(?m)^(SYMBOL\(mem_section\)=).*$")
_PLACES = (b"ffff800000000000", b"ff00000000000000", b"fff8000000000000", b"fff0000000000000")


def found(text: bytes, format_: str = "text", arch: str | None = None) -> Found:
    return find_in(Memory("a note", text), "text")._replace(format=format_, arch=arch)


@pytest.fixture(scope="module")
def tools(schema: Schema) -> list[Tool]:
    """The latest release of every tool, and the first that goes by a value of the boot."""
    by_boot = set(notes._asks_boot(schema, schema.consumers))
    found: dict[tuple[str, str], Tool] = {}
    for consumer in schema.consumers:
        known = sorted(one.release for one in consumer.releases)
        ways = [way for need in consumer.needs for way in need.alternatives if way.when in by_boot]
        first = [next((one for one in known if way.is_of(one)), known[-1]) for way in ways]
        for release in (known[-1], *first):
            tool = Tool(consumer, release, is_named=False)
            found[consumer.name, str(release)] = tool
    return list(found.values())


def mutants(text: bytes, chance: random.Random) -> Iterator[bytes]:
    """Notes of other boots of the kernel, and such as no kernel prints."""
    yield from (moved(text, chance.randrange(1, 128) * _SLIDE) for _ in range(2))
    # Addresses by bits of which tools tell the kind of page tables, and the architecture.
    yield from (moved(text, by) for by in (4, 1 << 47, 1 << 51, 1 << 52, 1 << 60))
    yield from (_VALUES.sub(rb"\1=%d" % value, text) for value in (0, 7 << 20, 10**9, -5))
    yield from (one_changed(text, chance) for _ in range(8))
    yield from (text + b"CRASHTIME=1700000000\n", text[:-9], text + b"\0" * 9, text.rstrip(b"\n"))
    yield text.replace(b"\n", b"\n\n", 1)
    yield text.replace(b"SYMBOL(", b"SYMBOL(x\xff", 1)
    yield from (_SECTIONS.sub(rb"\g<1>" + value, text) for value in _PLACES)
    yield re.sub(rb"(?m)^(SYMBOL\(mem_section\)=.*)$", rb"\1\n\1", text)
    yield re.sub(rb"(?m)^(SYMBOL\(\w+\)=.*)$", rb"\1 ", text, count=1)


def judged(judge: Judge, one: Found, flaws: tuple[tuple[str, str], ...]) -> Verdicts | str:
    try:
        return judge.on(one, flaws)
    except NotTold as error:
        return str(error)


# Every eighth note, as each takes seconds; one of them in the fast tests.
@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=() if number == 96 else pytest.mark.long, id=path.stem)
        for number, path in enumerate(NOTES)
        if number % 8 == 0
    ],
)
def test_it_is_as_by_itself(schema: Schema, tools: list[Tool], path: Path) -> None:
    chance = random.Random(path.name)
    text = path.read_bytes()
    known = Judge(schema, tools)
    judged(known, found(text), ())
    arch = path.name.partition("-")[0]
    cut = (("the dump is cut", "drgn"),)
    for other in mutants(text, chance):
        format_, told, flaws = chance.choice(
            [("text", None, ()), ("text", None, ()), ("elf", arch, ()), ("kdump", arch, cut)]
        )
        note = found(other, format_, told)
        by_itself = judged(Judge(schema, tools), note, flaws)
        assert judged(known, note, flaws) == by_itself
        assert judged(known, note, flaws) == by_itself


def test_values_of_the_boot_decide(schema: Schema, tools: list[Tool]) -> None:
    """What is kept is told apart by them: all these notes are of one build."""
    for name in ("x86_64-6.1.0-56-cloud-amd64", "arm64-7.3.4+deb13-arm64"):
        text = (NOTES[0].parent / f"{name}.txt").read_bytes()
        known = Judge(schema, tools)
        arch = name.partition("-")[0]
        texts = [_SECTIONS.sub(rb"\g<1>" + value, text) for value in (_PLACES[0], _PLACES[-1])]
        told = [known.on(found(one, arch=arch)) for one in texts]
        assert len(known._kinds._by_key) == 1
        verdicts = {tuple((t.consumer, t.release, t.verdict) for t in one.tools) for one in told}
        assert len(verdicts) > 1


def test_notes_of_a_build_are_judged_once(
    schema: Schema, tools: list[Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (NOTES[0].parent / "x86_64-6.12.117+deb13-amd64.txt").read_bytes()
    known = Judge(schema, tools)
    first = known.on(found(text))
    monkeypatch.setattr(notes, "verdicts_of", None)
    assert known.on(found(moved(text, _SLIDE))) is first
    with pytest.raises(TypeError):
        known.on(found(text + b"SYMBOL(_stext)=ffffffff81000000\n"))


def test_no_more_is_kept_than_fits(
    schema: Schema, tools: list[Tool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "_MOST_KINDS", 2)
    text = NOTES[0].read_bytes()
    known = Judge(schema, tools[:1])
    told = [known.on(found(text + b"X(%d)=1\n" % number)) for number in range(5)]
    assert len({id(one) for one in told}) == 5
    assert len(known._verdicts._by_key) == len(known._kinds._by_key) == 2
