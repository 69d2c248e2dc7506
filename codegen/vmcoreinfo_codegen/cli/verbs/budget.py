# SPDX-License-Identifier: MIT
"""`vmcoreinfo budget`"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ...query.budget import BudgetError, budget, lines_of_release, lines_of_tree
from ...query.interface.kernels import Budget
from ...query.kernel_line import kernel_line
from ..config import config_of
from ..failure import FINDINGS, FINE, Failure
from ..kernel import add_revision_option, extraction_of
from ..layout import wrapped
from ..output import print_answer, print_table, write_output
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
        metavar="RELEASE|TREE",
        help="kernel release (default: newest), or a kernel tree: folder, tarball or git "
        "repository",
    )
    add_revision_option(parser)
    parser.add_argument(
        "--arch",
        default="x86_64",
        help="architecture, as uname -m or Debian names it (default: x86_64)",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the kernel's .config (default: the one with the largest note)",
    )
    parser.add_argument("--plot", metavar="SVG", type=Path, help="draw the growth as SVG")
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    arch = architecture_of(schema, options.arch)
    config = config_of(schema, options.config)
    line = None
    if options.kernel is not None and (options.rev or os.path.exists(options.kernel)):
        extraction = extraction_of(Path(options.kernel), options.rev)
        release = extraction.release or schema.latest
        lines = lines_of_tree(schema, extraction, arch)
        name = extraction.tree
    else:
        kernel = kernel_of(schema, str(schema.latest) if options.kernel is None else options.kernel)
        release, name, line = kernel.release, kernel.told, kernel_line(kernel)
        lines = lines_of_release(kernel.schema, release, arch)
    if not lines:
        raise Failure(f"{name} exports nothing on {arch.name}")
    try:
        answer = budget(schema, name, lines, release, arch, config, line)
    except BudgetError as error:
        raise Failure(f"{name}: {error}; give its .config with --config") from error
    if options.plot is not None:
        from ...emit.plot import plot

        write_output(options, plot(answer).encode(), "plot")
    if options.format == "json":
        print_answer(answer)
    else:
        _print(answer)
    too_long = [line for line in answer.longest if line.bytes > answer.line_room]
    return FINDINGS if answer.bytes > answer.room or too_long else FINE


def _print(answer: Budget) -> None:
    left = answer.room - answer.bytes
    print(
        f"{answer.kernel} on {answer.arch}: at most {answer.bytes} bytes in {answer.entries} lines"
    )
    verdict = (
        f"{left} bytes left" if left >= 0 else f"{-left} bytes too many, so the end is cut off"
    )
    print(f"room for {answer.room}: {verdict}")
    chosen = [
        f"{name}={'y' if v is True else 'n' if v is False else v}"
        for name, v in answer.config.items()
    ]
    if chosen:
        print(wrapped(f"with {' '.join(chosen)}", "", "  "))
    print(f"\nlongest lines, at most {answer.line_room} bytes fit:")
    print_table(
        ["BYTES", "KEY", "CONDITION"],
        ([str(line.bytes), line.key, line.condition or ""] for line in answer.longest),
    )
    print("\ntrend:")
    print_table(
        ["RELEASE", "BYTES", "LINES", "ROOM"],
        (
            [point.release, str(point.bytes), str(point.entries), str(point.room)]
            for point in answer.trend
        ),
    )
