# SPDX-License-Identifier: MIT
"""A kernel tree on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import BinaryIO, cast

from ..kernel.extract import Extraction, extract
from ..kernel.tree import TreeError, open_tree
from .failure import Failure


def add_revision_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rev", metavar="REV", help="a revision, where the tree is a git repository"
    )


def extraction_of(path: Path, revision: str | None) -> Extraction:
    """Read a folder, a tarball, or a revision."""
    try:
        return extract(open_tree(path, revision, _watched))
    except TreeError as error:
        raise Failure(str(error)) from error


def _watched(file: BinaryIO, size: int) -> BinaryIO:
    """A file whose reading shows a bar, on a terminal and once it takes two seconds."""
    from tqdm import tqdm

    bar = tqdm.wrapattr(
        file, "read", total=size, delay=2, disable=None, file=sys.stderr, desc="reading"
    )
    return cast(BinaryIO, bar.__enter__())


def print_sites(extraction: Extraction) -> None:
    """Say what became of every place that a text search sees, and which were not understood."""
    for finding in extraction.not_understood:
        print(
            f"{finding.file}:{finding.line}: not understood: {finding.reason}: {finding.text}",
            file=sys.stderr,
        )
    sites = extraction.sites
    print(
        f"{sites.seen} places that a text search sees: {sites.exports} exports, "
        f"{sites.definitions} in definitions, {sites.declarations} declarations, "
        f"{sites.comments} in comments, {sites.not_understood} not understood",
        file=sys.stderr,
    )
