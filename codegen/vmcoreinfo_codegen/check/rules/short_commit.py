# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.base import Boundary, Span
from ...model.schema import Schema
from ..rule import Finding, Rule

_LEAST, _MOST = 12, 40


def _boundaries(schema: Schema) -> Iterator[Boundary]:
    def of_span(span: Span) -> Iterator[Boundary]:
        yield span.since
        if span.until is not None:
            yield span.until
        yield from span.backports

    for arch in schema.architectures:
        yield from of_span(arch.span)
    for macro in schema.macros:
        yield from of_span(macro.span)
    for entry in schema.entries:
        for export in entry.exports:
            for span in export.spans:
                yield from of_span(span)
            yield from (change.boundary for change in export.changes)


def _check(schema: Schema) -> Iterator[Finding]:
    for boundary in _boundaries(schema):
        if boundary.commit is not None and not _LEAST <= len(boundary.commit) <= _MOST:
            yield (
                boundary.location,
                f"commit {boundary.commit} has {len(boundary.commit)} hex digits",
                f"give {_LEAST} to {_MOST}: git rev-parse --short={_LEAST} {boundary.commit}",
            )


RULE = Rule(
    id="VMCI018",
    name="short-commit",
    doc="A commit has at least 12 hexadecimal digits, as in a `Fixes:` line.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8 commit 122c7a59 ### commit 122c7a59 has 8 hex digits
}
""",
    check=_check,
)
