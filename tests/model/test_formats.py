# SPDX-License-Identifier: MIT
"""A key that is printed in other formats over time: which one holds, and what it is read as."""

from __future__ import annotations

import pytest

from tests.compat.small import arch_of, kernel, small, tool_of
from tests.model.test_builder import HEAD, built
from vmcoreinfo_codegen.audit import all_rules
from vmcoreinfo_codegen.audit.subject import Subject
from vmcoreinfo_codegen.check import check_files
from vmcoreinfo_codegen.compat.exports import noted
from vmcoreinfo_codegen.compat.exports_by_release import exports_by_release
from vmcoreinfo_codegen.compat.judge import judge
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.emit.description import describe_value
from vmcoreinfo_codegen.emit.problem import NoProduct
from vmcoreinfo_codegen.emit.rows import parser_rows
from vmcoreinfo_codegen.model import Format, Schema
from vmcoreinfo_codegen.model.kernel import mainline
from vmcoreinfo_codegen.model.vocabulary import read_as
from vmcoreinfo_codegen.query.budget import lines_of_release
from vmcoreinfo_codegen.query.changes import events
from vmcoreinfo_codegen.query.difference import difference
from vmcoreinfo_codegen.query.explanation import explanation
from vmcoreinfo_codegen.query.listing import listing
from vmcoreinfo_codegen.syntax.format import format_file
from vmcoreinfo_codegen.syntax.parse import parse

R = Release.parse
CHANGING = """\
NUMBER(a) {
	value signed mask until 6.8
	value 0x-hex since 6.8 backport 6.7.3
	since 6.6
}
"""
FOUR = ("6.6", "6.7", "6.8", "6.9")


@pytest.fixture(scope="module")
def schema() -> Schema:
    return small('\tneed "x" {\n\t\tany NUMBER(a)\n\t\twithout fatal "x"\n\t}\n', CHANGING)


def test_what_holds_at_a_release(schema: Schema) -> None:
    entry = schema.by_key["NUMBER(a)"]
    (export,) = entry.exports
    found = {r: str(entry.format_of(export, R(r))) for r in (*FOUR, "6.7.2", "6.7.3")}
    assert found == {
        "6.6": "signed",
        "6.7": "signed",
        "6.7.2": "signed",
        "6.7.3": "0x-hex",
        "6.8": "0x-hex",
        "6.9": "0x-hex",
    }
    assert [(str(s.since), str(s.value)) for s in entry.formats_over(export)] == [
        ("6.6", "signed"),
        ("6.8", "0x-hex"),
    ]
    assert (entry.format, entry.unit) == (Format.SIGNED, "mask")
    assert entry.formats == (Format.SIGNED, Format.PREFIXED_HEX)


def test_a_format_for_all_time_is_said_by_the_entry_alone(schema: Schema) -> None:
    others = [e for entry in schema.entries if entry.key != "NUMBER(a)" for e in entry.exports]
    assert others and all(export.formats == () for export in others)


def test_a_kind_changes_the_format_of_all_its_entries() -> None:
    schema, problems = built(
        "kind SYMBOL {\n\tvalue hex address until 6.8\n\tvalue 0x-hex since 6.8\n}\n"
        "SYMBOL(a) {\n\tsince 6.6\n}\nSYMBOL(b) {\n\tvalue 0x-hex\n\tsince 6.6\n}\n"
        "SYMBOL(c) {\n\tvalue hex address until 6.8\n\tvalue 0x-hex since 6.8\n\tsince 6.6\n}\n"
    )
    assert problems == []
    a, b, c = (schema.by_key[f"SYMBOL({name})"] for name in "abc")
    assert (a.formats, a.format) == ((Format.HEX, Format.PREFIXED_HEX), Format.HEX)
    assert (b.formats, b.exports[0].formats) == ((Format.PREFIXED_HEX,), ())
    # Both lines of c say what is so without them.
    assert [len(e.exports[0].repeats) for e in (a, b, c)] == [0, 0, 2]


