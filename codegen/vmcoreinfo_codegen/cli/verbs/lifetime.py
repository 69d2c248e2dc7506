# SPDX-License-Identifier: MIT
"""`vmcoreinfo lifetime`"""

from __future__ import annotations

import argparse

from ...compat.lifetime import lifetimes
from ..consumer import consumer_of
from ..failure import FINE
from ..output import print_answer, print_table
from ..schema import add_format_option, add_schema_option, architecture_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("consumer", metavar="CONSUMER", help="a tool, as makedumpfile")
    parser.add_argument("--arch", default="x86_64", help="of the kernels (default: x86_64)")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    consumer = consumer_of(schema, options.consumer)
    arch = architecture_of(schema, options.arch)
    answer = lifetimes(schema, consumer, arch)
    if options.format == "json":
        print_answer(answer)
        return FINE
    rows = [
        [
            one.release,
            one.date or "-",
            _span(one.first, one.last),
            _span(one.declared_first, one.declared_last),
            one.ends_by or "",
        ]
        for one in answer.releases
    ]
    print_table([consumer.name.upper(), "DATE", "HANDLES", "DECLARES", "ENDS BY"], rows)
    return FINE


def _span(first: str | None, last: str | None) -> str:
    return "-" if last is None else f"{first or ''}..{last}"
