# SPDX-License-Identifier: MIT
"""Texts that the parser of a tool reads otherwise than the rules of the note say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.conftest import CORPUS
from vmcoreinfo_codegen.compat.parser import stumbles
from vmcoreinfo_codegen.dump.reader import FORMATS
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.model.vocabulary import Trait, Verdict
from vmcoreinfo_codegen.terms.tool import ToolRelease

GOOD = b"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ffffffff82a18000\n"

CASES = [
    ("makedumpfile@1.6.9", GOOD + b"X=1\n" * 1024, Trait.NOTE_LIMIT, "4164 bytes"),
    ("makedumpfile@1.7.9", GOOD + b"X" * 1497 + b"=1\n", Trait.LINE_LIMIT, "line 4 has 1499"),
    ("makedumpfile@1.7.9", GOOD + b"PAGESIZE=65536\n", Trait.FIRST_DUPLICATE, "lines 2 and 4"),
    ("crash@9.0.2", b"OSRELEASE=6.12.0\nXSIZE(zone)=1\nSIZE(zone)=1024\n", None, ""),
    ("crash@9.0.2", b"OSRELEASE=6.12.0\nXKERNELOFFSET=1\n", Trait.UNANCHORED, "line 2"),
    ("drgn@0.2.0", GOOD + b"KERNELOFFSET=1000000", Trait.LAST_LINE_DROPPED, "KERNELOFFSET"),
    ("volatility3@2.11", GOOD + b"garbage\n", Trait.EQUALS_NEEDED, "line 4 has no '='"),
    ("volatility3@2.11", b"PAGESIZE=4096\n" + GOOD, Trait.OSRELEASE_FIRST, "PAGESIZE"),
    ("volatility3@2.11", GOOD + b"BUILD-ID=\x01\n", Trait.PRINTABLE_ONLY, "0x01"),
    ("makedumpfile@1.7.9", GOOD + b"SIZE(page)=zz\n", Trait.UNPARSABLE, "line 4 has a value"),
    ("makedumpfile@1.7.9", GOOD + b"SIZE(page)=0x40\n", None, ""),
    ("makedumpfile@1.7.9", GOOD + b"SIZE(page)=" + b"9" * 21 + b"\n", Trait.UNPARSABLE, "line 4"),
    ("makedumpfile@1.7.9", GOOD + b"NUMBER(unknown)=zz\n", None, ""),
    ("drgn@0.0.26", GOOD + b"NUMBER(phys_base)=zz\n", None, ""),
    ("drgn@0.0.27", GOOD + b"NUMBER(phys_base)=zz\n", Trait.UNPARSABLE, "line 4"),
    ("drgn@0.2.0", GOOD + b"SYMBOL(_stext)=zz\n", None, ""),
    ("qemu@2.12", GOOD + b"NUMBER(phys_base)=0\nNUMBER(phys_base)=1\n", Trait.FIRST_DUPLICATE, ""),
]


def _tool(schema: Schema, name: str) -> tuple[Consumer, ToolRelease]:
    tool, _, release = name.partition("@")
    return next(c for c in schema.consumers if c.name == tool), ToolRelease.parse(release)


@pytest.mark.parametrize(("tool", "text", "trait", "where"), CASES)
def test_what_a_parser_stumbles_over(
    schema: Schema, tool: str, text: bytes, trait: Trait | None, where: str
) -> None:
    consumer, release = _tool(schema, tool)
    found = stumbles(consumer, release, text)
    assert [stumble.trait.trait for stumble in found] == ([trait] if trait else [])
    assert all(where in stumble.where for stumble in found)


def test_of_a_format_of_dumps(schema: Schema) -> None:
    """crash looks for a key anywhere in the text, but not in that of an ELF dump."""
    consumer, release = _tool(schema, "crash@9.0.2")
    text = b"OSRELEASE=6.12.0\nXKERNELOFFSET=1\n"
    met = {format_: bool(stumbles(consumer, release, text, format_)) for format_ in FORMATS}
    assert met == {"elf": False, "kdump": True, "flattened": True, "note": True, "text": True}


def test_every_trait_has_a_case() -> None:
    assert {trait for _, _, trait, _ in CASES if trait} == set(Trait)


def test_a_good_text_and_padding_meet_none(schema: Schema) -> None:
    for consumer in schema.consumers:
        for release in consumer.releases:
            assert stumbles(consumer, release.release, GOOD + b"\0\0\0") == []


def test_notes_of_booted_kernels_meet_none(schema: Schema) -> None:
    """What tools do read: none of their parsers stumbles over a real note."""
    notes = sorted((CORPUS / "notes").glob("*.txt"))
    assert len(notes) > 100
    for path in notes:
        text = path.read_bytes()
        for consumer in schema.consumers:
            assert stumbles(consumer, consumer.latest, text) == [], (path.name, consumer.name)


def test_a_stumble_is_a_purpose_of_compat(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note"
    note.write_bytes(GOOD + b"X=1\n" * 1024)
    command = ("compat", str(note), "--consumer", "makedumpfile@1.6.9", "--arch", "x86_64")
    ran = run(*command, "--format", "json")
    assert ran.code == 1
    answer = ran.json("compat")
    (read,) = [p for p in answer["purposes"] if p["purpose"] == "parse the note"]
    assert read["verdict"] == "fatal"
    assert read["seen"].startswith("*** stack smashing detected ***")
    assert "4164 bytes" in read["why"]
    assert read["fixed_in"] == "1.7.0"


def test_a_key_on_a_line_that_is_lost_is_not_there(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note"
    lines = GOOD + b"SYMBOL(swapper_pg_dir)=ffffffff82a18000\n"
    note.write_bytes(lines.replace(b"PAGESIZE=4096\n", b"") + b"PAGESIZE=4096")
    command = ("compat", str(note), "--consumer", "drgn@0.2.0", "--arch", "x86_64")
    answer = run(*command, "--format", "json").json("compat")
    verdicts = {purpose["purpose"]: purpose["verdict"] for purpose in answer["purposes"]}
    assert verdicts["parse the note"] == "degraded"
    assert verdicts["open the dump"] == answer["verdict"] == "fatal"


def test_hostile_bytes_do_not_reach_the_terminal(schema: Schema) -> None:
    consumer, release = _tool(schema, "volatility3@2.11")
    for stumble in stumbles(consumer, release, b"\x1b[2J\x9b31m\xff\nX=1\n"):
        assert stumble.where.isascii() and stumble.where.isprintable(), stumble


def test_a_trait_with_a_wrong_limit_is_told(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "schema"
    source.mkdir()
    (source / "schema.vmci").write_text(
        'schema 1\n\nconsumer a {\n\tdoc\t"A."\n\turl\t"a"\n\tparser\tnote-limit wrong "b"\n'
        '\tparser\tunanchored 3 wrong "b"\n\tparser\tnote-limt 3 wrong "b"\n\trelease\t1.0\n}\n'
    )
    ran = run("check", "--schema", str(source))
    assert ran.code != 0
    shown = ran.out + ran.err
    assert "schema.vmci:6:9" in shown and "'note-limit' needs a number of bytes" in shown
    assert "schema.vmci:7:9" in shown and "'unanchored' takes no number" in shown
    assert "note-limt" in shown and "note-limit" in shown


def test_verdicts_of_traits_are_not_ok(schema: Schema) -> None:
    for consumer in schema.consumers:
        for trait in consumer.traits:
            assert trait.verdict is not Verdict.OK
