# SPDX-License-Identifier: MIT
"""`vmcoreinfo unused`"""

from __future__ import annotations

import argparse

from ...compat.unread import unread
from ..failure import FINE
from ..output import print_answer
from ..schema import add_format_option, add_schema_option, kernel_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel", metavar="RELEASE", required=True, help="kernel release, e.g. 7.3"
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    answer = unread(kernel_of(schema, options.kernel))
    if options.format == "json":
        print_answer(answer)
        return FINE
    print(f"Exported by {options.kernel}, but not read by any known tool:")
    print("\n".join(f"  {key}" for key in answer.unused))
    print(f"\nRead by a tool, but not exported by {options.kernel}:")
    print("\n".join(f"  {key}" for key in answer.missing))
    return FINE
