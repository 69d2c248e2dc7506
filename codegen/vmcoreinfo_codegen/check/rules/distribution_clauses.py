# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Schema
from ...model.distribution import Distribution, Shipped
from ...model.kernel import kernel_named
from ...problem import did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    names: dict[str, str] = {}
    for distribution in schema.distributions:
        for name in (distribution.name, *distribution.aliases):
            if names.setdefault(name, distribution.name) != distribution.name:
                message = f"'{shortened(name)}' is also {names[name]}"
                yield distribution.location, message, "give it a different name"
        for message in _unknown_kernels(schema, distribution):
            yield distribution.location, message, "write it as uname -r prints it, or like rhel9.6"
        for one in distribution.ships:
            found = _wrong(schema, one)
            if found is not None:
                yield one.location, *found


def _unknown_kernels(schema: Schema, distribution: Distribution) -> Iterator[str]:
    for name in distribution.kernels:
        try:
            is_known = schema.is_declared(kernel_named(schema, name).release)
        except ValueError:
            is_known = False
        if not is_known:
            yield f"'{shortened(name)}' is not a kernel in the schema"


def _wrong(schema: Schema, one: Shipped) -> tuple[str, str] | None:
    consumers = {consumer.name: consumer for consumer in schema.consumers}
    consumer = consumers.get(one.consumer)
    if consumer is None:
        return f"{shortened(one.consumer)} is not a tool in the schema", did_you_mean(
            one.consumer, consumers
        )
    if consumer.release(one.release) is None:
        return f"the schema has no {consumer.name} {one.release}", "declare it with 'release'"
    builds = {build.name: build.release for build in consumer.builds}
    if one.build and builds.get(one.build) != one.release:
        message = f"{shortened(one.build)} is not a build of {consumer.name} {one.release}"
        return message, did_you_mean(one.build, builds) or "declare it with 'build'"
    return None


RULE = Rule(
    id="VMCI057",
    name="distribution-clauses",
    doc="A distribution has a unique name, and its kernels and the releases and builds of its "
    "tools are in the schema.",
    example="""
consumer tool {
	doc		"A tool."
	url		"https://example.com/"
	release		1.0 2024-01-01
	build		some-1.0-2 of 1.0
}

distribution some1 { ### 'nothing' is not a kernel in the schema
	doc		"A distribution."
	kernels		"6.9" "nothing"
	ships		tool 1.0 built as some-1.0-2
	ships		tool 1.1 ### the schema has no tool 1.1
	ships		toll 1.0 ### toll is not a tool in the schema
	ships		tool 1.0 built as some-1.0-3 ### some-1.0-3 is not a build of tool 1.0
}
""",
    check=_check,
)
