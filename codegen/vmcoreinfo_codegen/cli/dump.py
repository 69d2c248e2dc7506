# SPDX-License-Identifier: MIT
"""An input with a note on the command line: text, note, dump, pipe, or the running kernel."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..dump.names import FORMATS, LIVE, STDIN
from .failure import FINDINGS, Failure

# Readers of dumps are loaded only when needed: `compat` may not need them.
if TYPE_CHECKING:
    from ..dump.elf import Coverage
    from ..dump.reader import Found

INPUT = (
    "a dump, an ELF note, its text, or a mail or log that contains it; '-' for stdin, '{LIVE}' for "
    "the running kernel"
)


def add_input_format_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input-format",
        choices=FORMATS,
        metavar="FORMAT",
        help=f"treat the input as: {', '.join(FORMATS)} (default: detected from its first bytes)",
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
    """Raise Failure for a dump that can't be copied: the running kernel, or a stream."""
    from ..dump.live import is_kcore

    if path == STDIN:
        raise Failure("<stdin>: only a file can be copied; save the dump to a file first")
    if path == LIVE or is_kcore(path):
        raise Failure(
            f"{path}: the running kernel's memory changes while it is read, so it can't be copied; "
            "for the note alone, use 'vmcoreinfo note', or 'vmcoreinfo adapt' without -o"
        )


def warn_of_cut(dump: str, coverage: Coverage) -> None:
    """Warn if a copied dump lacks a part of what its headers describe."""
    if coverage.cut:
        print(
            f"vmcoreinfo: warning: {dump}: truncated: it ends {coverage.cut} bytes before the end "
            f"that its headers give, and holds {coverage.held} of {coverage.described} bytes of "
            "memory; the copy is truncated too",
            file=sys.stderr,
        )
