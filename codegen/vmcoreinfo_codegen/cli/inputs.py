# SPDX-License-Identifier: MIT
"""Many inputs on the command line: names, processes, and results."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from ..dump.names import LIVE, STDIN
from .failure import Failure
from .progress import bar

# Readers of many inputs are loaded only when needed: `compat` may not need them.
if TYPE_CHECKING:
    from .. import workers
    from ..files.results import Done

Result = TypeVar("Result")

LINES = "ndjson"
"""The format that is valid when incomplete, so that `--resume` can continue it."""


MANY = "a folder means all files below it, a quoted pattern like '**/vmcore' all files that match"
"""The end of the help of INPUT."""


def add_many_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--files-from",
        metavar="LIST",
        help="read more input names from LIST, one per line; '-' for stdin",
    )
    parser.add_argument(
        "--null",
        "-0",
        action="store_true",
        help="names in LIST end in NUL, as find -print0 writes them",
    )
    parser.add_argument(
        "--jobs", metavar="N", type=int, default=1, help="number of processes (default: 1)"
    )
    parser.add_argument(
        "-o", "--out", metavar="FILE", help="write the results to FILE and a summary to stdout"
    )
    parser.add_argument(
        "--resume",
        action="store_true",
        help=f"continue an earlier run whose results are in FILE ({LINES})",
    )


def add_shown_options(parser: argparse.ArgumentParser, texts: Mapping[str, str]) -> None:
    """Add `--each`, `--failing`, `--summary`, of which one may be given, with their help."""
    shown = parser.add_mutually_exclusive_group()
    for name, text in texts.items():
        shown.add_argument(f"--{name}", dest="shown", action="store_const", const=name, help=text)


def check_many_options(options: argparse.Namespace) -> None:
    if options.jobs < 1:
        raise Failure(f"--jobs {options.jobs}: must be at least 1")
    if options.null and options.files_from is None:
        raise Failure("--null needs --files-from")
    if options.resume and (options.out is None or options.format != LINES):
        raise Failure(f"--resume needs a results file: --format {LINES} -o FILE --resume")
    out = options.out
    if out is not None and not options.resume and os.path.exists(out) and os.path.getsize(out):
        hint = "; use --resume to continue it" if options.format == LINES else ""
        raise Failure(f"{out}: the file exists, and results need a new one{hint}")


def names_of(options: argparse.Namespace) -> Iterator[str]:
    """The inputs, one after the other, each found only when needed."""
    from ..files import inputs

    # argparse treats `-` as a dump on stdin.
    if options.files_from == STDIN and STDIN in options.input:
        raise Failure(
            "stdin can't be both the list of --files-from and a dump; give one of them as a file"
        )
    try:
        yield from inputs.named(options.input, (STDIN, LIVE), options.out)
        if options.files_from is not None:
            with _opened(options.files_from) as stream:
                listed = inputs.listed(stream, options.files_from, b"\0" if options.null else b"\n")
                yield from inputs.named(map(_plain, listed), (LIVE,), options.out)
    except inputs.NoInput as error:
        raise Failure(f"{error.filename}: {error.strerror}") from error


def _plain(name: str) -> str:
    """A name in a list, where `-` is a file, not stdin."""
    return os.path.join(".", name) if name == STDIN else name


@contextmanager
def _opened(name: str) -> Iterator[Any]:
    if name == STDIN:
        yield sys.stdin.buffer
        return
    with open(name, "rb") as stream:
        yield stream


def earlier(options: argparse.Namespace, take: Callable[[Any], str]) -> Done | None:
    """The inputs that an earlier run has done, for `--resume`."""
    if not options.resume:
        return None
    from ..files.results import ResultsError, read_earlier

    try:
        return read_earlier(options.out, take)
    except ResultsError as error:
        raise Failure(str(error)) from error


def each(
    work: workers.Work[Result],
    names: Iterator[str],
    options: argparse.Namespace,
    done: Done | None,
    lost: Callable[[str], Result],
    what: str,
) -> Iterator[Result]:
    """The results of the inputs that are not done yet, in their order."""
    from .. import workers

    left: Iterator[str] = (name for name in names if done is None or name not in done)
    left, few = looked_ahead(left)
    jobs = min(options.jobs, len(few)) if few else options.jobs
    if STDIN in options.input:
        # Other processes can't read it.
        jobs = 1
    with bar(what, len(few) or None, "") as shown:
        # Lines and tables are shown input by input.
        at_once = 1 if options.format in ("table", LINES) else workers.BATCH
        for number, result in workers.results(work, left, max(jobs, 1), lost, at_once):
            yield result
            shown(number)


FEW = 20


def looked_ahead(names: Iterator[str]) -> tuple[Iterator[str], list[str]]:
    """The same names, and a list of them if they are few, else an empty list."""
    first = list(itertools.islice(names, FEW + 1))
    return itertools.chain(first, names), first if len(first) <= FEW else []


@contextmanager
def written_to(options: argparse.Namespace) -> Iterator[TextIO]:
    """The stream for results: the file of `--out`, or stdout."""
    if options.out is None:
        yield sys.stdout
        return
    try:
        with open(
            options.out, "a" if options.resume else "w", encoding="utf-8", newline="\n"
        ) as file:
            yield file
    except BaseException:
        # Incomplete files of other formats are useless.
        if options.format != LINES:
            with suppress(OSError):
                os.unlink(options.out)
        raise
