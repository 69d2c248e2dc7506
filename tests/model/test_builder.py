# SPDX-License-Identifier: MIT
"""The model says what the text says; what can't be resolved is told with near misses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pydantic
import pytest

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Format, Schema, Unit
from vmcoreinfo_codegen.model.builder import build, load, parse_files
from vmcoreinfo_codegen.problem import Problem, SchemaError
from vmcoreinfo_codegen.shape import checked, plain

HEAD = """\
schema 1
release 6.6	2023-10-29
release 6.7	2024-01-07
release 6.8	2024-03-10
release 6.9	2024-05-12
arch x86_64 {
	source x86
	bits 64
	alias amd64
	config CONFIG_X86 CONFIG_64BIT
	since 6.6
}
arch arm64 {
	source arm64
	bits 64
	config CONFIG_64BIT
	optional CONFIG_X86
	since 6.6
}
arch sh {
	source sh
	bits 32
	since 6.6
	until 6.8
}
"""


def built(text: str) -> tuple[Schema, list[Problem]]:
    problems: list[Problem] = []
    return build(parse_files([("x.vmci", HEAD + text)], problems), problems)


def predicted(schema: Schema, release: str, arch: str) -> dict[str, str]:
    architecture = schema.architecture(arch)
    assert architecture is not None
    found = schema.predict(Release.parse(release), architecture)
    return {prediction.key: str(prediction.condition) for prediction in found}


def test_spans_backports_and_architectures() -> None:
    schema, problems = built("""
NUMBER(X) {
	value signed bit
	since 6.7
	backport 6.6.9
	until 6.8
	since 6.9
	on sh {
		since 6.6
		until 6.7
	}
}
""")
    assert problems == []
    has = {
        r: "NUMBER(X)" in predicted(schema, r, "x86_64")
        for r in (
            "6.6",
            "6.6.8",
            "6.6.9",
            "6.6.50",
            "6.7-rc1",
            "6.7",
            "6.7.9",
            "6.8",
            "6.9-rc1",
            "6.9.1",
        )
    }
    assert has == {
        "6.6": False,
        "6.6.8": False,
        "6.6.9": True,
        "6.6.50": True,
        "6.7-rc1": True,
        "6.7": True,
        "6.7.9": True,
        "6.8": False,
        "6.9-rc1": True,
        "6.9.1": True,
    }
    assert "NUMBER(X)" in predicted(schema, "6.6", "sh")


def test_conditions_are_simplified_by_architecture() -> None:
    schema, problems = built("""
NUMBER(X) {
	value signed bit
	depends on CONFIG_X86 && CONFIG_A until 6.8
	depends on CONFIG_64BIT since 6.8
	since 6.6
}
""")
    assert problems == []
    assert predicted(schema, "6.6", "amd64") == {"NUMBER(X)": "CONFIG_A"}
    assert predicted(schema, "6.6", "arm64") == {"NUMBER(X)": "CONFIG_X86 && CONFIG_A"}
    assert predicted(schema, "6.6", "sh") == {}
    assert predicted(schema, "6.8", "x86_64") == {"NUMBER(X)": "1"}
    assert schema.config_names() == ["CONFIG_A", "CONFIG_X86"]


def test_on_inherits_what_it_does_not_say() -> None:
    schema, problems = built("""
NUMBER(X) {
	doc "Outer."
	value signed bit
	depends on CONFIG_A
	on arm64 {
		doc "Inner."
		since 6.7
	}
	on x86_64 {
		depends on CONFIG_B
		since 6.7
	}
}
""")
    assert problems == []
    entry = schema.by_key["NUMBER(X)"]
    assert [(e.archs, e.doc) for e in entry.exports] == [
        (("arm64",), "Inner."),
        (("x86_64",), "Outer."),
    ]
    assert entry.format is Format.SIGNED
    assert entry.unit is Unit.BIT
    assert predicted(schema, "6.9", "arm64") == {"NUMBER(X)": "CONFIG_A"}
    assert predicted(schema, "6.9", "x86_64") == {"NUMBER(X)": "CONFIG_B"}


KIND = "kind OFFSET {\n\tvalue decimal bytes\n\tvia VMCOREINFO_OFFSET\n}\n"


def test_a_kind_says_what_its_entries_leave_out() -> None:
    schema, problems = built(
        KIND
        + """
