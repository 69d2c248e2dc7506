# SPDX-License-Identifier: MIT
"""`vmcoreinfo history`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ...core.release import Release
from ...kernel.extract import Extraction, extract
from ...kernel.gathered import TreeError
from ...kernel.git import Repository
from ...kernel.revision import read_revision
from ...kernel.tags import release_tags
from ...kernel.tree import open_repository
from ...query.history import history
from ..failure import FINDINGS, FINE, Failure
from ..output import counted, print_answer, print_table
from ..progress import meter
from ..schema import add_format_option, add_schema_option, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("repository", metavar="REPO", type=Path, help="a kernel's git repository")
    parser.add_argument(
        "--tags",
        default=r"v\d+\.\d+",
        metavar="REGEX",
        help=r"which tags, whole names (default: mainline releases, 'v\d+\.\d+')",
    )
    parser.add_argument("--all", action="store_true", help="also entries that agree")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    try:
        repository = open_repository(options.repository)
        tags = release_tags(repository, options.tags)
        answer = history(schema, _walk(repository, tags), str(options.repository))
    except TreeError as error:
        raise Failure(str(error)) from error
    differing = [entry for entry in answer.entries if entry.differs]
    if options.format == "json":
        print_answer(answer)
    else:
        shown = answer.entries if options.all else differing
        if shown:
            print_table(
                ["KEY", "SEEN", "SCHEMA", "ON"],
                (
                    [e.key, " ".join(e.seen), " ".join(e.in_schema), " ".join(e.archs)]
                    for e in shown
                ),
            )
        for entry in shown:
            where = " ".join(entry.archs)
            for other in entry.formats:
                print(
                    f"{entry.key} on {where}: printed as {other.seen} in {other.tag}, "
                    f"{other.in_schema} in the schema"
                )
        print(
            f"{counted(len(answer.tags), 'tag')}, {answer.tags[0]} to {answer.tags[-1]}: "
            f"{len(answer.entries)} lives, {len(differing)} of them not as in the schema, "
            f"{answer.not_understood} places not understood",
            file=sys.stderr,
        )
    return FINDINGS if differing or answer.not_understood else FINE


def _walk(
    repository: Repository, tags: list[tuple[str, Release]]
) -> Iterator[tuple[str, Release, Extraction]]:
    for tag, release in meter("tags", iterable=tags):
        yield tag, release, extract(read_revision(repository, tag))
