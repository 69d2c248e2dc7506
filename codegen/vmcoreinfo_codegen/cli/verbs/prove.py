# SPDX-License-Identifier: MIT
"""`vmcoreinfo prove`"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import vmcoreinfo

from ...core.tool import ToolRelease
from ...dump.problem import DumpError
from ...model import Schema
from ...model.consumer import MOST_LEVEL
from ...model.store.observed import ObservationError, record
from ...prove.answer import Proved, answer
from ...prove.build import built
from ...prove.outcome import ProveError, Run
from ...prove.prediction import is_ok
from ...prove.proving import Cell, Plan, Proving
from ...prove.running import Patience
from ...prove.scratch import Scratch
from ...prove.subject import Subject, observed_dump
from ...prove.tool import Tool
from ...prove.tools import TOOLS
from ...prove.wanted import Wanted
from .. import junit
from ..consumer import consumer_of
from ..dump import found_in
from ..failure import FINDINGS, FINE, UNREADABLE, Failure
from ..note import exports_of
from ..output import counted, print_answer, print_table
from ..progress import bar
from ..schema import add_schema_option, load_schema
from ..terminal import write_coloured

_TIMEOUT = 600
_MOST_TIMEOUT = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dump", metavar="DUMP", nargs="+", help="a dump with a note, in a file")
    parser.add_argument(
        "--consumer",
        metavar="NAME",
        required=True,
        help="the tool, or makedumpfile@next if the binary is not a release",
    )
    parser.add_argument("--binary", metavar="PATH", required=True, help="the tool's binary to test")
    parser.add_argument(
        "--reference",
        metavar="PATH",
        help="a release known to give correct results (default: the binary itself with the whole "
        "note, if the schema says that it reads that correctly)",
    )
    parser.add_argument(
        "--trust-reference",
        action="store_true",
        help="take the reference as correct, whatever the schema says about it",
    )
    parser.add_argument(
        "--vmlinux",
        metavar="FILE",
        type=Path,
        help="the kernel's vmlinux for crash; without it crash only prints the log",
    )
    parser.add_argument(
        "--build",
        help="the build with its distribution's patches, e.g. 'debian 1:1.7.6-1' (default: ask the package manager)",
    )
    parser.add_argument(
        "--without",
        metavar="KEY",
        action="append",
        help="remove this entry (default: each entry that the release reads, in turn); several in "
        "one argument are removed together; may be repeated",
    )
    parser.add_argument("--whole", action="store_true", help="only run it on the unchanged dump")
    parser.add_argument(
        "--command",
        metavar="NAME",
        action="append",
        help="run only this command of the tool, e.g. dmesg; may be repeated",
    )
    parser.add_argument(
        "--level", metavar="N", type=int, action="append",
        help="filter at this dump level (default: 31); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--boot", metavar="WORDS", default="", help="how the kernel was booted, e.g. kaslr,5-level"
    )
    parser.add_argument(
        "--has",
        metavar="WORDS",
        default="",
        help="kinds of pages in the dump, e.g. hugetlb,offline",
    )
    parser.add_argument("--name", help="name of the dump in the record")
    parser.add_argument(
        "--kernel", metavar="RELEASE", help="the kernel's release (default: OSRELEASE of the note)"
    )
    parser.add_argument(
        "--arch", help="the architecture (default: from the dump or the note's keys)"
    )
    parser.add_argument("--record", metavar="FILE", type=Path, help="add the observations to FILE")
    parser.add_argument(
        "--scratch",
        metavar="DIR",
        help="folder for changed copies of the dump (default: the dump's own, or the temporary "
        "folder)",
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=float,
        default=_TIMEOUT,
        help=f"time limit for each run (default: {_TIMEOUT})",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json", "junit"],
        default="table",
        help="output format (default: table)",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    if options.name and len(options.dump) > 1:
        raise Failure("--name needs a single dump")
    if not 0 < options.timeout <= _MOST_TIMEOUT:
        raise Failure(f"--timeout {options.timeout}: must be 0 to {_MOST_TIMEOUT} seconds")
    with tempfile.TemporaryDirectory(prefix="vmcoreinfo-") as folder:
        try:
            tool = _tool(options, schema, Path(folder))
        except ProveError as error:
            raise Failure(str(error)) from error
    consumer = consumer_of(schema, tool.consumer)
    plan = Plan(
        options.whole,
        None if options.without is None else tuple(tuple(w.split()) for w in options.without),
        options.trust_reference,
    )
    proving = Proving(schema, consumer, built(consumer, tool.build, tool.release), tool, plan)
    proved = [_proved(options, schema, proving, path) for path in options.dump]
    if options.format == "json":
        print_answer(answer(tool, proved))
    else:
        _PRINTERS[options.format](tool, proved)
    if any(one.error for one in proved):
        return UNREADABLE
    return FINE if all(one.agree == len(one.cells) for one in proved) else FINDINGS


def _tool(options: argparse.Namespace, schema: Schema, folder: Path) -> Tool:
    """The tool to run. Raises ProveError."""
    name, _, word = options.consumer.partition("@")
    consumer = consumer_of(schema, name)
    if name not in TOOLS:
        raise Failure(f"{name} can't be proved; supported tools: {', '.join(TOOLS)}")
    levels = tuple(dict.fromkeys(options.level or ()))
    for level in levels:
        if not 0 <= level <= MOST_LEVEL:
            raise Failure(f"--level {level}: dump levels are 0 to {MOST_LEVEL}")
    try:
        release = ToolRelease.parse(word) if word else None
    except ValueError as error:
        raise Failure(str(error)) from None
    return TOOLS[name](
        Wanted(
            name,
            release,
            consumer.version_option,
            Path(options.binary).absolute(),
            options.build,
            Path(options.reference).absolute() if options.reference else None,
            tuple(dict.fromkeys(options.command or ())),
            levels,
            Patience(options.timeout),
            options.vmlinux.absolute() if options.vmlinux else None,
        ),
        folder,
    )


def _proved(options: argparse.Namespace, schema: Schema, proving: Proving, path: str) -> Proved:
    """All runs on one dump; an error ends only the runs on this dump."""
    observed = None
    cells: list[Cell] = []
    error = None
    try:
        found = found_in(path, None)
        _, exports = exports_of(
            schema, found, vmcoreinfo.parse(found.text), options.kernel, options.arch
        )
        boot, has = _words(options.boot), _words(options.has)
        observed = observed_dump(found, exports, boot, has, options.name)
        with tempfile.TemporaryDirectory(prefix=".vmcoreinfo-", dir=_folder(options, path)) as name:
            folder = Path(name)
            subject = Subject(path, found, exports, observed, Scratch(path, found, folder), folder)
            try:
                for cell in _with_progress(proving, subject):
                    cells.append(cell)
            finally:
                # Observations are recorded, however the runs end.
                if options.record and cells:
                    seen = [cell.observation for cell in cells if cell.shows]
                    record(options.record, [observed], seen)
    except (DumpError, ProveError, ObservationError, Failure) as problem:
        error = str(problem)
    except OSError as problem:
        error = ": ".join(filter(None, (problem.filename or path, problem.strerror)))
    if error is not None:
        print(f"vmcoreinfo: error: {error}", file=sys.stderr)
    return Proved(path, observed, tuple(cells), error)


def _with_progress(proving: Proving, subject: Subject) -> Iterator[Cell]:
    total = len(proving.changes(subject)) * proving.runs
    with bar(f"proving on {subject.path}", total, "") as done:
        for cell in proving.cells(subject):
            yield cell
            done(1)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _folder(options: argparse.Namespace, path: str) -> str | None:
    """The folder for the copy: in the dump's file system, so that blocks can be shared."""
    if options.scratch:
        return str(options.scratch)
    beside = os.path.dirname(os.path.abspath(path))
    return beside if os.access(beside, os.W_OK | os.X_OK) else None


