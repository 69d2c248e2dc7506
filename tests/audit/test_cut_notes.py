# SPDX-License-Identifier: MIT
"""A note that was cut is one finding, wherever it was cut; what is missing inside is another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import real_notes
from vmcoreinfo_codegen.audit import Finding, Severity, audit
from vmcoreinfo_codegen.audit.run import Auditor
from vmcoreinfo_codegen.dump.reader import Found
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.kernel import mainline

NOTES = {note.file.removesuffix(".note"): note for note in real_notes()}
WHOLE = (
    "arm64-5.10.0-30-arm64",
    "ppc64el-7.3-powerpc64le",
    "riscv64-6.12.107+deb13-riscv64",
    "s390x-6.1.0-50-s390x",
    "x86_64-7.0.13+deb13-cloud-amd64",
)


def wrong(schema: Schema, text: bytes, auditor: Auditor | None = None) -> list[Finding]:
    """Findings that count of a text whose architecture nothing but its keys tells."""
    subject = (auditor or Auditor(schema)).subject(Found("note", "text", text, 0))
    return [one for one in audit(subject) if one.severity is not Severity.INFO]


@pytest.mark.parametrize(
    "name", [*WHOLE[-2:], *(pytest.param(name, marks=pytest.mark.long) for name in WHOLE[:-2])]
)
def test_cut_behind_each_line(schema: Schema, name: str) -> None:
    lines = NOTES[name].text.splitlines(keepends=True)
    assert wrong(schema, b"".join(lines)) == []
    sure = 0
    for number in range(1, len(lines)):
        found = wrong(schema, b"".join(lines[:number]))
        assert len(found) <= 1, number
        for one in found:
            assert (one.line, one.key) == (number, lines[number - 1].decode().partition("=")[0])
            assert one.rule == "VMCA009" or number > len(lines) - 3
            sure += one.rule == "VMCA009"
    # Behind the last ones there is nothing that every kernel prints.
    assert sure >= len(lines) - 8


@given(name=st.sampled_from(sorted(NOTES)), data=st.data())
def test_cut_anywhere(schema: Schema, name: str, data: st.DataObject) -> None:
    note = NOTES[name]
    place = data.draw(st.integers(len("OSRELEASE=6."), len(note.text) - 1))
    text = note.text[:place]
    found = wrong(schema, text)
    assert len(found) <= 1
    if not text.endswith(b"\n"):
        (one,) = found
        assert one.rule in ("VMCA009", "VMCA002")


def test_cut_inside_a_line(schema: Schema) -> None:
    text = NOTES["x86_64-7.0.13+deb13-cloud-amd64"].text
    at = text.index(b"SIZE(list_head)=")
    before = text[:at].splitlines()[-1].decode().partition("=")[0]
    number = text[:at].count(b"\n")
    for piece in (b"S", b"SIZE(list_head", b"SIZE(list_head)=", b"SIZE(list_head)=1"):
        (one,) = wrong(schema, text[:at] + piece)
        assert (one.rule, one.line, one.key) == ("VMCA009", number, before)
        assert one.message.startswith("truncated after this line, inside the next line")
        assert ("(SIZE(list_head))" in one.message) == (b"=" in piece)


def test_a_cut_head(schema: Schema) -> None:
    text = NOTES["x86_64-7.0.13+deb13-cloud-amd64"].text
    lines = text.splitlines(keepends=True)
    tail = b"".join(lines[30:])
    (one,) = wrong(schema, tail)
    assert (one.rule, one.key) == ("VMCA005", "OSRELEASE")
    release = NOTES["x86_64-7.0.13+deb13-cloud-amd64"].release.branch
    told = Auditor(schema, schema.architecture("x86_64"), mainline(schema, release))
    (one,) = wrong(schema, tail, told)
    assert (one.rule, one.line) == ("VMCA009", 1)
    assert one.message.startswith("truncated before this line: ")


def test_lines_that_were_lost_inside(schema: Schema) -> None:
    """Each is a finding of its own, and so they are where the end is lost too."""
    text = NOTES["x86_64-7.0.13+deb13-cloud-amd64"].text
    keys = [b"PAGESIZE", b"SIZE(page)", b"OFFSET(list_head.next)"]
    lines = [line for line in text.splitlines(keepends=True) if line.partition(b"=")[0] not in keys]
    found = wrong(schema, b"".join(lines))
    assert [(one.rule, one.key) for one in found] == [
        ("VMCA011", "OFFSET(list_head.next)"),
        ("VMCA011", "PAGESIZE"),
        ("VMCA011", "SIZE(page)"),
    ]
    cut = wrong(schema, b"".join(lines[: len(lines) // 2]))
    assert sorted(one.rule for one in cut) == ["VMCA009", "VMCA011", "VMCA011", "VMCA011"]


def test_the_order_of_other_architectures(schema: Schema) -> None:
    """An entry stands in the schema where x86 prints it; the last line of arm64 is no cut."""
    for name, note in NOTES.items():
        lines = note.text.splitlines(keepends=True)
        keys = [line.decode().partition("=")[0] for line in lines]
        subject = Auditor(schema).subject(Found("note", "text", note.text, 0))
        places = subject.places
        known = [places[key] for key in keys if key in places]
        assert known == sorted(known), name


# ---- siblings ------------------------------------------------------------------------


def test_one_key_of_a_group_shows_the_others(schema: Schema) -> None:
    """Without a .config: what depends on the same condition comes together."""
    note = NOTES["x86_64-7.0.13+deb13-cloud-amd64"]
    lines = note.text.splitlines(keepends=True)
    groups = {
        b"LENGTH(mem_section)": "SYMBOL(mem_section) shows that CONFIG_SPARSEMEM is true",
        b"SIZE(printk_info)": "SYMBOL(prb) shows that CONFIG_PRINTK && CONFIG_VMCORE_INFO is true",
    }
    for key, why in groups.items():
        kept = [line for line in lines if line.partition(b"=")[0] != key]
        assert len(kept) == len(lines) - 1
        (one,) = wrong(schema, b"".join(kept))
        assert (one.rule, one.key) == ("VMCA011", key.decode())
        assert one.message == f"this kernel exports it, as {why}"
    # Nothing shows it if none of the group is present.
    without = [line for line in lines if b"mem_section" not in line and b"_BITS)" not in line]
    assert len(without) < len(lines) - 3
    assert wrong(schema, b"".join(without)) == []
