# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule

_MOST = 110


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        if len(entry.summary) > _MOST:
            message = f"the first sentence on {entry.key} has {len(entry.summary)} characters"
            yield entry.location, message, f"tables show it alone: {_MOST} at most"


RULE = Rule(
    id="VMCI027",
    name="long-summary",
    doc="The first sentence of a `doc` has at most 110 characters, for it stands alone in tables.",
    example="""
NUMBER(PG_lru) { ### the first sentence on NUMBER(PG_lru) has 126 characters
	doc		"Bit number of the lru flag in the flags word of struct page, which is the first"
			"word of it and also holds node, zone, section."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}
""",
    check=_check,
)
