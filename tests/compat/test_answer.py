# SPDX-License-Identifier: MIT
"""The answer of `compat` as data, over a schema of a few entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.compat.small import arch_of, kernel, note, small, tool_of
from vmcoreinfo_codegen.compat.answer import Note, answer, changed, declares
from vmcoreinfo_codegen.compat.exports import Exports, noted
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.model.vocabulary import DumpSource
from vmcoreinfo_codegen.query.interface.consumers import Compat

NEEDS = """
	parser	first-duplicate until 1.2 wrong "of two values the first is taken"
	parser	last-line-dropped until 1.1 degraded "the last line is not seen"
	parser	note-limit 4096 until 1.1 fatal "the buffer overflows"
	need "fine" {
		any	NUMBER(always)
		without fatal	"it ends"
	}
	need "renamed" {
		any	SYMBOL(new) since 1.1
		any	SYMBOL(old)
		without fatal	"can't find it"
	}
	need "guessed" {
		any	NUMBER(other) since 1.2
		any	"a guess"
		without fallback	"it guesses"
	}
	need "placed" {
		any	SYMBOL(old)
		any	headers
		fallback	"the dump tells"
		without fatal	"it ends"
	}
"""


def answered(
    release: str, exports: Exports | None = None, text: bytes | None = None, needs: str = NEEDS
) -> Compat:
    schema = small(needs)
    return answer(
        mainline(schema, Release.parse("6.9")),
        tool_of(schema),
        ToolRelease.parse(release),
        None,
        exports or kernel(schema, "6.9"),
        None if text is None else Note(text, "text"),
    )


def test_a_release_that_does_not_know_the_new_name() -> None:
    found = answered("1.0")
    assert (found.consumer, found.release, found.kernel) == ("tool", "1.0", "6.9")
    assert (found.arch, found.verdict, found.fixed_in) == ("x86_64", "fatal", "1.1")
    assert [p.purpose for p in found.purposes] == ["renamed", "guessed", "placed", "fine"]
    renamed, guessed, placed, fine = found.purposes
    (gone,) = renamed.missing
    assert (gone.key, gone.gone_since, gone.commit) == ("SYMBOL(old)", "6.8", "0123456789ab")
    assert (gone.since, gone.replaced_by) == (None, ["SYMBOL(new)"])
    assert (renamed.seen, renamed.fixed_in) == ("can't find it", "1.1")
    assert renamed.why.startswith("SYMBOL(old) removed in 6.8")
    assert (guessed.verdict, guessed.fixed_in, guessed.seen) == ("fallback", "1.2", "it guesses")
    assert (placed.verdict, placed.assumed) == ("fallback", [DumpSource.HEADERS.doc])
    assert (fine.verdict, fine.why, fine.seen, fine.fixed_in) == ("ok", "", "", None)
    assert (fine.missing, fine.assumed) == ([], [])


def test_fallbacks_alone_are_ok() -> None:
    found = answered("1.1")
    assert (found.verdict, found.fixed_in) == ("ok", None)
    assert {p.verdict for p in found.purposes} == {"fallback", "ok"}


def test_an_entry_to_come_says_since_when() -> None:
    schema = small(NEEDS)
    found = answered("1.1", kernel(schema, "6.7"))
    assert found.verdict == "ok"
    needs = NEEDS.replace(
        "any	SYMBOL(old)\n		without fatal	\"can't",
        "any	NUMBER(x86) + SYMBOL(new)\n		without fatal	\"can't",
    )
    (entry,) = next(p for p in answered("1.0", kernel(schema, "6.7"), needs=needs).purposes).missing
    assert (entry.key, entry.since, entry.gone_since) == ("SYMBOL(new)", "6.8", None)


GOOD = b"NUMBER(always)=1\nNUMBER(other)=1\nSYMBOL(new)=1\n"


def of_text(release: str, text: bytes) -> Compat:
    schema = small(NEEDS)
    exports = note(schema, always=1, other=1, SYMBOL_new=1)
    return answered(release, exports, text)


def test_what_a_parser_reads_otherwise_is_a_purpose() -> None:
    found = of_text("1.0", GOOD + b"NUMBER(always)=2")
    (read,) = (p for p in found.purposes if p.purpose == "parse the note")
    # The worst of two counts, and both are told; it works once neither is left.
    assert (read.verdict, read.seen) == ("wrong", "of two values the first is taken")
    assert "lines 1 and 4" in read.why and "; the last line has no newline" in read.why
    assert (read.fixed_in, read.missing, read.assumed) == ("1.2", [], [])


def test_the_parser_alone_can_be_what_is_wrong() -> None:
    text = GOOD + b"NUMBER(always)=2\n"
    found = of_text("1.1", text)
    assert (found.verdict, found.fixed_in) == ("wrong", "1.2")
    assert found.purposes[0].purpose == "parse the note"
    assert of_text("1.2", text).verdict == "ok"


def test_a_text_that_is_read_as_it_is_meant() -> None:
    (read,) = (p for p in of_text("1.0", GOOD).purposes if p.purpose == "parse the note")
    assert (read.verdict, read.why, read.seen, read.fixed_in) == ("ok", "", "", None)


def test_no_parser_is_judged_without_a_text_or_traits() -> None:
    assert "parse the note" not in {p.purpose for p in answered("1.0").purposes}
    plain = NEEDS[NEEDS.index("\tneed") :]
    schema = small(plain)
    found = answered("1.0", note(schema, always=1), GOOD, plain)
    assert "parse the note" not in {p.purpose for p in found.purposes}


def test_a_line_that_is_not_seen_is_a_missing_entry() -> None:
    """The last line has no end, so a release before 1.1 does not see it."""
    found = of_text("1.0", b"NUMBER(other)=1\nSYMBOL(new)=1\nNUMBER(always)=1")
    (fine,) = (p for p in found.purposes if p.purpose == "fine")
    assert (fine.verdict, fine.fixed_in) == ("fatal", "1.1")
    assert "NUMBER(always) is on a line that this release does not read" in fine.why


DECLARING = NEEDS.replace("\tneed", "%s\tneed", 1)


@pytest.mark.parametrize(
    ("kernels", "on", "known"),
    [
        ("6.6 to 6.8.0", "6.5.3", False),
        ("6.6 to 6.8.0", "6.6", True),
        ("6.6 to 6.8.0", "6.6-rc1", True),
        ("6.6 to 6.8.0", "6.7.12", True),
        ("6.6 to 6.8.0", "6.8", True),
        ("6.6 to 6.8.0", "6.8.1", False),
        ("6.6 to", "7.0", True),
        ("to 6.8", "2.6.24", True),
        ("to 6.8", "6.9", False),
    ],
)
def test_the_kernels_that_a_release_declares(kernels: str, on: str, known: bool) -> None:
    schema = small(f"\trelease 1.3 2024-08-01 kernels {kernels}\n")
    tool = tool_of(schema)
    assert declares(tool, ToolRelease.parse("1.3"), Release.parse(on)) is known
    assert declares(tool, ToolRelease.parse("1.2"), Release.parse(on)) is None
    assert declares(tool, ToolRelease.parse("next"), Release.parse(on)) is None


def test_what_an_upgrade_changes() -> None:
    schema = small(NEEDS)
    before, after = answered("1.0", kernel(schema, "6.7")), answered("1.0", kernel(schema, "6.9"))
    kept = changed(before, after)
    assert [p.purpose for p in kept.purposes] == ["renamed", "placed"]
    assert kept.verdict == after.verdict and changed(after, after).purposes == []
    # A purpose that there was not before was fine.
    none = replace(before, purposes=[])
    assert {p.purpose for p in changed(none, after).purposes} == {"renamed", "guessed", "placed"}


def test_a_dump_that_has_no_headers() -> None:
    schema: Schema = small(NEEDS)
    told = {DumpSource.HEADERS: False}
    exports = noted(schema, Release.parse("6.9"), arch_of(schema), {"NUMBER(always)": 1}, told)
    (placed,) = (p for p in answered("1.2", exports).purposes if p.purpose == "placed")
    assert (placed.verdict, placed.assumed) == ("fatal", [])
