# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule

_MOST = 110


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        if len(entry.summary) > _MOST:
            message = f"the first sentence about {entry.key} has {len(entry.summary)} characters"
            yield entry.location, message, f"at most {_MOST} are allowed, as tables show it alone"


RULE = Rule(
    id="VMCI027",
    name="long-summary",
    doc="The first sentence of a `doc` has at most 110 characters, as tables show it alone.",
    example="""
NUMBER(PG_lru) { ### the first sentence about NUMBER(PG_lru) has 126 characters
	doc		"Bit number of the lru flag in the flags word of struct page, which is the first"
			"word of it and also holds node, zone, section."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}
""",
    check=_check,
)
