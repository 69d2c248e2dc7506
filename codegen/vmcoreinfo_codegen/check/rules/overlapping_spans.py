# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.release import first_overlap
from ...model.base import Span
from ...model.entry import Export
from ...model.schema import Schema
from ...model.vocabulary import QuirkKind
from ..rule import Finding, Rule


def _groups(spans: list[tuple[Export, Span]]) -> list[list[Span]]:
    """Groups of spans that must not overlap: one for each duplicate export, and one for all
    others."""
    groups: dict[int | None, list[Span]] = {}
    for export, span in spans:
        groups.setdefault(id(export) if _is_duplicate(export) else None, []).append(span)
    return list(groups.values())


def _is_duplicate(export: Export) -> bool:
    return any(quirk.kind is QuirkKind.DUPLICATE for quirk in export.quirks)


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for arch in schema.architectures:
            spans = [
                (export, span)
                for export in entry.exports
                if export.concerns(arch.name)
                for span in export.spans
            ]
            for group in _groups(spans):
                places = first_overlap([span.bounds for span in group])
                if places is None:
                    continue
                one, other = (group[place] for place in places)
                yield (
                    other.since.location,
                    f"spans of {entry.key} overlap on {arch.name}: since {one.since.release} "
                    f"and since {other.since.release}",
                    "if the kernel does print it twice, add 'quirk duplicate'",
                )


RULE = Rule(
    id="VMCI012",
    name="overlapping-spans",
    doc="The spans of a key do not overlap on one architecture. If a kernel really prints the line "
    "twice, the entry has a `quirk duplicate`.",
    example="""
NUMBER(VA_BITS) {
	doc		"Width of kernel virtual addresses."
	value		signed bits
	via		VMCOREINFO_NUMBER
	since		6.8
	on arm64 {
		since	6.9 ### spans of NUMBER(VA_BITS) overlap on arm64: since 6.8 and since 6.9
	}
}
""",
    check=_check,
)
