# SPDX-License-Identifier: MIT
"""`vmcoreinfo fmt`"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ... import resources, writing
from ...problem import Location, Problem
from ...syntax.format import format_file
from ...syntax.parse import parse
from ..failure import FINDINGS, FINE, UNREADABLE, Failure
from ..output import print_json
from ..schema import add_format_option
from .check import as_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
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
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            place = Location(str(path))
            problems.append(Problem(place, "VMCI001", f"not UTF-8 at byte {error.start}"))
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
    text = sys.stdin.read()
    tree, problems = parse(text, "<stdin>")
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
            files += sorted(path.rglob("*.vmci"))
        elif path.exists():
            files.append(path)
        else:
            raise Failure(f"{path}: no such file or folder")
    return files
