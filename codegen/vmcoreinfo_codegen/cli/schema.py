# SPDX-License-Identifier: MIT
"""The schema that a verb works on, and names in it; failures in words of the command."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .. import resources
from ..core.release import Release
from ..model import Architecture, Schema
from ..model.store.cache import load_cached
from ..problem import SchemaError
from ..query.names import UnknownName, find_architecture, find_release
from .failure import Failure


def existing_path(text: str) -> Path:
    """A path of the command line. An empty one is a mistake, and not the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("an empty name; write . for the current folder")
    return Path(text)


def add_schema_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--schema",
        metavar="DIR",
        type=existing_path,
        default=resources.schema(),
        help="folder of the .vmci files (default: those that came with the tool)",
    )


def add_format_option(parser: argparse.ArgumentParser, *more: str) -> None:
    parser.add_argument(
        "--format",
        choices=["table", "json", *more],
        default="table",
        help="table for people (default), the others for machines",
    )


def load_schema(folder: Path) -> Schema:
    if not folder.is_dir():
        raise Failure(f"{folder}: no such folder; --schema takes one with .vmci files")
    try:
        schema = _load(folder)
    except SchemaError as error:
        raise unusable(folder, error) from error
    if not schema.entries:
        raise Failure(f"{folder}: no entries; --schema takes a folder with .vmci files")
    return schema


def unusable(folder: Path, error: SchemaError) -> Failure:
    """What a schema with problems ends a verb with."""
    problems = "\n".join(map(str, error.problems))
    return Failure(f"the schema in {folder} can't be used:\n{problems}")


def _load(folder: Path) -> Schema:
    # Of the one that came with the tool the model is cached; one that somebody works on changes.
    if os.path.realpath(folder) == os.path.realpath(resources.schema()):
        return load_cached(folder)
    from ..model.builder import load

    return load(folder)


def release_of(schema: Schema, text: str) -> Release:
    try:
        release, distribution = find_release(schema, text)
    except UnknownName as error:
        raise Failure(str(error)) from error
    if distribution:
        print(
            f"vmcoreinfo: '{text}' is taken as {release}; what the distribution added "
            f"('{distribution}') is not in the schema",
            file=sys.stderr,
        )
    return release


def architecture_of(schema: Schema, name: str) -> Architecture:
    try:
        return find_architecture(schema, name)
    except UnknownName as error:
        raise Failure(str(error)) from error
