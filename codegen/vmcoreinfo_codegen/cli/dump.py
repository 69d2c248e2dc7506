# SPDX-License-Identifier: MIT
"""An input with a note on the command line: text, note, dump, pipe, or the running kernel."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..dump.names import FORMATS, LIVE
from .failure import FINDINGS, Failure

# What reads dumps is loaded where one is read: `compat` can do without.
if TYPE_CHECKING:
    from ..dump.elf import Coverage
    from ..dump.reader import Found

INPUT = f"a dump, a note or its text; - for stdin, '{LIVE}' for the running kernel"


def add_input_format_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input-format",
        choices=FORMATS,
        metavar="FORMAT",
        help=f"take the input for this: {', '.join(FORMATS)} (default: what its first bytes say)",
    )


def found_in(path: str, format_: str | None) -> Found:
    from ..dump.problem import DumpError, NoNote
    from ..dump.reader import find_note

    try:
        return find_note(path, format_)
    except NoNote as error:
        raise Failure(str(error), FINDINGS) from error
    except DumpError as error:
        raise Failure(str(error)) from error


def warn_of_cut(dump: str, coverage: Coverage) -> None:
    """Warn where a dump that was copied lacks a part of what it describes."""
    if coverage.cut:
        print(
            f"vmcoreinfo: warning: {dump}: it ends {coverage.cut} bytes before what its program "
            f"headers say, and holds {coverage.held} of {coverage.described} bytes of memory; so "
            "does the copy",
            file=sys.stderr,
        )
