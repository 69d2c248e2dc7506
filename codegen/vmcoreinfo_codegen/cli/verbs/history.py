# SPDX-License-Identifier: MIT
"""`vmcoreinfo history`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ...kernel.extract import Extraction, extract
from ...kernel.gathered import TreeError
from ...kernel.git import Repository
from ...kernel.revision import read_revision
from ...kernel.tags import MAINLINE, kernel_tags
from ...kernel.tree import open_repository
from ...model.kernel import Kernel
from ...query.history import history
from ...query.tree_kernel import tagged_kernel
from ..failure import FINDINGS, FINE, Failure
from ..output import counted, print_answer, print_table
from ..progress import meter
from ..schema import add_format_option, add_schema_option, load_schema
from ..tool import add_consumer_option, history_tool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "repository", metavar="REPO", type=Path, help="git repository of a kernel or of a tool"
    )
    add_consumer_option(parser)
    parser.add_argument(
        "--tags",
        metavar="REGEX",
        help=rf"tags to read; the regex must match the whole name (default: mainline releases, "
        f"'{MAINLINE}', or all vendor builds if there are none; all tags of a tool)",
    )
    parser.add_argument("--all", action="store_true", help="also show entries that agree")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    if options.consumer is not None:
        return history_tool(schema, options)
    try:
        repository = open_repository(options.repository)
        tags = kernel_tags(repository, options.tags, lambda tag: tagged_kernel(schema, tag))
        answer = history(schema, _walk(repository, tags), str(options.repository))
    except TreeError as error:
        raise Failure(str(error)) from error
    differing = [entry for entry in answer.entries if entry.differs]
    if options.format == "json":
        print_answer(answer)
    else:
        shown = answer.entries if options.all else differing
        if shown:
            header, of_lines = ["KEY", "SEEN", "SCHEMA", "ON"], any(e.line for e in shown)
            print_table(
                ["LINE", *header] if of_lines else header,
                (
                    [
                        *([e.line or ""] if of_lines else []),
                        *(e.key, " ".join(e.seen), " ".join(e.in_schema), " ".join(e.archs)),
                    ]
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
            f"{len(answer.entries)} entry lifetimes, {len(differing)} differ from the schema, "
            f"{answer.not_understood} places not understood",
            file=sys.stderr,
        )
    return FINDINGS if differing or answer.not_understood else FINE


def _walk(
    repository: Repository, tags: list[tuple[str, Kernel]]
) -> Iterator[tuple[str, Kernel, Extraction]]:
    for tag, kernel in meter("tags", iterable=tags):
        yield tag, kernel, extract(read_revision(repository, tag))
