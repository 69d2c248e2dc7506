# SPDX-License-Identifier: MIT
"""Texts that the parser of a tool reads otherwise than the rules of the note say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command import Run
from tests.compat.small import small, tool_of
from tests.conftest import CORPUS
from vmcoreinfo_codegen.compat.parser_quirks import parser_quirks
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.dump.names import FORMATS
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.model.vocabulary import Trait, Verdict

GOOD = b"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ffffffff82a18000\n"

CASES = [
    ("makedumpfile@1.6.9", GOOD + b"X=1\n" * 1024, Trait.NOTE_LIMIT, "4164 bytes"),
    ("makedumpfile@1.7.9", GOOD + b"X" * 1497 + b"=1\n", Trait.LINE_LIMIT, "line 4 has 1499"),
    ("makedumpfile@1.7.9", GOOD + b"PAGESIZE=65536\n", Trait.FIRST_DUPLICATE, "lines 2 and 4"),
    ("crash@9.0.2", b"OSRELEASE=6.12.0\nXSIZE(zone)=1\nSIZE(zone)=1024\n", None, ""),
    ("crash@9.0.2", b"OSRELEASE=6.12.0\nXKERNELOFFSET=1\n", Trait.UNANCHORED, "line 2"),
    ("volatility3@2.11", GOOD, None, ""),
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
def test_what_a_parser_reads_otherwise(
    schema: Schema, tool: str, text: bytes, trait: Trait | None, where: str
) -> None:
    consumer, release = _tool(schema, tool)
    found = parser_quirks(consumer, release, text)
    assert [met.quirk.trait for met in found] == ([trait] if trait else [])
    assert all(where in met.where for met in found)
    lost = {met.lost for met in found if met.quirk.trait is Trait.LAST_LINE_DROPPED}
    assert lost == ({where} if trait is Trait.LAST_LINE_DROPPED else set())
    assert not any(met.lost for met in found if met.quirk.trait is not Trait.LAST_LINE_DROPPED)


@pytest.mark.parametrize(
    ("tool", "text", "quirks"),
    [
        ("makedumpfile@1.6.9", b"X" * 4095 + b"\n", ["line-limit"]),
        ("makedumpfile@1.6.9", b"X" * 4096 + b"\n", ["note-limit", "line-limit"]),
        ("makedumpfile@1.7.9", GOOD + b"X" * 1498 + b"\n", []),
        ("makedumpfile@1.7.9", GOOD + b"X" * 1499 + b"\n", ["line-limit"]),
        # What stands at the start of the text or of a line is a key of its own.
        ("crash@9.0.2", b"KERNELOFFSET=1\nKERNELOFFSET=1\n", []),
        ("crash@9.0.2", b"XKERNELOFFSET=1\n", ["unanchored"]),
        # The first place decides, as the tool looks no further.
        ("crash@9.0.2", b"KERNELOFFSET=1\nXKERNELOFFSET=1\n", []),
        # The same value twice, and another value of a key that nobody wants.
        ("makedumpfile@1.7.9", GOOD + b"PAGESIZE=4096\nX=1\nX=2\nPAGESIZE\n", []),
        ("volatility3@2.11", GOOD + b"\n", []),
        ("volatility3@2.11", GOOD + b"A=\t\n", []),
        ("volatility3@2.11", GOOD + b"A=\x7f\n", ["printable-only"]),
        ("drgn@0.2.0", b"", []),
    ],
)
def test_where_a_trait_begins(schema: Schema, tool: str, text: bytes, quirks: list[str]) -> None:
    consumer, release = _tool(schema, tool)
    found = [met.quirk.trait.value for met in parser_quirks(consumer, release, text)]
    assert found == quirks


def test_what_is_shown_of_a_line(schema: Schema) -> None:
    consumer, release = _tool(schema, "volatility3@2.11")

    def shown(line: bytes) -> str:
        (met,) = parser_quirks(consumer, release, GOOD + line + b"\n")
        return met.where

    assert shown(b"a" * 40) == f"line 4 has no '=': '{'a' * 40}'"
    assert shown(b"a" * 41) == f"line 4 has no '=': '{'a' * 40}'…"


def test_the_worst_quirk_comes_first() -> None:
    schema = small("""
	parser	first-duplicate degraded "the first is taken"
	parser	note-limit 10 fatal "it overflows"
	parser	line-limit 5 wrong "the rest is another line"
	need "read" {
		any	NUMBER(always)
		without fatal	"it ends"
	}
""")
    text = b"NUMBER(always)=1\nNUMBER(always)=2\n"
    found = parser_quirks(tool_of(schema), ToolRelease.parse("1.0"), text)
    assert [met.quirk.verdict.value for met in found] == ["fatal", "wrong", "degraded"]
    assert {met.lost for met in found} == {""}


@pytest.mark.parametrize(
    ("form", "value", "is_read"),
    [
        ("hex", b"ffff", True),
        ("hex", b"0xffff", False),
        ("0x-hex", b"0xffff", True),
        ("0x-hex", b"0Xffff", False),
        ("decimal", b"12", True),
        ("decimal", b"-12", False),
        ("signed", b"-12", True),
        ("signed", b"--12", False),
        ("signed", b"1f", False),
        ("hex", b"zz", False),
        ("decimal hex", b"1F", True),
    ],
)
def test_a_value_in_another_form_than_the_kernel_s(form: str, value: bytes, is_read: bool) -> None:
    """It is no quirk if the tool reads that form too."""
    entry = "SIZE(page) {\n\tvalue decimal bytes\n\tsince 6.6\n}\n"
    schema = small(
        f"""
	reads	SIZE as {form}
	parser	unparsable fatal "it fails"
	need "read" {{
		any	SIZE(page)
		without fatal	"it ends"
	}}
""",
        entry,
    )
    text = b"SIZE(page)=" + value + b"\n"
    found = parser_quirks(tool_of(schema), ToolRelease.parse("1.0"), text)
    assert [met.where.startswith("line 1 has a value") for met in found] == (
        [] if is_read else [True]
    )


def test_of_a_format_of_dumps(schema: Schema) -> None:
    """crash looks for a key anywhere in the text, but not in that of an ELF dump."""
    consumer, release = _tool(schema, "crash@9.0.2")
    text = b"OSRELEASE=6.12.0\nXKERNELOFFSET=1\n"
    met = {format_: bool(parser_quirks(consumer, release, text, format_)) for format_ in FORMATS}
    assert met == {
        **{"elf": False, "kdump": True, "flattened": True},
        **{"note": True, "text": True, "posted": True},
    }


def test_every_trait_has_a_case() -> None:
    assert {trait for _, _, trait, _ in CASES if trait} == set(Trait)


def test_a_good_text_and_padding_meet_none(schema: Schema) -> None:
    for consumer in schema.consumers:
        for release in consumer.releases:
            assert parser_quirks(consumer, release.release, GOOD + b"\0\0\0") == []


def test_notes_of_booted_kernels_meet_none(schema: Schema) -> None:
    """What tools do read: no real note meets a quirk of their parsers."""
    notes = sorted((CORPUS / "notes").glob("*.txt"))
    assert len(notes) > 100
    for path in notes:
        text = path.read_bytes()
        for consumer in schema.consumers:
            assert parser_quirks(consumer, consumer.latest, text) == [], (path.name, consumer.name)


def test_a_quirk_that_is_met_is_a_purpose_of_compat(run: Run, tmp_path: Path) -> None:
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
    for met in parser_quirks(consumer, release, b"\x1b[2J\x9b31m\xff\nX=1\n"):
        assert met.where.isascii() and met.where.isprintable(), met


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
