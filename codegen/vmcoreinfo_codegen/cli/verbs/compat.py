# SPDX-License-Identifier: MIT
"""`vmcoreinfo compat`"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from ..compat_text import print_judged, print_overview, print_tally
from ..config import config_of
from ..consumer import scope_of
from ..consumers import tools_named
from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINDINGS, FINE, NOT_JUDGED, UNREADABLE, Failure
from ..inputs import (
    FEW,
    LINES,
    MANY,
    add_many_options,
    add_shown_options,
    check_many_options,
    each,
    earlier,
    looked_ahead,
    names_of,
    written_to,
)
from ..output import print_answer
from ..schema import (
    add_format_option,
    add_schema_option,
    architecture_of,
    distribution_of,
    kernel_of,
    load_schema,
    named_kernel,
)

# Loading the readers of notes takes longer than judging a prediction.
if TYPE_CHECKING:
    from ...compat.notes import Judge, Judged
    from ...compat.tally import Tally
    from ..compat_output import Output

_WHICH = "no kernel given; use --kernel and --arch, or name a note or dump"
_CODES = {"wrong": FINDINGS, "fatal": FINDINGS, "unknown": NOT_JUDGED}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input",
        metavar="INPUT",
        nargs="*",
        help=f"judge these notes instead of the predicted ones: {INPUT}; {MANY}",
    )
    add_input_format_option(parser)
    parser.add_argument(
        "--consumer",
        metavar="NAME@RELEASE",
        action="append",
        help="the tool, e.g. makedumpfile@1.7.4 (default release: the latest; '@next' for its "
        "unreleased repository), or '{EVERY}' for the latest release of each tool; may be repeated",
    )
    parser.add_argument(
        "--distribution",
        metavar="NAME",
        help="the tools of a distribution release, e.g. debian13, on its own kernels or on "
        "--kernel",
    )
    parser.add_argument(
        "--installed",
        action="store_true",
        help="the releases installed on this machine, of all tools or of --consumer",
    )
    parser.add_argument(
        "--command",
        metavar="NAME",
        help="judge only this command of the tool, e.g. dmesg of makedumpfile",
    )
    parser.add_argument(
        "--level", metavar="N", type=int, help="judge filtering only at this dump level, e.g. 31"
    )
    parser.add_argument(
        "--kernel",
        metavar="RELEASE",
        action="append",
        help="the kernel's release, e.g. 6.9; may be repeated",
    )
    parser.add_argument("--arch", help="the kernel's architecture")
    parser.add_argument(
        "--from",
        dest="before",
        metavar="RELEASE",
        help="show only what changed for the tool since this kernel",
    )
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="the kernel's .config, to predict what it exports",
    )
    add_many_options(parser)
    add_shown_options(parser, _SHOWN)
    add_format_option(parser, LINES, "parquet", "junit", "sarif")
    add_schema_option(parser)


_SHOWN = {
    "each": f"show every input (default for up to {FEW})",
    "failing": "show only inputs that can't be read or have an unknown, wrong or fatal verdict, and a summary",
    "summary": "show only counts by tool, kernel and reason (default for more inputs)",
}


def run(options: argparse.Namespace) -> int:
    check_many_options(options)
    schema = load_schema(options.schema)
    tools = list(
        tools_named(schema, options.consumer or [], options.distribution, options.installed)
    )
    scope = _scope(tools, options)
    is_one = len(tools) == 1 and options.distribution is None
    if not options.input and options.files_from is None:
        _check_predictions(options)
        if is_one and len(options.kernel or ()) < 2 and options.format in ("table", "json"):
            return _judge(schema, options, tools[0], _prediction(schema, options), scope)
        _check_before(options)
        return _judge_kernels(schema, options, tools, scope)
    names, few = looked_ahead(names_of(options))
    if is_one and few == options.input and len(few) == 1 and _is_asked_plainly(options):
        return _judge(schema, options, tools[0], _of_input(schema, options, few[0]), scope)
    _check_before(options)
    return _judge_inputs(schema, options, tools, scope, names, few)


def _is_asked_plainly(options: argparse.Namespace) -> bool:
    return options.format in ("table", "json") and options.shown is options.out is None


def _check_before(options: argparse.Namespace) -> None:
    if options.before:
        raise Failure("--from works with one tool and one kernel, as a table or JSON")


def _check_predictions(options: argparse.Namespace) -> None:
    of_inputs = options.format in (LINES, "parquet")
    if of_inputs or options.shown or options.out is not None:
        raise Failure(
            f"--each, --failing, --summary, --out and --format {LINES} or parquet need inputs"
        )


def _scope(tools: Sequence[Tool], options: argparse.Namespace) -> Scope:
    if options.command is None and options.level is None:
        return WHOLE
    if len({tool.consumer.name for tool in tools}) > 1:
        raise Failure("--command and --level need a single tool; name it with --consumer")
    return scope_of(tools[0].consumer, options.command, options.level)


def _prediction(schema: Schema, options: argparse.Namespace) -> Subject:
    if not options.kernel:
        raise Failure(_WHICH)
    return next(_predictions(schema, options, [kernel_of(schema, options.kernel[0])]))


def _of_input(schema: Schema, options: argparse.Namespace, path: str) -> Subject:
    import vmcoreinfo

    from ...compat.note_values import NoteValues
    from ...compat.notes import flaws_in
    from ..note import exports_of

    found = found_in(path, options.input_format)
    info = vmcoreinfo.parse(found.text)
    name = options.kernel[0] if options.kernel else None
    kernel, exports = exports_of(schema, found, info, name, options.arch)
    wrong = NoteValues(found.text, info, kernel, exports.arch).implausible()
    return Subject(kernel, exports, path, Note(found.text, found.format, flaws_in(found), wrong))


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


def _judge_kernels(
    schema: Schema, options: argparse.Namespace, tools: Sequence[Tool], scope: Scope
) -> int:
    """Judge every tool on every kernel, as predicted."""
    kernels = [named_kernel(schema, name) for name in _names(schema, options)]
    # The text below the table tells as which kernel each name is treated.
    called = {kernel.name: kernel.called for kernel in kernels}
    subjects = _predictions(schema, options, kernels)
    cells = [cell for subject in subjects for cell in cells_of(subject, tools, scope)]
    found = overview(cells, [], _distribution(schema, options))
    if options.format == "table":
        print_overview(found, called)
    elif options.format == "json":
        print_answer(found)
    else:
        from ..compat_report import print_junit, print_sarif

        {"junit": print_junit, "sarif": print_sarif}[options.format](found)
    return _CODES.get(found.verdict, FINE)


def _judge_inputs(
    schema: Schema,
    options: argparse.Namespace,
    tools: Sequence[Tool],
    scope: Scope,
    names: Iterator[str],
    few: Sequence[str],
) -> int:
    """Judge every tool on every dump; unreadable inputs don't stop the others."""
    from ...compat.notes import Judge
    from ...compat.tally import Tally
    from ..compat_output import OUTPUTS, Asked

    if len(options.kernel or ()) > 1:
        raise Failure("only one --kernel is possible with inputs; it applies to all of them")
    if options.resume and options.shown == "failing":
        raise Failure("--resume needs all results; leave out --failing")
    kernel = kernel_of(schema, options.kernel[0]) if options.kernel else None
    arch = architecture_of(schema, options.arch) if options.arch else None
    judge = Judge(schema, tools, scope, kernel, arch)
    shown = options.shown or ("each" if few or options.format != "table" else "summary")
    tally = Tally()
    done = earlier(options, lambda line: _counted(tally, line, tools, scope))
    with written_to(options) as out:
        asked = Asked(shown, scope, _distribution(schema, options))
        output = OUTPUTS[options.format](asked, out)
        work = _Work(judge, options.input_format, output)
        for part, of_part in each(work, names, options, done, work.lost, "judging"):
            output.take(part)
            tally.merge(of_part)
        output.finish(tally)
    if options.out is not None:
        print_tally(tally)
    return UNREADABLE if tally.unreadable else _CODES.get(tally.worst, FINE)


