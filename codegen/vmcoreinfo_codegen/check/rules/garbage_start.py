# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ...model.vocabulary import QuirkKind
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for quirk in (quirk for export in entry.exports for quirk in export.quirks):
            is_garbage = quirk.kind is QuirkKind.GARBAGE
            if is_garbage and not quirk.begins:
                message = f"the garbage of {entry.key} lacks a 'begins'"
                yield quirk.location, f"{message}; parsers recognise it by that"
            elif quirk.begins and not is_garbage:
                yield quirk.location, f"a value that is {quirk.kind} can begin in any way"
            elif is_garbage and entry.format.is_number:
                yield quirk.location, f"{entry.key} is a number, which has no fixed beginning"


RULE = Rule(
    id="VMCI034",
    name="garbage-start",
    doc="A `quirk garbage` gives the first characters of such a value with `begins`, and no other "
    "quirk does: parsers recognise garbage by its bytes, as the release of a distribution's kernel "
    "does not show it.",
    example="""
BUILD-ID {
	doc		"Build id of vmlinux."
	value		hexbytes
	via		VMCOREINFO_BUILD_ID
	since		6.9
	quirk garbage	since 6.9.3 until 6.9.10 "three words of the header" ### the garbage of BUILD-ID lacks a 'begins'; parsers recognise it by that
}
""",
    check=_check,
)
