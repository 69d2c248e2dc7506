# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ...model.timeline import meets
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for entry in schema.entries:
        for export in entry.exports:
            for quirk in export.quirks:
                for since, until in quirk.ranges:
                    if not any(meets(span, (since, until)) for span in export.spans):
                        end = f" until {until}" if until else ""
                        message = f"the quirk since {since}{end} is outside the lifetime"
                        yield quirk.location, f"{message} of {entry.key}"
            for change in export.changes:
                if not export.contains(change.boundary.release):
                    message = f"{entry.key} is not exported in {change.boundary.release}"
                    yield change.location, f"{message}, where its meaning changes"


RULE = Rule(
    id="VMCI016",
    name="quirk-outside-life",
    doc="A `quirk` or `changed` lies within the lifetime of its entry.",
    example="""
BUILD-ID {
	doc		"Build id of vmlinux."
	value		hexbytes
	via		VMCOREINFO_BUILD_ID
	since		6.9
	quirk wrong	since 6.8.3 until 6.8.10 "the length is wrong" ### the quirk since 6.8.3 until 6.8.10 is outside the lifetime of BUILD-ID
}
""",
    check=_check,
)
