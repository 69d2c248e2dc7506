# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ...problem import did_you_mean
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            for key in (*export.replaces, *export.replaced_by):
                if key not in schema.by_key:
                    hint = did_you_mean(key, schema.by_key)
                    yield export.location, f"{entry.key} names {key}, which is not an entry", hint


RULE = Rule(
    id="VMCI013",
    name="unresolved-replacement",
    doc="`replaces` and `replaced-by` name entries of the schema.",
    example="""
SYMBOL(vmap_area_list) { ### SYMBOL(vmap_area_list) names NUMBER(VMALOC_START), which is not an entry
	doc		"Head of the list of vmap areas."
	value		hex address
	via		VMCOREINFO_SYMBOL
	since		6.8
	until		6.9 "renamed"
	replaced-by	NUMBER(VMALOC_START)
}
""",
    check=_check,
)
