# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ...model.vocabulary import read_as
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        if read_as(entry.formats) is None:
            message = f"{entry.key} is printed as {' and '.join(entry.formats)}"
            hint = "a note does not show which; a kernel that changes the format needs a new key"
            yield entry.location, f"{message}, which a note's text can't tell apart", hint


RULE = Rule(
    id="VMCI038",
    name="alike-formats",
    doc="The text shows in which of a key's formats it is printed: `decimal`, `signed` and "
    "`0x-hex` can be combined, and `hex` with `0x-hex`. The same digits are different numbers in "
    "`hex` and `decimal`, and formats that are not numbers can't be combined.",
    example="""
NUMBER(PG_lru) { ### NUMBER(PG_lru) is printed as hex and signed, which a note's text can't tell apart
	doc		"Bit number of the lru page flag."
	value		hex bit until 6.9
	value		signed bit since 6.9
	via		vmcoreinfo_append_str "NUMBER(PG_lru)=%lx" until 6.9
	via		VMCOREINFO_NUMBER since 6.9
	since		6.8
}

macro vmcoreinfo_append_str {
	doc		"A line of any form."
	since		6.8
}
""",
    check=_check,
)
