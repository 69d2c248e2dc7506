# SPDX-License-Identifier: MIT
"""`vmcoreinfo extract`"""

from __future__ import annotations

import argparse
from pathlib import Path

from ...query.extraction import extracted, extracted_on
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of, kernel_in, print_sites
from ..output import print_answer, print_csv, print_table
from ..schema import add_format_option, add_schema_option, architecture_of, load_schema
from ..tool import add_consumer_option, extract_tool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tree",
        metavar="TREE",
        type=Path,
        help="a folder, a source tarball, or a git repository with --rev",
    )
    add_revision_option(parser)
    add_consumer_option(parser)
    parser.add_argument(
        "--arch", help="architecture, as uname -m or Debian names it (default: all)"
    )
    add_format_option(parser, "csv")
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.consumer is not None:
        if options.arch is not None:
            raise Failure("--arch works only with a kernel tree, not with --consumer")
        return extract_tool(load_schema(options.schema), options)
    if options.arch is None:
        # The schema is needed only for the line, which people don't get.
        extraction = extraction_of(options.tree, options.rev)
        kernel = None
        if options.format == "json":
            kernel = kernel_in(load_schema(options.schema), extraction, options.rev)
        answer = extracted(extraction, kernel)
    else:
        schema = load_schema(options.schema)
        arch = architecture_of(schema, options.arch)
        extraction = extraction_of(options.tree, options.rev)
        kernel = kernel_in(schema, extraction, options.rev)
        answer = extracted_on(extraction, schema, arch, kernel)
    if options.format == "json":
        print_answer(answer)
        return FINDINGS if answer.not_understood else FINE
    header = ["key", "arch", "format", "condition", "macro", "file", "line", "function"]
    if options.format == "csv":
        print_csv(header, ([getattr(e, name) for name in header] for e in answer.exports))
    else:
        print_table(
            ["KEY", "ARCH", "FORMAT", "PLACE", "CONDITION"],
            (
                [e.key, e.arch, e.format, f"{e.file}:{e.line}", e.condition or ""]
                for e in answer.exports
            ),
        )
        print_sites(extraction)
    return FINDINGS if answer.not_understood else FINE