def test_formats_of_architectures() -> None:
    schema, problems = built(
        "NUMBER(a) {\n\tvalue signed bit\n\tsince 6.6\n\ton arm64 {\n\t\tvalue 0x-hex\n"
        "\t\tsince 6.7\n\t}\n}\n"
    )
    assert problems == []
    entry = schema.by_key["NUMBER(a)"]
    outer, arm64 = entry.exports
    assert (outer.formats, arm64.format(R("6.8"))) == ((), Format.PREFIXED_HEX)
    assert [describe_value(entry, e) for e in (outer, arm64)] == ["signed, bit", "0x-hex, bit"]


@pytest.mark.parametrize(
    ("formats", "read"),
    [
        ("decimal", "decimal"),
        ("hex", "hex"),
        ("decimal signed", "signed"),
        ("decimal 0x-hex", "decimal"),
        ("signed 0x-hex decimal", "signed"),
        ("hex 0x-hex", "hex"),
        ("hex decimal", None),
        ("hex signed 0x-hex", None),
        ("string hexbytes", None),
        ("flag decimal", None),
    ],
)
def test_what_text_tells_apart(formats: str, read: str | None) -> None:
    assert read_as([Format(word) for word in formats.split()]) == read


def test_no_parser_is_made_that_would_guess() -> None:
    schema, problems = built(
        "OSRELEASE {\n\tvalue string text\n\tsince 6.6\n}\n"
        "NUMBER(a) {\n\tvalue hex bit until 6.8\n\tvalue signed since 6.8\n\tsince 6.6\n}\n"
    )
    assert problems == []
    with pytest.raises(NoProduct, match=r"the formats of NUMBER\(a\): hex, signed"):
        parser_rows(schema)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            "value signed bit until 6.8\n\tvalue 0x-hex mask since 6.8",
            "a second unit mask after bit",
        ),
        (
            "value signed bit until 6.7\n\tvalue 0x-hex since 6.8",
            "no 'value' of NUMBER(a) applies to",
        ),
        ("value signed bit\n\tvalue 0x-hex since 6.8", "two 'value' of NUMBER(a) apply to one"),
        (
            "value hex bit until 6.8\n\tvalue signed since 6.8",
            "hex and signed, which a note's text can't",
        ),
        ("value signed bit since 6.6.1.2", "is not a kernel release"),
    ],
)
def test_what_is_wrong_with_values(values: str, message: str) -> None:
    text = f"{HEAD}NUMBER(a) {{\n\t{values}\n\tsince 6.6\n}}\n"
    _, problems = check_files([("x.vmci", text)])
    assert any(message in str(problem) for problem in problems), "\n".join(map(str, problems))


def test_a_derived_value_has_one_format() -> None:
    text = "derive a {\n\tvalue hex bits\n\tvalue decimal since 6.8\n\tfrom 1 as one\n}\n"
    _, problems = built(text)
    assert "the format of a derived value can't depend on the release" in str(problems[0])


def test_the_printed_form_goes_with_the_value_of_its_time() -> None:
    head = HEAD + "macro vmcoreinfo_append_str {\n\tsince 6.6\n}\n"
    via = "\tvia vmcoreinfo_append_str {} {}\n"
    forms = via.format('"NUMBER(a)=%ld"', "until 6.8") + via.format(
        '"NUMBER(a)=0x%lx"', "since 6.8"
    )
    entry = (
        "NUMBER(a) {{\n\tvalue signed bit until {0}\n\tvalue 0x-hex since {0}\n{1}\tsince 6.6\n}}\n"
    )
    for release, wrong in (("6.8", 0), ("6.9", 1)):
        _, problems = check_files([("x.vmci", head + entry.format(release, forms))])
        said = [str(p) for p in problems if p.rule == "VMCI020"]
        assert len(said) == wrong, said
    assert "NUMBER(a) has the format signed, but is printed with 'NUMBER(a)=0x%lx'" in said[0]


def test_text_and_tree() -> None:
    text = (
        "schema 1\n\nNUMBER(a) {\n\tvalue\t\tsigned mask until 6.8\n"
        "\tvalue\t\t0x-hex since 6.8 backport 6.7.3\n\tsince\t\t6.6\n}\n"
    )
    loose = text.replace("\t\t", " ").replace("\tvalue", "   value")
    for written in (text, loose):
        tree, problems = parse(written, "x.vmci")
        assert (format_file(tree), problems) == (text, [])


# ---- questions ---------------------------------------------------------------------------


