# SPDX-License-Identifier: MIT
"""Proof 9: needs of tools are what the sources of their releases read.

Every key that a release reads is in a need of that release, and every key of a need is read by the
releases that it names, on its architectures. Where it is not so on purpose, or not yet, `[[read]]` in
`deviations.toml` says why.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.conftest import deviations, facts
from tests.proof.tool_reads import RECORD, recorded, tagged
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.query.tool_history import tool_lives
from vmcoreinfo_codegen.query.tool_reads import other_base

TOOLS = ["makedumpfile", "crash", "drgn", "libkdumpfile", "vmcore-dmesg"]


class Life(NamedTuple):
    """A key that sources and schema do not have in the same releases, on an architecture (`*`: all)."""

    tool: str
    key: str
    arch: str


def consumer_of(schema: Schema, tool: str) -> Consumer:
    return next(consumer for consumer in schema.consumers if consumer.name == tool)


def lives(schema: Schema) -> tuple[dict[Life, tuple[str, str]], int]:
    """Lives that differ, as read and as in the schema, and how many do not."""
    differ, alike = {}, 0
    for tool in TOOLS:
        for life in tool_lives(schema, consumer_of(schema, tool), tagged(tool)):
            for arch in life.archs or ["*"]:
                if life.differs:
                    both = (" ".join(life.seen), " ".join(life.in_schema))
                    differ[Life(tool, life.key, arch)] = both
                else:
                    alike += 1
    return differ, alike


def test_needs_are_what_releases_read(schema: Schema) -> None:
    differ, alike = lives(schema)
    listed = {
        Life(row["tool"], key, arch): ((row["read"], row["needed"]), row["reason"])
        for row in deviations()["read"]
        for key in row["keys"]
        for arch in row["architectures"]
    }
    assert {life: both for life, both in differ.items() if life not in listed} == {}
    for life, (both, reason) in listed.items():
        assert life in differ, f"{life} has no deviation left"
        assert (differ[life], reason != "") == (both, True), life
    assert alike > 300


@pytest.mark.parametrize("tool", TOOLS)
def test_all_known_releases_were_read(schema: Schema, tool: str) -> None:
    releases, unclear = recorded(tool)
    known = {str(one.release) for one in consumer_of(schema, tool).releases}
    # A release that sync or a person declares is recorded with the command of tests/proof/tool_reads.py.
    assert known - set(releases) == NOT_READ.get(tool, set())
    assert set(releases) <= known
    assert unclear == {}


# Releases whose sources were not at hand.
NOT_READ = {"libkdumpfile": {"0.5.5", "0.5.6"}}

# Where the schema's 'reads' says another base than the source does; to be corrected there.
OTHER_BASE: set[tuple[str, str]] = {
    ("libkdumpfile", "OFFSET(vm_struct.addr)"),  # of 0.2.0 alone
}


def test_values_are_read_in_the_bases_that_the_schema_has(schema: Schema) -> None:
    compared = 0
    differ = set()
    for row in facts(RECORD.name):
        if not row.get("base"):
            continue
        consumer = consumer_of(schema, row["tool"])
        for release in (one for span in row["releases"] for one in span.split("..")):
            compared += 1
            release_ = ToolRelease.parse(release)
            if other_base(consumer, row["key"], row["base"], release_) is not None:
                differ.add((row["tool"], row["key"]))
    assert differ == OTHER_BASE
    assert compared > 500
