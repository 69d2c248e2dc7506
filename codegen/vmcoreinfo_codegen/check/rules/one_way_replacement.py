# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    replaces = {entry.key: frozenset(entry.replaces) for entry in schema.entries}
    replaced_by = {entry.key: frozenset(entry.replaced_by) for entry in schema.entries}
    for entry in schema.entries:
        for key in entry.replaced_by:
            if key in replaces and entry.key not in replaces[key]:
                message = f"{entry.key} is replaced by {key}, which does not say so"
                yield entry.location, message, f"add 'replaces {entry.key}' to {key}"
        for key in entry.replaces:
            if key in replaced_by and entry.key not in replaced_by[key]:
                message = f"{entry.key} replaces {key}, which does not say so"
                yield entry.location, message, f"add 'replaced-by {entry.key}' to {key}"


RULE = Rule(
    id="VMCI014",
    name="one-way-replacement",
    doc="A replacement is declared on both sides: `replaced-by` in the old entry, `replaces` in "
    "the new one.",
    example="""
OFFSET(page.compound_head) { ### OFFSET(page.compound_head) is replaced by OFFSET(page.compound_info), which does not say so
	doc		"Offset of compound_head in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.8
	until		6.9 "renamed"
	replaced-by	OFFSET(page.compound_info)
}

OFFSET(page.compound_info) {
	doc		"Offset of compound_info in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.9
}
""",
    check=_check,
)
