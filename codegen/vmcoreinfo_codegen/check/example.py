# SPDX-License-Identifier: MIT
"""Failing examples of rules: schema text with the expected message on the line at fault."""

from __future__ import annotations

from . import check_files
from .rule import Rule

PREAMBLE = """\
schema 1
release 6.8	2024-03-10
release 6.9	2024-05-12
release 6.10	2024-07-14
arch x86_64 {
	doc		"64-bit x86."
	source		x86
	bits		64
	since		6.8
}
arch arm64 {
	doc		"64-bit Arm."
	source		arm64
	bits		64
	since		6.8
}
macro VMCOREINFO_SYMBOL {
	doc		"An address."
	prints		"SYMBOL(NAME)=%lx"
	since		6.8
}
macro VMCOREINFO_OFFSET {
	doc		"An offset."
	prints		"OFFSET(NAME.FIELD)=%lu"
	since		6.8
}
macro VMCOREINFO_STRUCT_SIZE {
	doc		"A size."
	prints		"SIZE(NAME)=%lu"
	since		6.8
}
macro VMCOREINFO_NUMBER {
	doc		"A number."
	prints		"NUMBER(NAME)=%ld"
	since		6.8
}
macro VMCOREINFO_PAGESIZE {
	doc		"The page size."
	prints		"PAGESIZE=%ld"
	since		6.8
}
macro VMCOREINFO_BUILD_ID {
	doc		"The build id."
	prints		"BUILD-ID=%20phN"
	since		6.8
}
"""


def expected_and_found(rule: Rule) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    """The messages that a rule's example expects, and those found, as (line, message[, rule id]).

    Lines count from the start of the example.
    """
    offset = PREAMBLE.count("\n")
    lines = rule.example.removeprefix("\n").splitlines()
    expected = [
        (number, line.partition("### ")[2])
        for number, line in enumerate(lines, 1)
        if "### " in line
    ]
    _, problems = check_files([("example.vmci", PREAMBLE + "\n".join(lines) + "\n")])
    found = [(p.location.line - offset, p.message, p.rule) for p in problems]
    return expected, found