class _Work:
    """Judges inputs, in any process."""

    def __init__(self, judge: Judge, format_: str | None, output: Output) -> None:
        self._judge = judge
        self._format = format_
        self._output = output

    def __call__(self, paths: Sequence[str]) -> tuple[Any, Tally]:
        return self._told([self._judge.judged(path, self._format) for path in paths])

    def _told(self, judged: Sequence[Judged]) -> tuple[Any, Tally]:
        from ...compat.tally import Tally

        tally = Tally()
        for one in judged:
            tally.add(one)
        return self._output.part(judged), tally

    def lost(self, path: str) -> tuple[Any, Tally]:
        from ...compat.notes import killed

        return self._told([killed(path)])


def _counted(tally: Tally, line: Any, tools: Sequence[Tool], scope: Scope) -> str:
    """Count an input that an earlier run judged by the same tools; returns its name."""
    from ...compat.told import judged_of as judged_of_line

    one = judged_of_line(line, scope)
    asked = {(tool.consumer.name, str(tool.release), tool.build or None) for tool in tools}
    told = one.verdicts.tools if one.verdicts else ()
    if any((tool.consumer, tool.release, tool.build) not in asked for tool in told):
        raise ValueError("of another tool")
    tally.add(one)
    return one.path


def _distribution(schema: Schema, options: argparse.Namespace) -> str | None:
    if not options.distribution:
        return None
    return distribution_of(schema, options.distribution).name


def _names(schema: Schema, options: argparse.Namespace) -> Sequence[str]:
    if options.kernel:
        return tuple(options.kernel)
    if options.distribution is None:
        raise Failure(_WHICH)
    return distribution_of(schema, options.distribution).kernels
