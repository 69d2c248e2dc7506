# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    known = {
        kernels.commit
        for consumer in schema.consumers
        for need in consumer.needs
        for kernels in need.kernel_ranges
        if kernels.commit is not None
    }
    for line in schema.lines:
        for build in line.builds:
            for commit in dict.fromkeys((*build.has, *build.lacks)):
                if commit not in known:
                    alike = [one for one in known if _is_alike(one, commit)]
                    hint = f"write {min(alike)}" if alike else "no tool depends on it; leave it out"
                    yield build.location, f"no boundary of a need names commit {commit}", hint
            for commit in dict.fromkeys(build.has):
                if commit in build.lacks:
                    yield build.location, f"build {build.first} both has and lacks {commit}"


def _is_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


RULE = Rule(
    id="VMCI056",
    name="line-commits",
    doc="A commit that a build of a vendor's line `has` or `lacks` is named by a `kernels` clause "
    "of a need, with the same number of digits.",
    example="""
consumer tool {
	doc		"A tool that reads notes."
	url		"https://example.org/tool"
	release		1.0 2024-06-01

	need "page flags" {
		any	"built in" kernels since 6.9 commit 122c7a59055c
		without degraded	"flags are not told"
	}
}

line rhel11 of rhel {
	doc		"Kernels of a vendor."
	base		6.8
	called		"6.8.0-BUILD.el11"
	build 10 as 11.0 2024-11-01 { ### no boundary of a need names commit 0123456789ab
		lacks	122c7a59055c 0123456789ab
	}
	build 20 as 11.1 2025-05-01 {
		has	122c7a59055c
	}
}
""",
    check=_check,
)