OFFSET(a.b) {
	since 6.6
}
OFFSET(a.c) {
	value hex
	via VMCOREINFO_TYPE_OFFSET
	since 6.6
}
OFFSET(a.d) {
	value hex displacement
	via VMCOREINFO_OFFSET until 6.7
	via VMCOREINFO_TYPE_OFFSET since 6.7
	on sh {
		since 6.6
	}
}
"""
    )
    assert problems == []
    said = {
        entry.key: (entry.format, entry.unit, [via.macro for via in entry.exports[0].vias])
        for entry in schema.entries
    }
    assert said == {
        "OFFSET(a.b)": (Format.DECIMAL, Unit.BYTES, ["VMCOREINFO_OFFSET"]),
        "OFFSET(a.c)": (Format.HEX, Unit.BYTES, ["VMCOREINFO_TYPE_OFFSET"]),
        "OFFSET(a.d)": (
            Format.HEX,
            Unit.DISPLACEMENT,
            ["VMCOREINFO_OFFSET", "VMCOREINFO_TYPE_OFFSET"],
        ),
    }
    assert not any(export.repeats for export in schema.exports())


def test_what_a_block_repeats_has_its_place() -> None:
    schema, problems = built(
        KIND
        + """
OFFSET(a.b) {
	value decimal
	via VMCOREINFO_OFFSET
	since 6.6
	on sh {
		via VMCOREINFO_OFFSET
		since 6.6
	}
}
"""
    )
    assert problems == []
    lines = [place.line for export in schema.exports() for place in export.repeats]
    first = (HEAD + KIND).count("\n") + 3
    assert lines == [first, first + 1, first + 4]


def test_a_kind_may_stand_behind_its_entries() -> None:
    entry = "OFFSET(a.b) {\n\tsince 6.6\n}\n"
    before, after = built(KIND + entry), built(entry + KIND)
    assert (before[1], after[1]) == ([], [])
    assert plain(before[0]) == plain(after[0])


def test_what_only_the_block_says_is_about_its_inner_architectures() -> None:
    schema, problems = built("""
