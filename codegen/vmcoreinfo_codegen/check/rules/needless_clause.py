# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            for place in export.repeats:
                message = f"{entry.key} repeats here what is the default"
                yield place, message, "leave the line out"


RULE = Rule(
    id="VMCI033",
    name="needless-clause",
    doc="A `value` or `via` appears only if it differs from the key's `kind`, or in an `on` block "
    "from the enclosing block.",
    example="""
kind SYMBOL {
	value		hex address
	via		VMCOREINFO_SYMBOL
}

SYMBOL(node_data) {
	doc		"Address of the array of pointers to node data."
	value		hex address ### SYMBOL(node_data) repeats here what is the default
	via		VMCOREINFO_SYMBOL ### SYMBOL(node_data) repeats here what is the default
	since		6.8
}
""",
    check=_check,
    severity="warning",
)
