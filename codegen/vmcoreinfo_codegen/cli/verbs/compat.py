# SPDX-License-Identifier: MIT
"""`vmcoreinfo compat`"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ...compat.answer import Note, changed
from ...compat.judge import WHOLE, Scope
from ...compat.overview import (
    Subject,
    Tool,
    cells_of,
    judged_of,
    overview,
    predictions,
)
from ...model import Schema
from ...model.kernel import Kernel
from ...query.interface.consumers import Overview, OverviewCell, Unreadable
from ..compat_text import print_judged, print_junit, print_overview, print_sarif
from ..config import config_of
from ..consumer import scope_of
from ..consumers import EVERY, tools_named
from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINDINGS, FINE, NOT_JUDGED, UNREADABLE, Failure
from ..output import print_answer
from ..progress import bar
from ..schema import (
    add_format_option,
    add_schema_option,
    architecture_of,
    distribution_of,
    kernel_of,
    load_schema,
    named_kernel,
)

_WHICH = "which kernel? give --kernel and --arch, or a note or dump"
_CODES = {"wrong": FINDINGS, "fatal": FINDINGS, "unknown": NOT_JUDGED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", metavar="INPUT", nargs="*", help=f"judge these instead of a prediction: {INPUT}"
    )
    add_input_format_option(parser)
    parser.add_argument(
        "--consumer",
        metavar="NAME@RELEASE",
        action="append",
        help="the tool, as makedumpfile@1.7.4; without a release its latest, '@next' for what is "
        f"in its repository only; may be given again; '{EVERY}' for the latest of each",
    )
    parser.add_argument(
        "--distribution",
        metavar="NAME",
        help="the tools that a release of a distribution has, as debian13, on its kernels, or on "
        "--kernel",
    )
    parser.add_argument(
        "--installed",
        action="store_true",
        help="the releases that are installed on this machine, of every tool or of --consumer",
    )
    parser.add_argument(
        "--command",
        metavar="NAME",
        help="judge one of the tool's commands alone, as dmesg of makedumpfile",
    )
    parser.add_argument(
        "--level", metavar="N", type=int, help="judge filtering at that dump level alone, as 31"
    )
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        action="append",
        help="of the kernel, as 6.9; may be given again",
    )
    parser.add_argument("--arch", help="of the kernel")
    parser.add_argument(
        "--from",
        dest="before",
        metavar="RELEASE",
        help="show only what changed for the tool since that kernel",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the kernel's .config, which decides what it has",
    )
    add_format_option(parser, "junit", "sarif")
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    tools = list(
        tools_named(schema, options.consumer or [], options.distribution, options.installed)
    )
    scope = _scope(tools, options)
    if len(tools) == 1 and options.distribution is None and options.format in ("table", "json"):
        asked = _one(schema, options)
        if asked is not None:
            return _judge(schema, options, tools[0], asked, scope)
    if options.before:
        raise Failure("--from compares one tool on one kernel, as a table or JSON")
    return _judge_all(schema, options, tools, scope)


def _scope(tools: Sequence[Tool], options: argparse.Namespace) -> Scope:
    if options.command is None and options.level is None:
        return WHOLE
    if len({tool.consumer.name for tool in tools}) > 1:
        raise Failure("--command and --level are of one tool: name it by --consumer")
    return scope_of(tools[0].consumer, options.command, options.level)


def _one(schema: Schema, options: argparse.Namespace) -> Subject | None:
    """What is asked about where that is one kernel or dump."""
    if len(options.input) == 1:
        return _of_input(schema, options, options.input[0])
    if options.input or len(options.kernel or ()) > 1:
        return None
    if not options.kernel:
        raise Failure(_WHICH)
    return next(_predictions(schema, options, [kernel_of(schema, options.kernel[0])]))


def _of_input(schema: Schema, options: argparse.Namespace, path: str) -> Subject:
    # What reads a note takes longer to load than a prediction to judge.
    import vmcoreinfo

    from ...dump.whole import Fault, flaws_of
    from ..note import exports_of

    found = found_in(path, options.input_format)
    info = vmcoreinfo.parse(found.text)
    name = options.kernel[0] if options.kernel else None
    kernel, exports = exports_of(schema, found, info, name, options.arch)
    flaws = tuple((one.text, one.tool) for one in flaws_of(found) if one.fault is not Fault.UNSEEN)
    return Subject(kernel, exports, path, Note(found.text, found.format, flaws))


def _predictions(
    schema: Schema, options: argparse.Namespace, kernels: Sequence[Kernel]
) -> Iterator[Subject]:
    if options.arch is None and options.distribution is None:
        raise Failure(_WHICH)
    arch = architecture_of(schema, options.arch or "x86_64")
    if options.distribution is not None and not options.kernel:
        kernels = [kernel for kernel in kernels if kernel.builds(arch)]
    return predictions(kernels, arch, config_of(schema, options.config))


def _judge(
    schema: Schema, options: argparse.Namespace, tool: Tool, asked: Subject, scope: Scope
) -> int:
    judged = judged_of(asked, tool, scope)
    if options.before:
        other = kernel_of(schema, options.before)
        config = config_of(schema, options.config)
        (before,) = predictions([other], asked.exports.arch, config)
        judged = changed(judged_of(before, tool, scope), judged)
    if options.format == "json":
        print_answer(judged)
    else:
        print_judged(judged)
    return _CODES.get(judged.verdict, FINE)


def _judge_all(
    schema: Schema, options: argparse.Namespace, tools: Sequence[Tool], scope: Scope
) -> int:
    """Every tool on every kernel or dump; an input that can't be read keeps none of the others."""
    if options.input and len(options.kernel or ()) > 1:
        raise Failure("--kernel names the kernel of the inputs: one for all")
    cells: list[OverviewCell] = []
    unreadable: list[Unreadable] = []
    called: dict[str, str] = {}
    if options.input:
        with bar("judging", len(options.input), "dumps") as done:
            for path in options.input:
                try:
                    cells += cells_of(_of_input(schema, options, path), tools, scope)
                except (Failure, OSError) as error:
                    unreadable.append(Unreadable(input=path, error=_error(path, error)))
                done(1)
    else:
        kernels = [named_kernel(schema, name) for name in _names(schema, options)]
        # What each is taken for stands below the table.
        called = {kernel.name: kernel.called for kernel in kernels}
        for subject in _predictions(schema, options, kernels):
            cells += cells_of(subject, tools, scope)
    name = distribution_of(schema, options.distribution).name if options.distribution else None
    found = overview(cells, unreadable, name)
    for one in unreadable:
        print(f"vmcoreinfo: error: {one.error}", file=sys.stderr)
    _PRINTERS[options.format](found, called)
    return UNREADABLE if unreadable else _CODES.get(found.verdict, FINE)


def _names(schema: Schema, options: argparse.Namespace) -> Sequence[str]:
    if options.kernel:
        return tuple(options.kernel)
    if options.distribution is None:
        raise Failure(_WHICH)
    return distribution_of(schema, options.distribution).kernels


def _error(path: str, error: Failure | OSError) -> str:
    if isinstance(error, OSError):
        return f"{path}: {error.strerror or error}"
    return str(error)


_PRINTERS: dict[str, Callable[[Overview, Mapping[str, str]], None]] = {
    "table": print_overview,
    "json": lambda found, _: print_answer(found),
    "junit": lambda found, _: print_junit(found),
    "sarif": lambda found, _: print_sarif(found),
}