def test_list_and_diff(schema: Schema) -> None:
    arch = arch_of(schema)
    listed = {
        r: next(
            e.format for e in listing(mainline(schema, R(r)), arch).entries if e.key == "NUMBER(a)"
        )
        for r in FOUR
    }
    assert list(listed.values()) == ["signed", "signed", "0x-hex", "0x-hex"]
    (change,) = [
        c
        for c in difference(mainline(schema, R("6.7")), mainline(schema, R("6.9")), None).changes
        if "a)" in c.key
    ]
    assert (change.change, change.old, change.new) == ("format", "signed", "0x-hex")
    assert difference(mainline(schema, R("6.8")), mainline(schema, R("6.9")), arch).changes == []
    told = [e for e in events(schema) if e.kind == "format"]
    assert [(e.key, str(e.release), e.old, e.new) for e in told] == [
        ("NUMBER(a)", "6.8", "signed", "0x-hex")
    ]


def test_explain_and_budget(schema: Schema) -> None:
    entry = schema.by_key["NUMBER(a)"]
    (export,) = explanation(schema, entry).exports
    assert [(f.format, f.since, f.until) for f in export.formats] == [
        ("signed", None, "6.8"),
        ("0x-hex", "6.8", None),
    ]
    assert describe_value(entry, entry.exports[0]) == "signed until 6.8; 0x-hex since 6.8, mask"
    room = {
        r: next(
            line.bytes
            for line in lines_of_release(schema, R(r), arch_of(schema))
            if line.key == "NUMBER(a)"
        )
        for r in ("6.7", "6.8")
    }
    assert room == {"6.7": len("NUMBER(a)=\n") + 20, "6.8": len("NUMBER(a)=\n") + 18}


def test_audit_expects_the_form_of_the_release(schema: Schema) -> None:
    import vmcoreinfo

    (rule,) = (rule for rule in all_rules() if rule.name == "other-form")
    # The installed parser does not know the key: its line is there all the same.
    key = "NUMBER(PG_lru)"
    known = small("", CHANGING.replace("NUMBER(a)", key))

    def found(text: str, release: str) -> int:
        note = f"OSRELEASE={release}\n{key}={text}\n".encode()
        info = vmcoreinfo.parse(note)
        archs = (arch_of(known),)
        return len(list(rule.run(Subject(note, info, known, mainline(known, R(release)), archs))))

    assert [found(text, "6.7.1") for text in ("-1", "0x10")] == [0, 1]
    assert [found(text, "6.8.0") for text in ("-1", "0x10")] == [1, 0]


# ---- tools -------------------------------------------------------------------------------


def test_what_a_tool_reads_depends_on_the_release() -> None:
    need = '\treads NUMBER as decimal signed\n\tneed "x" {\n\t\tany NUMBER(a)\n\t\twithout fatal "x"\n\t}\n'
    schema = small(need, CHANGING)
    tool = tool_of(schema)
    verdicts = []
    for release in FOUR:
        exports = kernel(schema, release)
        judged = judge(tool, tool.needs[0], tool.releases[-1].release, exports)
        assert judged is not None
        verdicts.append(str(judged.verdict))
    assert verdicts == ["ok", "ok", "fatal", "fatal"]
    over = exports_by_release(schema, arch_of(schema))
    assert over.changes["NUMBER(a)"] == (0, 2)
    assert [over.at(place).formats["NUMBER(a)"] for place in range(4)] == [
        kernel(schema, release).formats["NUMBER(a)"] for release in FOUR
    ]
    note = noted(schema, R("6.8"), arch_of(schema), {"NUMBER(a)": 1})
    assert note.formats == {"NUMBER(a)": Format.PREFIXED_HEX}


@pytest.mark.parametrize(
    ("release", "text", "format_"),
    [("6.7", "-1", "signed"), ("6.7", "0x1", "0x-hex"), ("6.8", "1", "signed")],
)
def test_a_note_shows_what_a_distribution_took_early(release: str, text: str, format_: str) -> None:
    import vmcoreinfo

    key = "NUMBER(PG_lru)"
    schema = small("", CHANGING.replace("NUMBER(a)", key))
    info = vmcoreinfo.parse(f"{key}={text}\n".encode())
    assert noted(schema, R(release), arch_of(schema), info).formats == {key: format_}
