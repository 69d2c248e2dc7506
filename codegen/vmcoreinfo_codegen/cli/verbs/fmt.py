# SPDX-License-Identifier: MIT
"""`vmcoreinfo fmt`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ... import resources
from ...files import writing
from ...files.reading import STDIN, InputError, read_argument
from ...model.store.files import MOST_BYTES, schema_files, schema_text
from ...problem import SchemaError
from ...query.problems import laid_out, laid_out_text
from ..failure import FINDINGS, FINE, UNREADABLE, Failure
from ..output import print_answer
from ..schema import add_format_option, existing_path, unusable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=existing_path,
        help="files, or folders with .vmci files; '-' reads stdin and writes stdout (default: the "
        "schema)",
    )
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 if a file would change"
    )
    add_format_option(parser)


def run(options: argparse.Namespace) -> int:
    if [str(path) for path in options.paths] == ["-"]:
        return _filter(options.check)
    layout = laid_out(_files(options.paths or [resources.schema()]))
    if not options.check:
        writing.write_all((path, text.encode()) for path, text in layout.changed.items())
    if options.format == "json":
        print_answer(layout.answer())
    else:
        for problem in layout.problems:
            print(problem, file=sys.stderr)
        for name in layout.changed:
            print(f"would change {name}" if options.check else f"changed {name}")
    if layout.problems:
        return UNREADABLE
    return FINDINGS if options.check and layout.changed else FINE


def _filter(check: bool) -> int:
    try:
        text = schema_text(read_argument("-", MOST_BYTES), STDIN)
    except InputError as error:
        raise Failure(str(error)) from error
    except SchemaError as error:
        print(error, file=sys.stderr)
        return UNREADABLE
    formatted, problems = laid_out_text(text, STDIN)
    for problem in problems:
        print(problem, file=sys.stderr)
    if formatted is None:
        return UNREADABLE
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
