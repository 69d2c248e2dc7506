# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.release import first_overlap
from ...model.base import Ranged
from ...model.entry import Export
from ...model.schema import Schema
from ...model.timeline import first_in_force
from ..rule import Finding, Rule


def _overlapping(attributes: Sequence[Ranged]) -> bool:
    return first_overlap([a.bounds for a in attributes]) is not None


def _uncovered(schema: Schema, export: Export, attributes: Sequence[Ranged]) -> list[str]:
    """The releases of the export's life in which none of the attributes holds."""
    if not attributes:
        return []
    releases = [
        declared.release for declared in schema.releases if export.contains(declared.release)
    ]
    return [str(r) for r in releases if first_in_force(attributes, r.moment) is None]


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            for name, attributes in (
                ("value", export.formats),
                ("via", export.vias),
                ("depends on", export.dependencies),
            ):
                if _overlapping(attributes):
                    message = f"two '{name}' of {entry.key} apply to one release"
                    yield export.location, message, "limit them with 'since' or 'until'"
            for name, attributes in (("value", export.formats), ("via", export.vias)):
                missing = _uncovered(schema, export, attributes)
                if missing:
                    message = f"no '{name}' of {entry.key} applies to {', '.join(missing)}"
                    yield export.location, message


RULE = Rule(
    id="VMCI021",
    name="attribute-gap",
    doc="In each release of an entry's lifetime exactly one `value` and one `via` apply, and at "
    "most one `depends on`.",
    example="""
NUMBER(PG_lru) { ### two 'depends on' of NUMBER(PG_lru) apply to one release
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	depends on	CONFIG_NUMA
	depends on	CONFIG_SMP since 6.9
	since		6.8
}
""",
    check=_check,
)
