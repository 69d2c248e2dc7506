# SPDX-License-Identifier: MIT
"""Proof 4: the releases of tools are what their sources say.

When a release was made, which kernels it declares to know, and since when the tool reads each
key: of each way to a need the release that learned the last of its keys.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.conftest import deviations, facts
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer, Need


class Way(NamedTuple):
    """Entries that a tool reads together, for a purpose, on an architecture (`*`: on all)."""

    tool: str
    purpose: str
    arch: str
    keys: tuple[str, ...]


class Span(NamedTuple):
    since: str
    until: str | None


READS = {(row["tool"], row["key"]): row for row in facts("reads.jsonl")}


def test_releases_and_their_dates(schema: Schema) -> None:
    recorded = {(row["tool"], row["release"]): row for row in facts("tool-releases.jsonl")}
    compared = 0
    for consumer in schema.consumers:
        for declared in consumer.releases:
            row = recorded.get((consumer.name, str(declared.release)))
            if row is None:
                # One release stands for tools of which no tags were at hand.
                assert len(consumer.releases) == 1, (consumer.name, declared.release)
                continue
            compared += 1
            assert declared.date == row["date"], (consumer.name, declared.release)
            kernels = declared.kernels
            known = None if kernels is None else [kernels.since, kernels.until]
            told = [Release.parse(text) for text in row["kernels"]] if "kernels" in row else None
            assert known == told, (consumer.name, declared.release)
    assert compared > 160


def first_of(consumer: Consumer) -> ToolRelease:
    return min(declared.release for declared in consumer.releases)


def recorded_span(consumer: Consumer, way: Way, declared: Span) -> Span | None:
    """Since when all keys of a way are read; None if the facts lack one of them.

    A way without `since` is as old as the oldest release that the schema has, at least.
    """
    oldest = first_of(consumer)
    sinces, untils = [oldest] if declared.since == str(oldest) else [], []
    for key in way.keys:
        row = READS.get((consumer.name, key))
        if row is None:
            return None
        since = row["since"].get(way.arch) or row["since"].get("*")
        if since is None:
            return None
        if since != "oldest":
            sinces.append(ToolRelease.parse(since))
        if row["until"] is not None:
            untils.append(ToolRelease.parse(row["until"]))
    return Span(str(max(sinces, default=oldest)), str(min(untils)) if untils else None)


def spans_of(consumer: Consumer, need: Need) -> dict[Way, Span]:
    """The releases of each way; one that is right on other kernels later has several clauses."""
    found: dict[Way, list[tuple[ToolRelease, ToolRelease | None]]] = {}
    first = first_of(consumer)
    for alternative in need.alternatives:
        if alternative.keys:
            span = (alternative.since or first, alternative.until)
            for arch in need.archs or ("*",):
                way = Way(consumer.name, need.purpose, arch, tuple(sorted(alternative.keys)))
                found.setdefault(way, []).append(span)
    return {way: joined(spans) for way, spans in found.items()}


def joined(spans: list[tuple[ToolRelease, ToolRelease | None]]) -> Span:
    """One span of several that follow each other; a gap is told by its ends."""
    spans = sorted(spans, key=lambda span: span[0])
    since, until = spans[0]
    for begin, end in spans[1:]:
        if until is None or begin != until:
            return Span(f"{since}..{until} {begin}..{end}", None)
        until = end
    return Span(str(since), str(until) if until else None)


def differences(schema: Schema) -> tuple[dict[Way, tuple[Span, Span | None]], int]:
    """Ways whose releases are not as recorded, as declared and as recorded, and how many are."""
    differ: dict[Way, tuple[Span, Span | None]] = {}
    alike = 0
    for consumer in schema.consumers:
        for need in consumer.needs:
            for way, declared in spans_of(consumer, need).items():
                recorded = recorded_span(consumer, way, declared)
                if recorded == declared:
                    alike += 1
                else:
                    differ[way] = (declared, recorded)
    return differ, alike


def test_ways_are_as_old_as_their_keys(schema: Schema) -> None:
    differ, alike = differences(schema)
    listed = {
        Way(one["tool"], one["purpose"], arch, tuple(sorted(one["keys"]))): (
            Span(one["since"], one.get("until")),
            one["reason"],
        )
        for one in deviations()["way"]
        for arch in one["architectures"]
    }
    unexplained = {way: both for way, both in differ.items() if way not in listed}
    assert unexplained == {}
    for way, (span, reason) in listed.items():
        assert way in differ, f"{way} has no deviation left"
        assert (differ[way][0], reason != "") == (span, True), way
    assert alike > 180


# vmcore-dmesg reads the one to find the linear map of arm64, for which it needs PHYS_OFFSET too,
# and keeps the other, which it does not use. makedumpfile compares the number of free pages that it
# found, and goes on.
READ_FOR_NO_NEED = {
    ("makedumpfile", "NUMBER(NR_FREE_PAGES)"),
    ("vmcore-dmesg", "NUMBER(VA_BITS)"),
    ("vmcore-dmesg", "OFFSET(printk_info.seq)"),
}


def test_every_key_that_is_read_is_in_a_need(schema: Schema) -> None:
    needed = {(tool.name, key) for tool in schema.consumers for key in tool.keys}
    tools = {tool.name for tool in schema.consumers}
    read = {
        (tool, key)
        for (tool, key), row in READS.items()
        if tool in tools and key in schema.by_key and row["until"] is None
    }
    assert read - needed == READ_FOR_NO_NEED
    assert len(read) > 250
