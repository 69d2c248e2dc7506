# SPDX-License-Identifier: MIT
"""`vmcoreinfo list`"""

from __future__ import annotations

import argparse

from ...query.listing import listing
from ..failure import FINE, Failure
from ..output import print_answer, print_csv, print_table
from ..schema import (
    add_format_option,
    add_schema_option,
    architecture_of,
    kernel_of,
    load_schema,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        help="kernel release, as uname -r prints it (default: newest)",
    )
    parser.add_argument(
        "--arch",
        default="x86_64",
        help="architecture, as uname -m or Debian names it (default: x86_64)",
    )
    add_format_option(parser, "csv")
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    kernel = kernel_of(schema, str(schema.latest) if options.kernel is None else options.kernel)
    arch = architecture_of(schema, options.arch)
    if not arch.existed_in(kernel.release):
        until = arch.span.until
        end = f" until {until.release}" if until else ""
        raise Failure(f"{arch.name} is in the kernel only since {arch.span.since.release}{end}")
    answer = listing(kernel, arch)
    if options.format == "json":
        print_answer(answer)
        return FINE
    header = ["key", "condition", "format"]
    rows = [[entry.key, entry.condition or "", entry.format] for entry in answer.entries]
    if options.format == "csv":
        print_csv(header, rows)
    else:
        print_table(["KEY", "FORMAT", "CONDITION"], ([key, format_, c] for key, c, format_ in rows))
    return FINE
