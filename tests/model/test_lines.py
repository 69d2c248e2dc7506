# SPDX-License-Identifier: MIT
"""Lines of vendors: what the builder refuses, and what a build does to an entry."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.model.kernel import kernel_named, kernels_of
from vmcoreinfo_codegen.model.line_steps import LineStep, line_steps
from vmcoreinfo_codegen.problem import Problem

from .test_builder import HEAD

ENTRIES = """\
NUMBER(late) {
	value signed bit
	since 6.8
}
NUMBER(gone) {
	value signed bit
	since 6.6
	until 6.8
}
NUMBER(arm) on arm64 {
	value signed bit
	since 6.7
}
NUMBER(other) {
	value decimal until 6.9
	value signed since 6.9
	since 6.6
}
NUMBER(vendors) {
	value signed bit
	out-of-tree
	since 6.6
}
"""
LINE = """\
line rhel11 of rhel {
	base 6.6
	called "6.6.0-BUILD.el11"
	alias centos
%s}
"""


def built(builds: str) -> tuple[Schema, list[str]]:
    problems: list[Problem] = []
    text = HEAD + ENTRIES + LINE % builds
    schema, _ = build(parse_files([("x.vmci", text)], problems), problems)
    return schema, [problem.message for problem in problems]


def steps(builds: str) -> list[LineStep]:
    schema, problems = built(builds)
    assert problems == []
    return line_steps(schema, schema.lines[0])


@pytest.mark.parametrize(
    ("builds", "message"),
    [
        ("\tbuild 20 {\n\t}\n\tbuild 10 {\n\t}\n", "build 10 is declared after 20"),
        ("\tbuild 10 to 20 {\n\t}\n\tbuild 20 {\n\t}\n", "build 20 is declared after 20"),
        ("\tbuild 10 to 9 {\n\t}\n", "build 9 comes before 10"),
        ("\tbuild 10 {\n\t\tas 6.8 NUMBER(late) on x87\n\t}\n", "unknown architecture 'x87'"),
        ("\tbuild 10 {\n\t\twith NUMBER(late) as octal\n\t}\n", "unknown format 'octal'"),
        ("\tbase 6.7\n", "a second 'base' in one block"),
        (
            '\tcalled "RELEASE.0-BUILD.x"\n',
            "'RELEASE.0-BUILD.x' names a release other than its base",
        ),
        ('\tcalled "6.6.0-BUILD.BUILD"\n', "'6.6.0-BUILD.BUILD' has BUILD twice"),
    ],
)
def test_the_builder_refuses(builds: str, message: str) -> None:
    _, problems = built(builds)
    assert any(message in problem for problem in problems), problems


def test_a_line_needs_a_name() -> None:
    problems: list[Problem] = []
    build(parse_files([("x.vmci", HEAD + "line a {\n\tbase 6.6\n}\n")], problems), problems)
    assert [problem.message for problem in problems] == ["line a needs a 'called'"]


def test_what_comes_goes_and_changes() -> None:
    found = steps(
        "\tbuild 10 as 11.0 {\n\t\tas 6.8 NUMBER(late) NUMBER(gone)\n\t}\n"
        "\tbuild 20 as 11.1 {\n\t\tas 6.9 NUMBER(other)\n\t\twithout NUMBER(late)\n\t}\n"
    )
    told = [
        (str(one.build.first), one.key, one.before is not None, one.after is not None)
        for one in found
        if one.is_change
    ]
    assert told == [
        ("10", "NUMBER(late)", False, True),
        ("10", "NUMBER(gone)", True, False),
        ("20", "NUMBER(other)", True, True),
        ("20", "NUMBER(late)", True, False),
    ]
    assert all(one.archs is None for one in found)


def test_architectures_that_come_to_the_same_are_together() -> None:
    (arm, others) = steps("\tbuild 10 {\n\t\tas 6.8 NUMBER(arm)\n\t}\n")[::-1]
    assert (arm.archs, arm.is_change) == (("arm64",), True)
    assert (others.archs, others.is_change) == (("x86_64", "sh"), False)


def test_the_last_change_of_a_build_counts() -> None:
    found = steps("\tbuild 10 {\n\t\tas 6.8 NUMBER(late)\n\t\twithout NUMBER(late) on sh\n\t}\n")
    assert {(one.change.gone, one.archs, one.is_change) for one in found} == {
        (False, ("x86_64", "arm64"), True),
        (True, ("sh",), False),
    }


def test_what_repeats_the_builds_before_is_no_change() -> None:
    again = "\tbuild %d {\n\t\tas 6.%d NUMBER(late)\n\t}\n"
    first, second = steps(again % (10, 8) + again % (20, 9))
    assert first.is_change and first.is_newer
    assert not second.is_change
    assert second.is_newer  # tools may go by the release that it is like


def test_out_of_tree_entries_come_by_the_line_alone() -> None:
    schema, _ = built("\tbuild 10 as 11.0 {\n\t\twith NUMBER(vendors)\n\t}\n")
    (arch, *_) = schema.architectures
    entry = schema.by_key["NUMBER(vendors)"]
    assert entry.is_out_of_tree
    assert schema.predict_entry(entry, Release.parse("6.6"), arch) is None
    kernel = kernel_named(schema, "6.6.0-10.el11.x86_64")
    own = kernel.schema.by_key["NUMBER(vendors)"]
    assert kernel.schema.predict_entry(own, kernel.release, arch) is not None


def test_names_of_kernels() -> None:
    schema, _ = built("\tbuild 10 as 11.0 {\n\t}\n\tbuild 12 {\n\t}\n\tbuild 14 as 11.0 {\n\t}\n")
    (line,) = schema.lines
    assert line.known_as == ("rhel11", "centos11")
    assert [kernel.name for kernel in kernels_of(schema, line)] == [
        "rhel11.0",
        "6.6.0-12.el11",
        "6.6.0-14.el11",
    ]
    canonical = {
        name: kernel_named(schema, name).canonical
        for name in ("6.6.0-10.3.el11.x86_64", "centos11.0", "6.6.0-12.el11", "rhel11", "6.8-rc3")
    }
    assert canonical == {
        "6.6.0-10.3.el11.x86_64": "rhel11.0",
        "centos11.0": "rhel11.0",
        "6.6.0-12.el11": "6.6.0-12.el11",
        # A release alone would name its first build.
        "rhel11": "6.6.0-14.el11",
        "6.8-rc3": "6.8-rc3",
    }
    # And each is taken as the kernel that it stands for.
    for name, other in canonical.items():
        assert kernel_named(schema, other).schema is kernel_named(schema, name).schema
