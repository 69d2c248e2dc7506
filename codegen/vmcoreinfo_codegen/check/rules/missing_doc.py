# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Architecture, Derivation, Macro, Option, Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            if not export.doc:
                yield export.location, f"{entry.key} has no 'doc'"
            elif not export.doc.endswith("."):
                yield export.location, f"the 'doc' of {entry.key} does not end with a full stop"
    named: list[Architecture | Macro | Derivation | Option] = [
        *schema.architectures,
        *schema.macros,
        *schema.derivations,
        *schema.options,
    ]
    for declared in named:
        if not declared.doc:
            yield declared.location, f"{declared.name} has no 'doc'"


RULE = Rule(
    id="VMCI017",
    name="missing-doc",
    doc="Every entry, architecture, macro, option and derivation has a `doc` in complete "
    "sentences; tables show the first one alone.",
    example="""
NUMBER(PG_lru) { ### NUMBER(PG_lru) has no 'doc'
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}
""",
    check=_check,
    severity="warning",
)
