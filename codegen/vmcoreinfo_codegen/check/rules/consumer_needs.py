# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.expression import Derived, Key, Read, TypeFact
from ...core.tool import ToolRelease
from ...model import Schema
from ...model.consumer import Alternative, Consumer, Need
from ...model.vocabulary import Verdict
from ...problem import did_you_mean
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    names: set[str] = set()
    for consumer in schema.consumers:
        if consumer.name in names:
            yield consumer.location, f"consumer {consumer.name} is declared twice"
        names.add(consumer.name)
        latest = consumer.latest if consumer.releases else None
        for need in consumer.needs:
            yield from _of_fallback(need)
            for alternative in need.alternatives:
                yield from _of_alternative(schema, consumer, latest, need, alternative)


def _of_fallback(need: Need) -> Iterator[Finding]:
    if not need.fallback:
        return
    if need.verdict is Verdict.FALLBACK:
        message = f"\"{need.purpose}\" has both 'fallback' and 'without fallback'"
        yield need.location, message, "'without' says what happens without any alternative"
    if not any(alternative.is_beside_note for alternative in need.alternatives):
        message = (
            f"\"{need.purpose}\" has a 'fallback', but all its alternatives use the note alone"
        )
        yield need.location, message


def _of_alternative(
    schema: Schema,
    consumer: Consumer,
    latest: ToolRelease | None,
    need: Need,
    alternative: Alternative,
) -> Iterator[Finding]:
    asked = [] if alternative.when is None else list(alternative.when.walk())
    if any(isinstance(one, Derived | Read | TypeFact) for one in asked):
        yield (
            alternative.location,
            f"\"{need.purpose}\" uses more than the note in its 'when'",
        )
    for key in [*alternative.keys, *(one.key for one in asked if isinstance(one, Key))]:
        if key not in schema.by_key:
            hint = did_you_mean(key, schema.by_key)
            yield alternative.location, f'"{need.purpose}" takes {key}, which is not an entry', hint
    for bound in (alternative.since, alternative.until):
        if bound is None or bound.is_next or latest is None:
            continue
        if bound > latest:
            message = f'"{need.purpose}" names {consumer.name} {bound}, but the latest is {latest}'
            yield alternative.location, message, "write 'next' for an unreleased change"
    since, until = alternative.since, alternative.until
    if since is not None and until is not None and since >= until:
        yield (
            alternative.location,
            f'"{need.purpose}" has an alternative from {since} until {until}',
        )


RULE = Rule(
    id="VMCI032",
    name="consumer-needs",
    doc="A consumer is declared once; its alternatives take entries of the schema and name "
    "releases up to its latest, or `next`; a `when` uses only the note; a `fallback` needs an "
    "alternative with another source.",
    example="""
consumer tool {
	doc		"Reads notes."
	url		"https://example.org"
	release		1.2 2024-01-01

	need "flags" {
		any		NUMBER(PG_lru) since 1.1 ### "flags" takes NUMBER(PG_lru), which is not an entry
		any		"a constant" since 1.4 ### "flags" names tool 1.4, but the latest is 1.2
		any		"a guess" when u8[1] == 0 ### "flags" uses more than the note in its 'when'
		without fatal	"it stops"
	}

	need "place" { ### "place" has both 'fallback' and 'without fallback'
		any		"a constant"
		fallback	"it is found"
		without fallback	"it is found"
	}
}
""",
    check=_check,
)
