# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...core.release import overlap
from ...core.tool import ToolRelease
from ...model import Schema
from ...model.behind import NameIndex, is_name
from ...model.consumer import Consumer, Copied, Need
from ...model.vocabulary import Verdict
from ...problem import did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    known = NameIndex(schema)
    for consumer in schema.consumers:
        latest = consumer.latest if consumer.releases else None
        for need in consumer.needs:
            before: dict[str, list[Copied]] = defaultdict(list)
            for copied in need.copied:
                yield from _of_names(known, need, copied)
                yield from _of_releases(consumer, latest, need, copied)
                yield from _again(need, before, copied)
                yield from _of_archs(need, copied)
                if copied.verdict is Verdict.OK:
                    yield (
                        copied.location,
                        f'"{need.purpose}" copied something whose change breaks nothing',
                    )


def _of_names(known: NameIndex, need: Need, copied: Copied) -> Iterator[Finding]:
    for name in copied.names:
        if not is_name(name):
            message = f"'{shortened(name)}' is neither a C identifier nor STRUCT.MEMBER"
            yield copied.location, message
        elif not known.entries(name):
            message = f'"{need.purpose}" copied {shortened(name)}, which no entry is based on'
            hint = did_you_mean(name, known.standing) or "add 'behind' to the entry that is based "
            "on it"
            yield copied.location, message, hint


def _of_releases(
    consumer: Consumer, latest: ToolRelease | None, need: Need, copied: Copied
) -> Iterator[Finding]:
    for bound in (copied.since, copied.until):
        if bound is not None and not bound.is_next and latest is not None and bound > latest:
            message = f'"{need.purpose}" names {consumer.name} {bound}, but the latest is {latest}'
            yield copied.location, message, "write 'next' for an unreleased change"
    if copied.since is not None and copied.until is not None and copied.since >= copied.until:
        message = f'"{need.purpose}" copied names from {copied.since} until {copied.until}'
        yield copied.location, message


def _of_archs(need: Need, copied: Copied) -> Iterator[Finding]:
    for arch in copied.archs or ():
        if not need.concerns(arch):
            yield copied.location, f'"{need.purpose}" is not a need on {arch}'


def _again(need: Need, before: dict[str, list[Copied]], copied: Copied) -> Iterator[Finding]:
    for name in copied.names:
        if any(_meet(other, copied) for other in before[name]):
            yield copied.location, f'"{need.purpose}" copied {shortened(name)} twice in one release'
        before[name].append(copied)


def _meet(one: Copied, other: Copied) -> bool:
    if one.archs is not None and other.archs is not None and set(one.archs).isdisjoint(other.archs):
        return False
    if one.kernels and other.kernels and not overlap(one.kernels.bounds, other.kernels.bounds):
        return False
    return (one.until is None or other.since is None or other.since < one.until) and (
        other.until is None or one.since is None or one.since < other.until
    )


RULE = Rule(
    id="VMCI051",
    name="copied-names",
    doc="Each name that a tool copied is a C identifier or `STRUCT.MEMBER`, some entry is based on "
    "it, and it appears once per need, architecture and release; releases go up to the latest, or "
    "`next`; a change of the name breaks something.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	behind		pageflags page.flags PageLRU
	since		6.8
}

consumer tool {
	doc		"Reads notes."
	url		"https://example.org"
	release		1.2 2024-01-01

	need "flags" on x86_64 {
		any		NUMBER(PG_lru)
		copied		page.flags until 1.1 wrong "the flags are read elsewhere"
		copied		page.flags PG_lru on x86_64 since 1.1 wrong "the flags are read elsewhere"
		copied		page_flags wrong "nothing" ### "flags" copied page_flags, which no entry is based on
		copied		page until 1.3 wrong "nothing" ### "flags" names tool 1.3, but the latest is 1.2
		copied		PG_lru wrong "nothing" ### "flags" copied PG_lru twice in one release
		copied		pageflags ok "nothing" ### "flags" copied something whose change breaks nothing
		copied		PageLRU on arm64 wrong "nothing" ### "flags" is not a need on arm64
		without fatal	"it stops"
	}
}
""",
    check=_check,
)
