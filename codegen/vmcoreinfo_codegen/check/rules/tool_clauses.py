# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ...model.consumer import Consumer
from ...problem import did_you_mean
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    for consumer in schema.consumers:
        yield from _of_commands(consumer)
        yield from _of_builds(consumer)


def _of_commands(consumer: Consumer) -> Iterator[Finding]:
    names: dict[str, bool] = {}
    for command in consumer.commands:
        if command.name in names:
            yield command.location, f"{consumer.name} has the command {command.name} twice"
        names[command.name] = command.has_level
    for need in consumer.needs:
        for name in need.commands:
            if name not in names:
                hint = did_you_mean(name, names) or "declare it: 'command NAME \"how it is run\"'"
                message = (
                    f'"{need.purpose}" is for {name}, which is not a command of {consumer.name}'
                )
                yield need.location, message, hint
        commands = need.commands or tuple(names)
        if need.levels and not any(names.get(name) for name in commands):
            yield need.location, f'"{need.purpose}" has levels, but none of its commands takes one'


def _of_builds(consumer: Consumer) -> Iterator[Finding]:
    purposes = [need.purpose for need in consumer.needs]
    names: set[str] = set()
    for build in consumer.builds:
        if build.name in names:
            yield build.location, f"{consumer.name} has the build {build.name} twice"
        names.add(build.name)
        for release in filter(None, (build.release, build.like)):
            if not release.is_next and consumer.release(release) is None:
                yield build.location, f"{build.name} names {release}, which is not a release"
        for purpose in build.purposes:
            if purpose not in purposes:
                hint = did_you_mean(purpose, purposes)
                yield build.location, f'{build.name} names "{purpose}", which is not a need', hint


RULE = Rule(
    id="VMCI052",
    name="tool-clauses",
    doc="Commands and builds of a tool are declared once; a need names commands that the tool has, "
    "and has levels only if one of them takes a dump level; a build names existing releases and "
    "needs.",
    example="""
consumer tool {
	doc		"Reads notes."
	url		"https://example.org"
	command		filter "-d LEVEL"
	command		dmesg "--dump-dmesg"
	command		dmesg "--dmesg" ### tool has the command dmesg twice
	release		1.2 2024-01-01
	build		debian-1.2-1 of 1.2 as next in "flags"
	build		debian-1.3-1 of 1.3 ### debian-1.3-1 names 1.3, which is not a release
	build		debian-1.2-2 of 1.2 as next in "flag" ### debian-1.2-2 names "flag", which is not a need

	need "flags" {
		commands	filter
		levels		8 16
		any		"a constant"
		without fatal	"it stops"
	}

	need "log" { ### "log" has levels, but none of its commands takes one
		commands	dmesg
		levels		8
		any		"a constant"
		without fatal	"it stops"
	}

	need "other log" { ### "other log" is for demsg, which is not a command of tool
		commands	demsg
		any		"a constant"
		without fatal	"it stops"
	}
}
""",
    check=_check,
)
