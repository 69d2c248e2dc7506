# SPDX-License-Identifier: MIT
"""Small schemas and trees, and the results of a plan.

A tree is given as its extraction. The schema ends at 6.9, and the tree is 6.10.
"""

from __future__ import annotations

from vmcoreinfo_codegen.core.condition import ALWAYS, Condition
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.kernel.extract import Export, Extraction, Sites
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import build, parse_files
from vmcoreinfo_codegen.problem import Problem
from vmcoreinfo_codegen.sync.apply import apply
from vmcoreinfo_codegen.sync.plan import plan
from vmcoreinfo_codegen.sync.steps import Plan
from vmcoreinfo_codegen.syntax import tree
from vmcoreinfo_codegen.syntax.format import format_file

FIRST = """\
schema 1

source "releases.vmci"
source "macros.vmci"
source "kernel/all.vmci"
"""
RELEASES = """\
schema 1

arch x86_64 {
	doc		"64-bit x86."
	source		x86
	bits		64
	config		CONFIG_X86
	since		6.6
}

arch arm64 {
	doc		"64-bit Arm."
	source		arm64
	bits		64
	since		6.6
}

arch ia64 {
	doc		"Itanium."
	source		ia64
	bits		64
	since		6.6
	until		6.7
}

release 6.6	2023-10-29
release 6.7	2024-01-07
release 6.8	2024-03-10
release 6.9	2024-05-12
"""
MACROS = """\
schema 1

macro VMCOREINFO_NUMBER {
	doc		"A number."
	prints		"NUMBER(NAME)=%ld"
	since		6.6
}

macro vmcoreinfo_append_str {
	doc		"The function that the macros call."
	since		6.6
}

kind SYMBOL {
	value		hex address
	via		VMCOREINFO_SYMBOL
}

kind LENGTH {
	value		decimal count
	via		VMCOREINFO_LENGTH
}
"""
NUMBER = "VMCOREINFO_NUMBER"
APPEND = "vmcoreinfo_append_str"
KERNEL, ARM = "kernel/vmcore_info.c", "arch/arm64/kernel/vmcore_info.c"


def entry(name: str, body: str = "\tsince\t\t6.6\n", on: str = "") -> str:
    head = f'NUMBER({name}){on} {{\n\tdoc\t\t"About {name}."\n\tvalue\t\tsigned bit\n'
    return f"\n{head}\tvia\t\t{NUMBER}\n{body}}}\n"


def printed(
    name: str,
    line: int,
    *,
    arch: str | None = None,
    condition: Condition = ALWAYS,
    macro: str = NUMBER,
    printf: str = "",
    form: str = "signed",
) -> Export:
    file = KERNEL if arch is None else ARM.replace("arm64", arch)
    key = name if "(" in name else f"NUMBER({name})"
    text = printf or f"{key}=%ld"
    return Export(key, arch, condition, form, text, "", macro, file, line, "f")


def extraction(
    *exports: Export, archs: str = "x86 arm64 ia64", macros: dict[str, str] | None = None
) -> Extraction:
    return Extraction(
        "linux",
        Release.parse("6.10"),
        frozenset(archs.split()),
        exports,
        (),
        Sites(len(exports), 0, 0, 0, 0),
        {NUMBER: "NUMBER(NAME)=%ld"} | (macros or {}),
    )


class Synced:
    """A plan, and the file of all entries before and after."""

    def __init__(
        self,
        entries: str,
        read: Extraction,
        commits: dict[str, str] | None = None,
        first: str = FIRST,
        release: str = "6.10",
    ) -> None:
        self.release = Release.parse(release)
        texts = {
            "schema/schema.vmci": first,
            "schema/releases.vmci": RELEASES,
            "schema/macros.vmci": MACROS,
            "schema/kernel/all.vmci": f"schema 1\n{entries}",
        }
        self.schema = self._built(texts)
        self.plan: Plan = plan(self.schema, read, self.release)
        problems: list[Problem] = []
        files: list[tree.File] = parse_files(texts.items(), problems)
        done = apply(self.plan, files, self.schema, "2024-07-14", commits or {})
        self.files = {file.path: format_file(file) for file in done}
        self.text = self.files["schema/kernel/all.vmci"].removeprefix("schema 1\n")
        self.unchanged = self.text == entries
        # The same tree needs no further step.
        assert plan(self._built(self.files), read, self.release).steps == []

    @property
    def by_hand(self) -> dict[str, str]:
        return {todo.key: todo.reason for todo in self.plan.by_hand}

    def _built(self, texts: dict[str, str]) -> Schema:
        problems: list[Problem] = []
        schema, _ = build(parse_files(texts.items(), problems), problems)
        assert problems == [], problems
        return schema
