# SPDX-License-Identifier: MIT
"""`vmcoreinfo generate`"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

from ... import resources
from ...check import check_folder
from ...emit.product import write
from ...problem import did_you_mean
from ...targets import TARGETS, emit
from ..failure import FINDINGS, FINE, Failure
from ..output import print_json
from ..schema import add_format_option, add_schema_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "targets",
        metavar="TARGET",
        nargs="*",
        help=f"one or more of {', '.join(TARGETS)} (default: all)",
    )
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        help="where to write (default: generated/ of the source tree)",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing, exit 1 if a product is stale"
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    unknown = [name for name in options.targets if name not in TARGETS]
    if unknown:
        hint = did_you_mean(unknown[0], TARGETS) or f"one of {', '.join(TARGETS)}"
        raise Failure(f"unknown target '{unknown[0]}'; {hint}")
    if options.out is None and not resources.is_checkout():
        raise Failure("this is no source tree; say where to write with --out DIR")
    schema, problems = check_folder(options.schema)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        listed = "\n".join(map(str, errors))
        raise Failure(f"nothing generated, the schema has problems:\n{listed}", FINDINGS)
    folder = options.out or resources.root() / "generated"
    outcome = write(emit(schema, options.targets or list(TARGETS)), folder, options.check)
    if options.format == "json":
        print_json(vars(outcome))
    elif options.check:
        for path in outcome.stale:
            print(f"{folder / path}:1:1: stale; run '{_command(options)}'")
        if not outcome.stale:
            print(f"{outcome.unchanged} products are as the schema makes them")
    else:
        for path in outcome.written:
            print(f"wrote {folder / path}")
        for path in outcome.removed:
            print(f"removed {folder / path}")
        print(f"{len(outcome.written)} written, {outcome.unchanged} unchanged")
    return FINDINGS if options.check and outcome.stale else FINE


def _command(options: argparse.Namespace) -> str:
    """What writes the products that were compared."""
    words = ["vmcoreinfo", "generate", *options.targets]
    if options.schema != resources.schema():
        words += ["--schema", str(options.schema)]
    if options.out is not None:
        words += ["--out", str(options.out)]
    return shlex.join(words)