NUMBER(X) {
	value signed bit
	replaced-by NUMBER(Y)
	absent "Nothing to conclude."
	on arm64 {
		since 6.7
	}
}
""")
    assert problems == []
    (export,) = schema.by_key["NUMBER(X)"].exports
    assert export.replaced_by == ("NUMBER(Y)",)
    assert export.absent == "Nothing to conclude."


def test_an_inner_block_without_a_life_is_told() -> None:
    schema, problems = built("NUMBER(X) {\n\tvalue signed bit\n\ton arm64 {\n\t}\n}\n")
    assert any("no 'since'" in str(problem) for problem in problems)
    assert "NUMBER(X)" not in schema.by_key


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "NUMBER(X) {\n\tvalue singed bit\n\tsince 6.6\n}",
            "27:8: error: unknown format 'singed'; did you mean signed?",
        ),
        (
            "NUMBER(X) {\n\tvalue signed bot\n\tsince 6.6\n}",
            "27:15: error: unknown unit 'bot'; did you mean bit",
        ),
        (
            "NUMBER(X) on amd64 {\n\tvalue signed bit\n\tsince 6.6\n}",
            "26:14: error: unknown architecture 'amd64'; write x86_64",
        ),
        (
            "NUMBER(X) on arm46 {\n\tvalue signed bit\n\tsince 6.6\n}",
            "unknown architecture 'arm46'; did you mean arm64?",
        ),
        ("NUMBER(X) {\n\tsince 6.6\n}", "26:1: error: no 'value'"),
        ("NUMBER(X) {\n\tvalue signed bit\n}", "no 'since'"),
        ("NUMBER(X) {\n\tvalue signed bit\n\tuntil 6.6\n}", "'until' without a 'since' before it"),
        ("NUMBER(X) {\n\tvalue signed bit\n\tsince 6.6\n\tsince 6.7\n}", "a second 'since'"),
        (
            "NUMBER(X) {\n\tvalue signed bit\n\tsince 6.6\n\tuntil 6.7\n\tuntil 6.8\n}",
            "a second 'until'",
        ),
        ('NUMBER(X) {\n\tdoc "a"\n\tdoc "b"\n\tvalue signed bit\n\tsince 6.6\n}', "a second 'doc'"),
        ("NUMBER(X) {\n\tvalue signed bit\n\tvalue hex bit\n\tsince 6.6\n}", "a second 'value'"),
        (
            "NUMBER(X) {\n\tvalue signed bit\n\tsince 6.6 commit 122c7a59055c recaled\n}",
            "unknown evidence for a commit 'recaled'",
        ),
        (
            'NUMBER(X) {\n\tvalue signed bit\n\tsince 6.6\n\tquirk brocken since 6.6 until 6.7 "x"\n}',
            "unknown kind of quirk 'brocken'",
        ),
        ("NUMBER(X) {\n\tvalue signed bit\n\tsince 6.6.1.2\n}", "is not a kernel release"),
        ('derive x {\n\tdoc "x"\n}', "derive x needs a 'value' and a 'from'"),
        ('option CONFIG_X {\n\tdoc "x"\n}', "option CONFIG_X needs a 'debug-info'"),
        (
            'option CONFIG_X {\n\tdoc "x"\n\tdebug-info has(x) on y\n}',
            "unknown architecture 'y'",
        ),
        ("arch x {\n\tbits 64\n}", "arch x needs 'source'"),
        (
            'consumer reboot {\n\trelease 1.0\n\tversion-option "--force"\n}',
            "'--force' is not an option that prints a release; one of --version, -v, -V",
        ),
        ("schema 2", "unsupported schema version 2"),
        ("kind OFSET {\n\tvalue hex\n}", "26:6: error: unknown kind 'OFSET'; did you mean OFFSET?"),
        ("kind PAGESIZE {\n\tvalue hex\n}", "one of SYMBOL, SIZE, OFFSET, LENGTH, NUMBER, CONFIG"),
        ("kind SIZE {\n\tvia VMCOREINFO_SIZE\n}", "kind SIZE needs a 'value'"),
        (
            "kind SIZE {\n\tvalue hex\n}\nkind SIZE {\n\tvalue hex\n}",
            "29:6: error: a second 'kind SIZE'",
        ),
    ],
)
def test_what_cannot_be_resolved(text: str, message: str) -> None:
    _, problems = built(text + "\n")
    assert problems, "nothing was found"
    assert any(message in str(problem) for problem in problems), "\n".join(map(str, problems))


def test_a_file_without_its_version() -> None:
    problems: list[Problem] = []
    build(parse_files([("x.vmci", "release 6.9 2024-05-12\n")], problems), problems)
    assert [str(p) for p in problems] == ["x.vmci:1:1: error: no 'schema 1' line [VMCI002]"]


def test_models_are_frozen(schema: Schema) -> None:
    with pytest.raises(FrozenInstanceError):
        schema.entries[0].key = "other"  # type: ignore[misc]


def test_a_built_model_has_what_its_types_say(schema: Schema) -> None:
    assert checked(schema) is schema
    wrong: list[dict[str, Any]] = [
        {"key": b"SIZE(a)"},
        {"kind": "SIZE"},
        {"exports": list(schema.entries[-1].exports)},
        {"exports": (None,)},
    ]
    for fields in wrong:
        entry = replace(schema.entries[-1], **fields)
        with pytest.raises(pydantic.ValidationError, match=rf"entries\.\d+\.{next(iter(fields))}"):
            checked(replace(schema, entries=(*schema.entries[:-1], entry)))


def test_a_release_is_no_text(schema: Schema) -> None:
    declared = replace(schema.releases[0], release="6.9")  # type: ignore[arg-type]
    with pytest.raises(pydantic.ValidationError, match="instance of Release"):
        checked(replace(schema, releases=(declared,)))


def test_a_model_takes_its_own_fields_alone(schema: Schema) -> None:
    with pytest.raises(TypeError, match="it has no field 'name'"):
        replace(schema.entries[0], name="SIZE(a)")  # type: ignore[call-arg]


def test_load_raises_with_all_problems(tmp_path: Path) -> None:
    (tmp_path / "schema.vmci").write_text('schema 1\nrelese 6.9 2024\nsource "b.vmci"\n')
    (tmp_path / "b.vmci").write_text("schema 1\nrelease 6.99.1.1 2024-05-12\n")
    with pytest.raises(SchemaError) as raised:
        load(tmp_path)
    assert len(raised.value.problems) == 2


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "schema.vmci").write_text('schema 1\nsource "a.vmci"\n')
    (tmp_path / "a.vmci").write_bytes(b"schema 1\n# \xff\n")
    with pytest.raises(SchemaError, match=r"a\.vmci:1:1: error: not UTF-8 at byte 11"):
        load(tmp_path)
