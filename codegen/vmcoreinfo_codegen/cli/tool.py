# SPDX-License-Identifier: MIT
"""The tree of a tool on the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.tool import NEXT, ToolRelease
from ..model import Schema
from ..model.consumer import Consumer
from ..problem import shortened
from .consumer import consumer_of
from .failure import FINDINGS, FINE, Failure
from .kernel import print_places, watched
from .output import counted, print_answer, print_csv, print_json, print_table
from .sarif import Result, report

if TYPE_CHECKING:
    from ..query.interface.tools import ToolRead
    from ..query.tool_history import TaggedReads
    from ..tool.reading import ToolReading
    from ..tool.releases import ReleaseTag


def add_consumer_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--consumer", metavar="TOOL", help="use a tool's sources instead of a kernel tree"
    )


def tool_of(schema: Schema, name: str) -> Consumer:
    """A consumer whose sources can be read."""
    consumer = consumer_of(schema, name)
    if not consumer.sources or not consumer.forms:
        known = ", ".join(c.name for c in schema.consumers if c.sources and c.forms)
        raise Failure(
            f"{name}: the schema does not describe how its sources read keys, only those of "
            f"{known or 'no tool'}"
        )
    return consumer


def tool_reading(
    schema: Schema, consumer: Consumer, path: Path, revision: str | None
) -> ToolReading:
    """The reads in a folder, a tarball, or a revision."""
    from ..kernel.gathered import TreeError
    from ..tool.files import tool_files
    from ..tool.reading import reading_of

    name = f"{path}@{revision}" if revision else str(path)
    try:
        with watched(path) as watch:
            files = tool_files(consumer, path, revision, watch)
        return reading_of(name, files, schema, consumer)
    except TreeError as error:
        raise Failure(str(error)) from error


def tagged_readings(
    schema: Schema, consumer: Consumer, path: Path, pattern: str | None
) -> Iterator[tuple[ReleaseTag, ToolReading]]:
    """The reads of each tagged release, oldest first. Raises Failure."""
    from ..kernel.gathered import TreeError
    from ..kernel.tree import open_repository
    from ..tool.releases import release_tags
    from ..tool.walk import walked
    from .progress import meter

    try:
        repository = open_repository(path)
        tags = release_tags(repository, consumer, pattern)
        with meter(f"reading {path.name}", total=len(tags)) as bar:
            for tag, reading in walked(schema, consumer, repository, tags):
                bar.update()
                yield tag, reading
    except TreeError as error:
        raise Failure(str(error)) from error


def tagged_reads(
    schema: Schema, consumer: Consumer, path: Path, pattern: str | None
) -> Iterator[TaggedReads]:
    from ..query.tool_history import TaggedReads

    for tag, reading in tagged_readings(schema, consumer, path, pattern):
        yield TaggedReads.of(tag.tag, tag.release, reading)


def release_of_tree(consumer: Consumer, told: str | None, revision: str | None) -> ToolRelease:
    """The release of a tree: as given, or by its tag, or the next one."""
    from ..tool.releases import release_of_tag

    if told is None:
        return (release_of_tag(revision) if revision else None) or ToolRelease.parse(NEXT)
    try:
        return ToolRelease.parse(told)
    except ValueError:
        raise Failure(f"--release {shortened(told)}: not a release of {consumer.name}") from None


def print_unclear(reading: ToolReading) -> None:
    """Print the places that look like reads but were not understood."""
    print_places(reading.not_understood)
    print(
        f"{counted(reading.files, 'source')}, {counted(len(reading.reads), 'place')} that "
        f"read {counted(len(reading.keys), 'key')}, {len(reading.not_understood)} not understood",
        file=sys.stderr,
    )


def extract_tool(schema: Schema, options: argparse.Namespace) -> int:
    """`extract --consumer`"""
    from ..query.tool_reads import tool_extracted

    consumer = tool_of(schema, options.consumer)
    reading = tool_reading(schema, consumer, options.tree, options.rev)
    answer = tool_extracted(consumer, reading)
    header = ["key", "arch", "base", "required", "file", "line", "function", "form"]
    if options.format == "json":
        print_answer(answer)
        return FINDINGS if answer.not_understood else FINE
    if options.format == "csv":
        print_csv(
            header,
            (
                [r.key, r.arch or "*", _bases(r), _required(r), r.file, r.line, r.function, r.form]
                for r in answer.reads
            ),
        )
    else:
        print_table(
            ["KEY", "ARCH", "BASE", "REQUIRED", "PLACE", "FUNCTION"],
            (
                [
                    read.key,
                    read.arch or "*",
                    _bases(read),
                    _required(read),
                    f"{read.file}:{read.line}",
                    read.function or "",
                ]
                for read in answer.reads
            ),
        )
        print_unclear(reading)
    return FINDINGS if answer.not_understood else FINE


def _bases(read: ToolRead) -> str:
    return " ".join(map(str, read.base))


def _required(read: ToolRead) -> str:
    return "" if read.required is None else "yes" if read.required else "no"


_RULES = {
    "extra": "the tool reads it, but no need in the schema has it",
    "missing": "a need of this release has it, but the tool does not read it",
    "boundary": "the tool reads it, but only other releases have a need for it",
    "base": "the tool reads it in a different base than the schema says",
}


def diff_tool(schema: Schema, options: argparse.Namespace) -> int:
    """`diff --consumer`"""
    from ..query.tool_reads import architectures, tool_difference

    consumer = tool_of(schema, options.consumer)
    release = release_of_tree(consumer, options.release, options.rev)
    reading = tool_reading(schema, consumer, Path(options.old), options.rev)
    answer = tool_difference(schema, consumer, reading, release)
    if options.format == "json":
        print_answer(answer)
    elif options.format == "sarif":
        results = (
            Result(
                change.change,
                "error",
                f"{change.key}{architectures(change.archs)}: {_RULES[change.change]}",
                change.file,
                change.line,
            )
            for change in answer.changes
        )
        print_json(report(_RULES, results))
    else:
        for what, rule in _RULES.items():
            found = [change for change in answer.changes if change.change == what]
            for change in found:
                said = f"  ({change.in_schema})" if what in ("boundary", "base") else ""
                where = architectures(change.archs)
                print(f"{change.key}{where}  {change.file}:{change.line}{said}")
            if found:
                print(f"      {rule}")
        print_unclear(reading)
        print(
            f"{answer.tree} as {consumer.name} {answer.release}: {answer.compared} keys compared, "
            f"{counted(len(answer.changes), 'difference')}",
            file=sys.stderr,
        )
    return FINDINGS if answer.changes or answer.not_understood else FINE


def history_tool(schema: Schema, options: argparse.Namespace) -> int:
    """`history --consumer`"""
    from ..query.tool_history import tool_history

    consumer = tool_of(schema, options.consumer)
    tagged = tagged_reads(schema, consumer, options.repository, options.tags)
    answer = tool_history(schema, consumer, tagged, str(options.repository))
    differing = [entry for entry in answer.entries if entry.differs]
    unclear = sum(tag.not_understood for tag in answer.tags)
    if options.format == "json":
        print_answer(answer)
    else:
        for tag in answer.tags:
            for sign, keys in (("+", tag.came), ("-", tag.went)):
                for key in keys:
                    print(f"{tag.tag}  {sign} {key}")
        shown = answer.entries if options.all else differing
        if shown:
            print()
            print_table(
                ["KEY", "READ", "SCHEMA", "ON"],
                (
                    [e.key, " ".join(e.seen), " ".join(e.in_schema), " ".join(e.archs or [])]
                    for e in shown
                ),
            )
        print(
            f"{counted(len(answer.tags), 'tag')}, {answer.tags[0].tag} to {answer.tags[-1].tag}: "
            f"{len(answer.entries)} entry lifetimes, {len(differing)} differ from the schema, "
            f"{unclear} places not understood",
            file=sys.stderr,
        )
    return FINDINGS if differing or unclear else FINE
