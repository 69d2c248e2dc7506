# SPDX-License-Identifier: MIT
"""Proof 8: what was looked up in sources stays what it was until somebody looks again.

Verdicts, ranges of kernels, traits of parsers, quirks, changed meanings and backports have no
recorded facts apart from the schema. `corpus/facts/checked.jsonl` is a record of them as they were
read from the sources of tools and kernels, so that a slip of the pen shows. An edit that is meant
is recorded with `python -m tests.proof.test_checked`, and the difference of the record reviewed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.conftest import CORPUS, ROOT
from vmcoreinfo_codegen.core.condition import ALWAYS
from vmcoreinfo_codegen.core.expression import render
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.model.consumer import Consumer, KernelRange

RECORD = CORPUS / "facts" / "checked.jsonl"
Row = dict[str, Any]


def span(since: object, until: object) -> str:
    return f"{since or ''}..{until or ''}"


def kernels(of: KernelRange | None) -> str:
    return span(of.since, of.until) if of is not None else ""


def rows_of_tool(consumer: Consumer) -> Iterator[Row]:
    for reading in consumer.readings:
        yield {
            "tool": consumer.name,
            "reads": list(reading.subjects),
            "as": [form.value for form in reading.formats],
            "releases": span(reading.since, reading.until),
        }
    for trait in consumer.traits:
        yield {
            "tool": consumer.name,
            "parser": trait.trait.value,
            "limit": trait.limit,
            "of": [*trait.subjects, *(dump.value for dump in trait.dumps)],
            "verdict": trait.verdict.value,
            "releases": span(trait.since, trait.until),
        }
    for need in consumer.needs:
        yield {
            "tool": consumer.name,
            "need": need.purpose,
            "on": list(need.archs or ()),
            "verdict": need.verdict.value,
            "kernels": kernels(need.kernels),
            "condition": "" if need.condition == ALWAYS else str(need.condition),
            "ways": [
                [
                    " + ".join([*way.keys, *(dump.value for dump in way.of_dump), *way.others]),
                    span(way.since, way.until),
                    kernels(way.kernels),
                    render(way.when) if way.when is not None else "",
                ]
                for way in need.alternatives
            ],
        }
        for copied in need.copied:
            yield {
                "tool": consumer.name,
                "need": need.purpose,
                "on": list(need.archs or ()),
                "copied": list(copied.names),
                "of": list(copied.archs or ()),
                "verdict": copied.verdict.value,
                "releases": span(copied.since, copied.until),
                "kernels": kernels(copied.kernels),
            }


def rows_of_kernel(schema: Schema) -> Iterator[Row]:
    for entry in schema.entries:
        for export in entry.exports:
            turns = {
                "changed": [[str(c.boundary.release), c.boundary.commit] for c in export.changes],
                "quirks": [
                    [quirk.kind.value, *(span(since, until) for since, until in quirk.ranges)]
                    for quirk in export.quirks
                ],
                "backports": [str(b.release) for s in export.spans for b in s.backports],
                "conditions": [
                    [str(d.condition), span(d.since, d.until), *map(str, d.backports)]
                    for d in export.dependencies
                ],
                "debug-info": [
                    [render(one.expression), *(one.archs or ()), span(one.since, one.until)]
                    for one in export.debug_infos
                ],
                "behind": [[" ".join(b.names), span(b.since, b.until)] for b in export.behind],
            }
            if any(turns.values()):
                yield {"key": entry.key, "on": list(export.archs or ())} | {
                    name: what for name, what in turns.items() if what
                }
    for derivation in schema.derivations:
        for recipe in derivation.recipes:
            yield {
                "derived": derivation.name,
                "by": recipe.name,
                "from": render(recipe.expression),
                "on": list(recipe.archs or ()),
                "kernels": span(recipe.since, recipe.until),
                "requires": list(recipe.requires),
            }


def lines_of(schema: Schema) -> list[str]:
    rows = [row for consumer in schema.consumers for row in rows_of_tool(consumer)]
    return [json.dumps(row) for row in [*rows, *rows_of_kernel(schema)]]


def test_what_was_checked_is_unchanged(schema: Schema) -> None:
    recorded, now = RECORD.read_text().splitlines(), lines_of(schema)
    assert len(recorded) > 300
    assert [line for line in recorded if line not in now] == []
    assert [line for line in now if line not in recorded] == []


if __name__ == "__main__":
    RECORD.write_text("".join(f"{line}\n" for line in lines_of(load(ROOT / "schema"))))
