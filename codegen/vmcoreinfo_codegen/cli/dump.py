# SPDX-License-Identifier: MIT
"""An input with a note on the command line: text, note, dump, pipe, or the running kernel."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..dump.names import FORMATS, LIVE, STDIN
from .failure import FINDINGS, Failure

# What reads dumps is loaded where one is read: `compat` can do without.
if TYPE_CHECKING:
    from ..dump.elf import Coverage
    from ..dump.reader import Found

INPUT = (
    "a dump, a note, its text, or a mail or log that somebody posted it in; - for stdin, "
    f"'{LIVE}' for the running kernel"
)


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
        found = find_note(path, format_)
    except NoNote as error:
        raise Failure(str(error), FINDINGS) from error
    except DumpError as error:
        raise Failure(str(error)) from error
    for remark in found.remarks:
        print(f"vmcoreinfo: {found.name}: {remark}", file=sys.stderr)
    return found


def check_copied(path: str) -> None:
    """Raise Failure for a dump that no copy can be made of: the running kernel, or a stream."""
    from ..dump.live import is_kcore

    if path == STDIN:
        raise Failure("<stdin>: a copy is made of a file; write the dump to one first")
    if path == LIVE or is_kcore(path):
        raise Failure(
            f"{path}: the memory of the running kernel changes while it is read, and no copy of it is made; "
            "the note alone can be had: 'vmcoreinfo note' writes it, and so does 'vmcoreinfo adapt' without -o"
        )


def warn_of_cut(dump: str, coverage: Coverage) -> None:
    """Warn where a dump that was copied lacks a part of what it describes."""
    if coverage.cut:
        print(
            f"vmcoreinfo: warning: {dump}: it ends {coverage.cut} bytes before what its headers "
            f"say, and holds {coverage.held} of {coverage.described} bytes of memory; so "
            "does the copy",
            file=sys.stderr,
        )
