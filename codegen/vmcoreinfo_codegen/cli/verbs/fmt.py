# SPDX-License-Identifier: MIT
"""`vmcoreinfo fmt`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ... import resources
from ...files import writing
from ...files.reading import STDIN, InputError, read_argument
from ...model.files import MOST_BYTES, read_schema_file, schema_files, schema_text
from ...problem import Problem, SchemaError
from ...syntax.format import format_file
from ...syntax.parse import parse
from ..failure import FINDINGS, FINE, UNREADABLE, Failure
from ..output import print_json
from ..schema import add_format_option, existing_path, unusable
from .check import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=existing_path,
        help="files, or folders with .vmci files; - for stdin to stdout (default: the schema)",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing, exit 1 if a file would change"
    )
    add_format_option(parser)


def run(options: argparse.Namespace) -> int:
    if [str(path) for path in options.paths] == ["-"]:
        return _filter(options.check)
    changed: dict[Path, str] = {}
    problems: list[Problem] = []
    for path in _files(options.paths or [resources.schema()]):
        try:
            text = schema_text(read_schema_file(path, str(path)), str(path))
        except SchemaError as error:
            problems += error.problems
            continue
        tree, found = parse(text, str(path))
        problems += found
        if found:
            continue
        formatted = format_file(tree)
        if formatted != text:
            changed[path] = formatted
    if not options.check:
        writing.write_all((path, text.encode()) for path, text in changed.items())
    if options.format == "json":
        print_json(
            {"changed": list(map(str, changed)), "problems": [as_json(p) for p in sorted(problems)]}
        )
    else:
        for problem in sorted(problems):
            print(problem, file=sys.stderr)
        for name in changed:
            print(f"would change {name}" if options.check else f"changed {name}")
    if problems:
        return UNREADABLE
    return FINDINGS if options.check and changed else FINE


def _filter(check: bool) -> int:
    try:
        text = schema_text(read_argument("-", MOST_BYTES), STDIN)
    except InputError as error:
        raise Failure(str(error)) from error
    except SchemaError as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    tree, problems = parse(text, STDIN)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return UNREADABLE
    formatted = format_file(tree)
    if check:
        return FINDINGS if formatted != text else FINE
    print(formatted, end="")
    return FINE


def _files(paths: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            try:
                files += sorted(schema_files(path))
            except SchemaError as error:
                raise unusable(path, error) from error
        elif path.exists():
            files.append(path)
        else:
            raise Failure(f"{path}: no such file or folder")
    return files
