# SPDX-License-Identifier: MIT
"""`vmcoreinfo adapt`"""

from __future__ import annotations

import argparse
import sys

import vmcoreinfo

from ...compat.adapt import Adapted, adapt, answer, overlay
from ...compat.explain import why
from ...compat.exports import Exports
from ...compat.judge import WHOLE
from ...dump.attach import COPIED, attach
from ...dump.notes import build
from ...dump.reader import Found
from ...model import Schema
from ...record import replace
from ..consumer import consumer_release, installed, scope_of
from ..debuginfo import told
from ..dump import INPUT, add_input_format_option, check_copied, found_in, warn_of_cut
from ..failure import FINDINGS, FINE, Failure
from ..layout import print_verdicts, wrapped
from ..note import exports_of
from ..output import inputs_of, print_answer, write_output
from ..schema import add_schema_option, load_schema

_OVERLAY = "makedumpfile-i"
_INDENT = " " * 6
_FORMS = ("text", "note", _OVERLAY)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", help=INPUT)
    add_input_format_option(parser)
    parser.add_argument(
        "--for",
        dest="consumer",
        metavar="NAME@RELEASE",
        required=True,
        help="the tool that will read it, e.g. makedumpfile@1.7.8",
    )
    parser.add_argument(
        "--installed", action="store_true", help="use the release installed on this machine"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        help="write a copy of the ELF or kdump-compressed dump with the new note (default: print "
        "the note's text)",
    )
    parser.add_argument(
        "--level",
        metavar="N",
        type=int,
        help="dump level to filter at, e.g. 31; needs of other levels are ignored",
    )
    parser.add_argument(
        "--as",
        dest="form",
        choices=_FORMS,
        default="text",
        help="what to print: the text (default), the ELF note, or a file for 'makedumpfile -i' "
        "that adds to the dump's own note",
    )
    parser.add_argument(
        "--kernel", metavar="RELEASE", help="the kernel's release (default: OSRELEASE of the note)"
    )
    parser.add_argument(
        "--arch", help="the architecture (default: from the dump or the note's keys)"
    )
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        default="table",
        help="output format (default: table); json includes the text",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    ask = installed if options.installed else consumer_release
    consumer, release = ask(schema, options.consumer)
    found = found_in(options.input, options.input_format)
    if options.form == _OVERLAY and consumer.name != "makedumpfile":
        raise Failure(
            f"--as {_OVERLAY} works only with makedumpfile; {consumer.name} does not "
            "read such files"
        )
    if options.out:
        if options.form != "text":
            raise Failure(
                "-o writes a copy of the dump; --as selects what is printed, so give "
                "only one of them"
            )
        check_copied(options.input)
    info = vmcoreinfo.parse(found.text)
    kernel, exports = exports_of(schema, found, info, options.kernel, options.arch)
    schema = kernel.schema
    scope = scope_of(consumer, None, options.level) if options.level is not None else WHOLE
    adapted = adapt(schema, consumer, release, info, exports, scope)
    name = f"{consumer.name} {release}"
    if options.out and not adapted.refused:
        # First, so that nothing is printed if the copy can't be made.
        _copy(options, found, adapted.text)
    if options.format == "json":
        print_answer(replace(answer(schema, adapted, exports, name), format=found.format))
    else:
        writes = any(command.has_level for command in consumer.commands)
        _tell(schema, adapted, exports, name, writes)
    if adapted.refused:
        return FINDINGS
    changes = "can't remove lines" if adapted.dropped else "can't change values"
    if options.form == _OVERLAY and (adapted.dropped or adapted.changed):
        raise Failure(
            f"--as {_OVERLAY} {changes}, which {name} needs; write a copy with -o, or a note with "
            "--as note",
            FINDINGS,
        )
    if not options.out and options.format != "json":
        write_output(options, _formed(options.form, adapted, info, found))
    return FINE


def _formed(form: str, adapted: Adapted, info: vmcoreinfo.VmcoreInfo, found: Found) -> bytes:
    if form == _OVERLAY:
        return overlay(adapted, info)
    if form == "text":
        return adapted.text
    if found.order is None:
        raise Failure(f"{found.name}: a text has no byte order; adapt the ELF note or the dump")
    return build(adapted.text, found.order)


def _copy(options: argparse.Namespace, found: Found, text: bytes) -> None:
    if found.format not in COPIED:
        raise Failure(
            f"{found.name}: -o can only copy ELF and kdump-compressed dumps, and this is "
            f"{found.format}"
            + (
                "; rebuild it first: makedumpfile -R DUMP < FILE"
                if found.format.startswith("flattened")
                else ""
            )
        )
    attached = told(
        lambda: attach(text, options.input, options.out, inputs=inputs_of(options, "out"))
    )
    warn_of_cut(options.input, attached.coverage)


def _tell(schema: Schema, adapted: Adapted, exports: Exports, name: str, writes: bool) -> None:
    """Report to stderr, as the text goes to stdout. `writes` tells whether the tool writes
    dumps.
    """
    for line in adapted.written:
        mark, was = ("+", "") if line.was is None else ("~", f" (was {line.was})")
        _say(f"{mark} {line.key}={line.text}{was}")
        _say(f"{line.purpose}: {line.why}", _INDENT)
    for gone in adapted.dropped:
        _say(f"- {gone.key}")
        _say(f"{gone.purpose}: {gone.why}", _INDENT)
    for outcome in adapted.refused:
        _say(f"refused: {name}: {outcome.need.purpose}: {outcome.seen}")
        _say(why(schema, outcome, exports), _INDENT)
    if adapted.changed and not adapted.refused and writes:
        _say(
            f"dumps that {name} writes contain the changed value too; restore the old note with "
            "'vmcoreinfo attach' before using other tools"
        )
    if adapted.refused:
        _say("nothing written: the tool would still read it wrongly")
        if adapted.level:
            _say(
                f"the highest level with correct results is {adapted.level}: use --level "
                f"{adapted.level}, and filter with -d {adapted.level}"
            )
    elif not adapted.written and not adapted.dropped:
        _say(f"{name} reads this note correctly without changes")
    if not adapted.refused:
        _tell_degraded(adapted, name)


def _tell_degraded(adapted: Adapted, name: str) -> None:
    for outcome in adapted.degraded:
        _say(f"degraded: {name}: {outcome.need.purpose}: {outcome.seen}")
    if adapted.degraded and adapted.exact:
        _say(
            f"not degraded at -d {adapted.exact} with --level {adapted.exact}: it keeps what higher "
            "levels would exclude, and nothing else"
        )


def _say(text: str, indent: str = "") -> None:
    print_verdicts(wrapped(text, indent, _INDENT, sys.stderr), sys.stderr)
