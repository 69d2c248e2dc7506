# SPDX-License-Identifier: MIT
"""A schema of a few entries and one tool, for tests of verdicts on a purpose."""

from __future__ import annotations

from vmcoreinfo_codegen.compat.exports import Exports, noted, predicted
from vmcoreinfo_codegen.compat.judge import Outcome, judge
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Architecture, Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.query.interface.consumers import JudgedPurpose

HEAD = """\
schema 1
release 6.6	2023-10-29
release 6.7	2024-01-07
release 6.8	2024-03-10
release 6.9	2024-05-12
arch x86_64 {
	source x86
	bits 64
	config CONFIG_X86
	since 6.6
}
arch arm64 {
	source arm64
	bits 64
	since 6.6
}
NUMBER(always) {
	value signed bit
	since 6.6
}
NUMBER(other) {
	value signed bit
	since 6.6
}
SYMBOL(old) {
	value hex address
	since 6.6
	until 6.8 commit 0123456789ab "it was renamed"
	replaced-by SYMBOL(new)
}
SYMBOL(new) {
	value hex address
	since 6.8 commit 0123456789ab
	replaces SYMBOL(old)
}
NUMBER(configured) {
	value signed bit
	depends on CONFIG_FEATURE
	since 6.6
}
NUMBER(beside) {
	value signed bit
	depends on CONFIG_FEATURE
	since 6.6
}
NUMBER(x86) on x86_64 {
	value signed bit
	since 6.6
}
"""
TOOL = """\
consumer tool {
	doc "A tool."
	url "https://example.org"
	release 1.0 2024-06-01
	release 1.1 2024-07-01
	release 1.2 2024-08-01
%s}
"""


def small(needs: str, more: str = "") -> Schema:
    """The schema with these needs and other clauses of the tool, and more entries."""
    problems: list[Problem] = []
    schema, _ = build(parse_files([("x.vmci", HEAD + more + TOOL % needs)], problems), problems)
    assert problems == [], problems
    return schema


def by_schema(purpose: JudgedPurpose) -> str:
    """The verdict on a purpose by the schema, even if the verdict is unknown."""
    return purpose.worked_out or purpose.verdict


def tool_of(schema: Schema) -> Consumer:
    (tool,) = schema.consumers
    return tool


def arch_of(schema: Schema, name: str = "x86_64") -> Architecture:
    arch = schema.architecture(name)
    assert arch is not None
    return arch


def kernel(schema: Schema, release: str, arch: str = "x86_64") -> Exports:
    """The exports of a kernel release, by the schema alone."""
    return predicted(schema, Release.parse(release), arch_of(schema, arch))


def note(schema: Schema, release: str = "6.9", **values: int) -> Exports:
    """A note with only these entries: `NUMBER(a)` is named `a`, `SYMBOL(a)` is `SYMBOL_a`."""
    numbers = {
        f"SYMBOL({name[7:]})" if name.startswith("SYMBOL_") else f"NUMBER({name})": value
        for name, value in values.items()
    }
    return noted(schema, Release.parse(release), arch_of(schema), numbers)


def outcome(schema: Schema, exports: Exports, release: str = "1.2") -> Outcome | None:
    """The outcome for the only purpose."""
    tool = tool_of(schema)
    (need,) = tool.needs
    return judge(tool, need, ToolRelease.parse(release), exports)