def _print_table(tool: Tool, proved: Sequence[Proved]) -> None:
    header = ["", "RUN", "WITHOUT", "PREDICTED", "CAME", "SEEN"]
    for one in proved:
        if not one.cells or one.observed is None:
            continue
        print(f"{tool.consumer} {tool.release} ({tool.build}) on {one.path}, {one.observed.name}")
        print(f"judged by {', '.join(dict.fromkeys(c.observation.by for c in one.cells))}")
        print_table(header, map(_row, one.cells))
    cells = sum(len(one.cells) for one in proved)
    agree = sum(one.agree for one in proved)
    write_coloured(f"{agree} of {counted(cells, 'cell')} agree", "32" if agree == cells else "31")
    print()


def _row(cell: Cell) -> list[str]:
    seen = cell.observation
    return [
        "" if cell.agrees else "!",
        _run_of(cell),
        " ".join(seen.without) or "nothing",
        "ok" if is_ok(cell.predicted.verdict) else cell.predicted.verdict.value,
        seen.came.value,
        seen.seen,
    ]


def _run_of(cell: Cell) -> str:
    return str(Run(cell.observation.run, cell.observation.level))


def _print_junit(tool: Tool, proved: Sequence[Proved]) -> None:
    name = f"vmcoreinfo prove {tool.consumer} {tool.release} ({tool.build})"
    print(junit.document(name, ((one.path, list(_cases(one))) for one in proved)))


def _cases(proved: Proved) -> Iterator[junit.Case]:
    for cell in proved.cells:
        seen = cell.observation
        without = f" without {' '.join(seen.without)}" if seen.without else ""
        found = []
        if not cell.agrees:
            purposes = ", ".join(cell.predicted.purposes)
            because = f" ({purposes})" if purposes else ""
            found = [
                f"predicted {cell.predicted.verdict.value}{because}, and it came {seen.came.value}: "
                f"{seen.seen}; judged by {seen.by}"
            ]
        yield junit.Case(f"{_run_of(cell)}{without}", found, seen.came.value)
    if proved.error:
        yield junit.Case("can be proved", [proved.error], "error")


_PRINTERS = {"table": _print_table, "junit": _print_junit}
