# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.release import Release
from ...model import Schema
from ...problem import Location, did_you_mean
from ..rule import Finding, Rule


def _releases(schema: Schema) -> Iterator[tuple[Location, Release | None]]:
    for boundary in schema.boundaries():
        yield boundary.location, boundary.release
        yield boundary.location, boundary.seen
    for location, ranged in schema.ranged():
        for release in (ranged.since, ranged.until, *ranged.backports):
            yield location, release
    for quirk in schema.quirks():
        for since, until in quirk.ranges:
            yield quirk.location, since
            yield quirk.location, until
    for line in schema.lines:
        yield line.location, line.base
        for change in (change for build in line.builds for change in build.changes):
            yield change.location, change.like


def _check(schema: Schema) -> Iterator[Finding]:
    known = [str(declared.release) for declared in schema.releases]
    for location, release in _releases(schema):
        if release is not None and not schema.is_declared(release):
            hint = did_you_mean(str(release.branch), known) or "declare it in releases.vmci"
            yield location, f"release {release.branch} is not declared", hint


RULE = Rule(
    id="VMCI010",
    name="undeclared-release",
    doc="Every release that the schema names is declared with its date in `releases.vmci`; a "
    "release candidate or stable release needs only its mainline release.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.88 ### release 6.88 is not declared
}

line rhel11 of rhel {
	doc		"Kernels of a vendor."
	base		6.8
	called		"6.8.0-BUILD.el11"
	build 10 as 11.0 2024-11-01 {
		as	6.99 NUMBER(PG_lru) ### release 6.99 is not declared
	}
}
""",
    check=_check,
)
