# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.note import LINE_ROOM
from ...model.schema import Schema
from ...model.vocabulary import Format
from ..rule import Finding, Rule

# The widest values on 64-bit kernels: a release string is at most 64 bytes (__NEW_UTS_LEN),
# a build id 20 bytes.
_WIDEST = {
    Format.DECIMAL: 20,
    Format.SIGNED: 20,
    Format.HEX: 16,
    Format.PREFIXED_HEX: 18,
    Format.STRING: 64,
    Format.HEXBYTES: 40,
    Format.FLAG: 1,
}


def longest_line(key: str, format_: Format) -> int:
    """The largest size in bytes of an entry's line, including its newline."""
    return len(f"{key}=\n") + _WIDEST[format_]


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        length = max(longest_line(entry.key, format_) for format_ in entry.formats)
        if length > LINE_ROOM:
            yield (
                entry.location,
                f"the line of {entry.key} can have {length} bytes, but the kernel truncates it "
                f"after {LINE_ROOM}, newline included",
            )


RULE = Rule(
    id="VMCI019",
    name="long-line",
    doc="No printed line exceeds 79 bytes: the kernel's line buffer has 80, and a longer line is "
    "silently truncated, newline first.",
    example="""
OFFSET(a_struct_with_a_name_of_some_length.a_member_with_quite_a_long_name) { ### the line of OFFSET(a_struct_with_a_name_of_some_length.a_member_with_quite_a_long_name) can have 97 bytes
	doc		"Offset of a member."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.8
}
""",
    check=_check,
)
