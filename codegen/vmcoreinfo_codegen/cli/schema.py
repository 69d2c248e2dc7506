# SPDX-License-Identifier: MIT
"""Loads the schema of a verb, and finds names in it; errors become a Failure."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import resources
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.distribution import Distribution
from ..model.kernel import Kernel
from ..model.store.cache import load_cached
from ..problem import SchemaError, did_you_mean, shortened
from ..query.names import UnknownName, find_architecture, find_kernel
from .failure import Failure


def existing_path(text: str) -> Path:
    """A path on the command line. An empty one is an error, not the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty; use '.' for the current folder")
    return Path(text)


def add_schema_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--schema",
        metavar="DIR",
        type=existing_path,
        default=resources.schema(),
        help="folder with the .vmci files (default: the built-in schema)",
    )


def add_format_option(parser: argparse.ArgumentParser, *more: str) -> None:
    parser.add_argument(
        "--format",
        choices=["table", "json", *more],
        default="table",
        help="output format (default: table)",
    )


def load_schema(folder: Path) -> Schema:
    if not folder.is_dir():
        raise Failure(f"{folder}: no such folder; --schema needs a folder with .vmci files")
    try:
        schema = _load(folder)
    except SchemaError as error:
        raise unusable(folder, error) from error
    if not schema.entries:
        raise Failure(f"{folder}: no entries; --schema needs a folder with .vmci files")
    return schema


def unusable(folder: Path, error: SchemaError) -> Failure:
    """The Failure for a schema with problems."""
    problems = "\n".join(map(str, error.problems))
    return Failure(f"the schema in {folder} can't be used:\n{problems}")


def _load(folder: Path) -> Schema:
    # Only the model of the installed schema is cached; others may be edited.
    if os.path.realpath(folder) == os.path.realpath(resources.schema()):
        return load_cached(folder)
    from ..model.builder import load

    return load(folder)


def distribution_of(schema: Schema, name: str) -> Distribution:
    """A distribution by its name or an alias."""
    for one in schema.distributions:
        if name.lower() in (one.name, *one.aliases):
            return one
    known = [name for one in schema.distributions for name in (one.name, *one.aliases)]
    hint = did_you_mean(name, known) or f"one of {' '.join(d.name for d in schema.distributions)}"
    raise Failure(f"unknown distribution '{shortened(name)}'; {hint}")


def named_kernel(schema: Schema, text: str) -> Kernel:
    try:
        return find_kernel(schema, text)
    except UnknownName as error:
        raise Failure(str(error)) from error


def kernel_of(schema: Schema, text: str) -> Kernel:
    """The kernel of that name; prints how the name is treated if that is not obvious."""
    kernel = named_kernel(schema, text)
    if kernel.name != str(kernel.release):
        print(f"vmcoreinfo: treating '{text}' as {kernel.called}{_doubt(kernel)}", file=sys.stderr)
    return kernel


def release_of(schema: Schema, text: str) -> Release:
    """A mainline release. A vendor's kernel is not accepted."""
    return mainline_of(schema, kernel_of(schema, text))


def mainline_of(schema: Schema, kernel: Kernel) -> Release:
    """The release of a kernel that is mainline or follows it."""
    if kernel.schema is not schema:
        raise Failure(
            f"'{kernel.name}' is a vendor's kernel; a mainline release such as 6.9 is needed here"
        )
    return kernel.release


def _doubt(kernel: Kernel) -> str:
    if not kernel.is_patched:
        return ""
    if kernel.line is None:
        return f"; the schema does not cover the distribution's changes ('{kernel.added}')"
    if kernel.line.line.builds:
        return "; no build of it was read, so it may export more"
    return "; the schema does not cover its vendor's changes"


def architecture_of(schema: Schema, name: str) -> Architecture:
    try:
        return find_architecture(schema, name)
    except UnknownName as error:
        raise Failure(str(error)) from error
