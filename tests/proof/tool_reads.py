# SPDX-License-Identifier: MIT
"""The reads of each release of a tool, recorded from its repository:
`corpus/facts/tool-reads.jsonl`.

`python -m tests.proof.tool_reads crash=FOLDER drgn=FOLDER drgn@0.3.0=TREE ...` renews the record of
these tools, from the tags of their git repositories and from trees of releases without a tag, and
keeps that of other tools. One line has the releases that were read; each other line has a key on an
architecture (`*`: in a file for all), with the releases that read it, the bases in which they read
it, and the place in the last.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import CORPUS, ROOT, facts
from vmcoreinfo_codegen.core.tool import ToolRelease
from vmcoreinfo_codegen.kernel.tree import open_repository
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.model.builder import load
from vmcoreinfo_codegen.model.consumer import Consumer
from vmcoreinfo_codegen.query.history import tag_spans
from vmcoreinfo_codegen.query.tool_history import TaggedReads
from vmcoreinfo_codegen.query.tool_reads import Where
from vmcoreinfo_codegen.tool.files import tool_files
from vmcoreinfo_codegen.tool.reading import Read, ToolReading, reading_of
from vmcoreinfo_codegen.tool.releases import release_tags
from vmcoreinfo_codegen.tool.walk import walked

RECORD = CORPUS / "facts" / "tool-reads.jsonl"
Row = dict[str, Any]
Dated = tuple[str, ToolReading]
"""A release and its reads."""


def rows(tool: str, readings: Iterable[Dated]) -> Iterator[Row]:
    """The record of a tool with these reads of its releases, in order."""
    releases: list[str] = []
    unclear: dict[str, int] = {}
    found: dict[tuple[str, str, tuple[int, ...]], list[tuple[str, Read]]] = {}
    for release, reading in readings:
        releases.append(release)
        if reading.not_understood:
            unclear[release] = len(reading.not_understood)
        for read in reading.reads:
            place = (read.key, read.arch or "*", read.bases)
            found.setdefault(place, []).append((release, read))
    yield {"tool": tool, "releases": releases, "not_understood": unclear}
    for (key, arch, bases), reads in sorted(found.items()):
        last = reads[-1][1]
        yield {
            "tool": tool,
            "key": key,
            "on": arch,
            "base": list(bases),
            "releases": tag_spans(releases, (release for release, _ in reads)),
            "at": f"{last.file}:{last.line}",
        }


def recorded(tool: str) -> tuple[list[str], Mapping[str, int]]:
    """The releases of a tool that were read, and the number of places in each that were not
    understood.
    """
    (row,) = (r for r in facts(RECORD.name) if r["tool"] == tool and "key" not in r)
    return row["releases"], row["not_understood"]


def of_span(releases: list[str], span: str) -> list[str]:
    first, _, last = span.partition("..")
    return releases[releases.index(first) : releases.index(last or first) + 1]


def tagged(tool: str) -> list[TaggedReads]:
    """The reads of each release of a tool, from the record."""
    releases, unclear = recorded(tool)
    reads: dict[str, dict[str, Where]] = {release: {} for release in releases}
    for row in facts(RECORD.name):
        if row["tool"] != tool or "key" not in row:
            continue
        for release in (one for span in row["releases"] for one in of_span(releases, span)):
            held = reads[release]
            where = None if row["on"] == "*" else frozenset({row["on"]})
            if row["key"] in held:
                known = held[row["key"]]
                where = None if known is None or where is None else known | where
            held[row["key"]] = where
    return [
        TaggedReads(release, ToolRelease.parse(release), reads[release], unclear.get(release, 0))
        for release in releases
    ]


def of_repository(schema: Schema, consumer: Consumer, path: Path) -> Iterator[Dated]:
    repository = open_repository(path)
    tags = release_tags(repository, consumer)
    for tag, reading in walked(schema, consumer, repository, tags):
        yield str(tag.release), reading


def of_trees(schema: Schema, consumer: Consumer, asked: Mapping[str, str]) -> Iterator[Dated]:
    for name, path in asked.items():
        tool, _, release = name.partition("@")
        if tool == consumer.name and release:
            files = tool_files(consumer, Path(path))
            yield release, reading_of(path, files, schema, consumer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", metavar="TOOL[@RELEASE]=PATH", nargs="+")
    asked = dict(one.split("=", 1) for one in parser.parse_args().trees)
    schema = load(ROOT / "schema")
    known = facts(RECORD.name) if RECORD.exists() else []
    new: list[Row] = []
    for consumer in schema.consumers:
        if consumer.name not in asked:
            new += [row for row in known if row["tool"] == consumer.name]
            continue
        found = [
            *of_repository(schema, consumer, Path(asked[consumer.name])),
            *of_trees(schema, consumer, asked),
        ]
        new += rows(consumer.name, sorted(found, key=lambda one: ToolRelease.parse(one[0])))
    RECORD.write_text("".join(f"{json.dumps(row)}\n" for row in new))


if __name__ == "__main__":
    main()
