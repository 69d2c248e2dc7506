# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ...problem import did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for line in schema.lines:
        for change in (change for build in line.builds for change in build.changes):
            for key in change.keys:
                if key not in schema.by_key:
                    hint = did_you_mean(key, schema.by_key)
                    hint = hint or "declare an entry that only vendors print as 'out-of-tree'"
                    yield change.location, f"{shortened(key)} is not an entry", hint


RULE = Rule(
    id="VMCI053",
    name="line-entries",
    doc="A build of a vendor's line changes only entries of the schema.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
}

line rhel11 of rhel {
	doc		"Kernels of a vendor."
	base		6.8
	called		"6.8.0-BUILD.el11"
	build 10 as 11.0 2024-11-01 {
		as	6.9 NUMBER(PG_lru)
		as	6.9 NUMBER(PG_lur) ### NUMBER(PG_lur) is not an entry
	}
}
""",
    check=_check,
)
