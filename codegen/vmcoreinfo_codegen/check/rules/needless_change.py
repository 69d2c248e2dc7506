# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ...model.line import Line, LineBuild
from ...model.line_steps import line_steps
from ...problem import Location
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    ruled = _ruled_by_kernels(schema)
    for line in schema.lines:
        counts = {
            (step.build.first, step.change.location, step.key)
            for step in line_steps(schema, line)
            if step.is_change or (step.is_newer and step.key in ruled)
        }
        has: dict[str, bool] = {}
        for build in line.builds:
            for change in build.changes:
                for key in change.keys:
                    if key in schema.by_key and (build.first, change.location, key) not in counts:
                        yield _finding(change.location, line, build, key)
            told = {**dict.fromkeys(build.lacks, False), **dict.fromkeys(build.has, True)}
            for commit, is_there in told.items():
                if has.get(commit) is is_there:
                    yield _finding(build.location, line, build, commit)
            has |= told


def _ruled_by_kernels(schema: Schema) -> set[str]:
    """Entries whose needs depend on the kernel's release, so that a change of release matters."""
    return {
        key
        for consumer in schema.consumers
        for need in consumer.needs
        if need.kernel_ranges
        for key in need.keys
    }


def _finding(location: Location, line: Line, build: LineBuild, what: str) -> Finding:
    message = f"{what} is the same in {line.name} without build {build.first}"
    return location, message, "leave it out"


RULE = Rule(
    id="VMCI054",
    name="needless-change",
    doc="A build of a vendor's line lists only differences from earlier builds, on architectures "
    "that the vendor builds.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
}

NUMBER(PG_private) on arm64 {
	doc		"Bit number of the private page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.9
}

line rhel11 of rhel {
	doc		"Kernels of a vendor."
	base		6.8
	called		"6.8.0-BUILD.el11"
	architectures	x86_64
	build 10 as 11.0 2024-11-01 {
		as	6.9 NUMBER(PG_lru)
		as	6.9 NUMBER(PG_private) ### NUMBER(PG_private) is the same in rhel11 without build 10
	}
	build 20 as 11.1 2025-05-01 {
		as	6.10 NUMBER(PG_lru) ### NUMBER(PG_lru) is the same in rhel11 without build 20
	}
}
""",
    check=_check,
    severity="warning",
)
