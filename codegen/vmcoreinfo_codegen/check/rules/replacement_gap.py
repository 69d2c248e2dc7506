# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.entry import Entry, Export
from ...model.schema import Schema
from ..rule import Finding, Rule


def _without(schema: Schema, entry: Entry, export: Export) -> Iterator[tuple[str, str]]:
    """Replacements, and architectures that lack them when the old key is removed."""
    last = export.last
    if last is None:
        return
    for key in entry.replaced_by:
        other = schema.by_key.get(key)
        if other is None or other.key == entry.key:
            continue
        for arch in schema.architectures:
            if not export.concerns(arch.name) or not arch.existed_in(last.release):
                continue
            # The old key may be removed from one place and remain in another.
            if entry.exports_for(arch.name, last.release):
                continue
            if not other.exports_for(arch.name, last.release):
                yield key, arch.name


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            gaps: dict[str, list[str]] = {}
            for key, arch in _without(schema, entry, export):
                gaps.setdefault(key, []).append(arch)
            for key, archs in gaps.items():
                last = export.last
                assert last is not None
                yield (
                    last.location,
                    f"{entry.key} was removed in {last.release}, but its replacement {key} does "
                    f"not exist by then on {', '.join(archs)}",
                )


RULE = Rule(
    id="VMCI015",
    name="replacement-gap",
    doc="A replacement exists in the release that removes the old key, on every architecture that "
    "had the old key.",
    example="""
OFFSET(page.compound_head) on x86_64 {
	doc		"Offset of compound_head in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.8
	until		6.9 "renamed" ### OFFSET(page.compound_head) was removed in 6.9, but its replacement OFFSET(page.compound_info) does not exist by then on x86_64
	replaced-by	OFFSET(page.compound_info)
}

OFFSET(page.compound_info) {
	doc		"Offset of compound_info in struct page."
	value		decimal bytes
	via		VMCOREINFO_OFFSET
	since		6.10
	replaces	OFFSET(page.compound_head)
}
""",
    check=_check,
)
