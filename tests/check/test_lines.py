# SPDX-License-Identifier: MIT
"""Rules for lines of vendors, beyond their examples."""

from __future__ import annotations

import pytest

from vmcoreinfo_codegen.check import all_rules, check_files
from vmcoreinfo_codegen.check.example import PREAMBLE
from vmcoreinfo_codegen.check.rules.line_names import RULE as NAMES
from vmcoreinfo_codegen.model import Schema

LINE = """\
line rhel11 of rhel {
	doc "Kernels of a vendor."
%s
	called "%s"
%s}
"""


def found(*lines: str) -> list[tuple[str, str, str]]:
    _, problems = check_files([("x.vmci", PREAMBLE + "".join(lines))])
    return [(problem.rule, problem.message, problem.hint) for problem in problems]


def line(called: str, builds: str = "", base: str = "\tbase 6.8") -> str:
    return LINE % (base, called, builds)


def other(text: str) -> str:
    return text.replace("rhel11 of rhel", "sles11 of sles")


def test_the_shipped_lines_are_sound(schema: Schema) -> None:
    rules = {rule.id: rule for rule in all_rules()}
    for id_ in ("VMCI010", "VMCI053", "VMCI054", "VMCI055", "VMCI056"):
        assert list(rules[id_].run(schema)) == []


def test_a_base_is_declared() -> None:
    assert found(line("9.1.0-BUILD.x", base="\tbase 9.1")) == [
        ("VMCI010", "release 9.1 is not declared", "declare it in releases.vmci")
    ]


def test_a_key_that_is_misspelt_has_a_hint() -> None:
    entry = 'NUMBER(PG_lru) {\n\tdoc "A bit."\n\tvalue signed bit\n\tvia VMCOREINFO_NUMBER\n\tsince 6.9\n}\n'
    builds = "\tbuild 1 {\n\t\tas 6.9 NUMBER(PG_lur) NUMBER(PG_lru)\n\t}\n"
    assert found(entry, line("6.8.0-BUILD.x", builds)) == [
        ("VMCI053", "NUMBER(PG_lur) is not an entry", "did you mean NUMBER(PG_lru)?")
    ]


TOOL = """\
consumer tool {
	doc "A tool that reads notes."
	url "https://example.org/tool"
	release 1.0 2024-06-01
	need "flags" {
		any NUMBER(PG_lru) kernels since 6.9 commit 122c7a59055c
		without degraded "flags are not told"
	}
}
NUMBER(PG_lru) {
	doc "A bit."
	value signed bit
	via VMCOREINFO_NUMBER
	since 6.8
}
"""


def test_the_release_that_a_key_is_like_counts_where_tools_go_by_it() -> None:
    builds = "\tbuild 1 {\n\t\tas 6.%d NUMBER(PG_lru)\n\t}\n"
    needless = [("VMCI054", "NUMBER(PG_lru) is the same in rhel11 without build 1", "leave it out")]
    without_tool = TOOL[TOOL.index("NUMBER(PG_lru) {") :]
    assert found(without_tool, line("6.8.0-BUILD.x", builds % 9)) == needless
    assert found(TOOL, line("6.8.0-BUILD.x", builds % 9)) == []


def test_commits_of_builds() -> None:
    build = "\tbuild 1 {\n\t\t%s\n\t}\n"
    assert found(TOOL, line("6.8.0-BUILD.x", build % "has 122c7a59055c")) == []
    ((rule, message, hint),) = found(TOOL, line("6.8.0-BUILD.x", build % "has 122c7a59055c9f3c"))
    assert (rule, message) == ("VMCI056", "no boundary of a need names commit 122c7a59055c9f3c")
    assert hint == "write 122c7a59055c"
    both = build % "has 122c7a59055c\n\t\tlacks 122c7a59055c"
    assert [message for _, message, _ in found(TOOL, line("6.8.0-BUILD.x", both))] == [
        "build 1 both has and lacks 122c7a59055c"
    ]
    again = build % "has 122c7a59055c"
    second = again.replace("build 1", "build 2")
    assert [message for _, message, _ in found(TOOL, line("6.8.0-BUILD.x", again + second))] == [
        "122c7a59055c is the same in rhel11 without build 2"
    ]


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ("6.8.0-BUILD.el11", "6.8.0-BUILD.el11", True),
        ("6.8.0-BUILD.el11", "6.8.0-70.NUMBER.el11", True),
        ("6.8.0-BUILD.el11", "6.8.0-BUILD.el11uek", False),
        ("6.8.0-BUILD.el11", "6.8.0-BUILD.el11-rt", True),
        ("6.8.NUMBER-5.x", "6.8.4-BUILD.x", True),
        ("6.8.0-BUILD.a", "6.8.0-BUILD.b", False),
    ],
)
def test_names_of_two_lines(one: str, two: str, is_same: bool) -> None:
    problems = found(line(one), other(line(two)))
    assert [rule for rule, _, _ in problems] == [NAMES.id] * is_same, problems


def test_a_line_with_a_base_comes_before_one_without() -> None:
    assert found(line("6.8.0-BUILD.x"), other(line("RELEASE.0-BUILD.x", base=""))) == []
    both = found(line("RELEASE.0-BUILD.x", base=""), other(line("RELEASE.0-BUILD.x", base="")))
    assert [rule for rule, _, _ in both] == [NAMES.id]
