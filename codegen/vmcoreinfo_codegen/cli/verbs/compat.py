# SPDX-License-Identifier: MIT
"""`vmcoreinfo compat`"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path

from ...compat.answer import Note, answer, changed
from ...compat.exports import predicted
from ...query.interface.consumers import Compat
from ..config import config_of
from ..consumer import consumer_release, installed
from ..dump import INPUT, add_input_format_option, found_in
from ..failure import FINDINGS, FINE, Failure
from ..output import print_answer
from ..schema import add_format_option, add_schema_option, architecture_of, load_schema, release_of

_WIDTH = 96


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "input", metavar="INPUT", nargs="?", help=f"judge this instead of a prediction: {INPUT}"
    )
    add_input_format_option(parser)
    parser.add_argument(
        "--consumer",
        metavar="NAME@RELEASE",
        required=True,
        help="the tool, as makedumpfile@1.7.4; without a release its latest, '@next' for what is "
        "in its repository only",
    )
    parser.add_argument(
        "--installed", action="store_true", help="the release that is installed on this machine"
    )
    parser.add_argument("--kernel", metavar="RELEASE", help="of the kernel, as 6.9")
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
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    ask = installed if options.installed else consumer_release
    consumer, release = ask(schema, options.consumer)
    config = config_of(schema, options.config)
    note = None
    if options.input:
        # What reads a note takes longer to load than a prediction to judge.
        import vmcoreinfo

        from ..note import exports_of

        found = found_in(options.input, options.input_format)
        note = Note(found.text, found.format)
        info = vmcoreinfo.parse(found.text)
        kernel, exports = exports_of(schema, found, info, options.kernel, options.arch)
    elif options.kernel and options.arch:
        kernel = options.kernel
        arch = architecture_of(schema, options.arch)
        exports = predicted(schema, release_of(schema, kernel), arch, config)
    else:
        raise Failure("which kernel? give --kernel and --arch, or a note or dump")
    judged = answer(schema, consumer, release, kernel, options.input, exports, note)
    if options.before:
        before = predicted(schema, release_of(schema, options.before), exports.arch, config)
        was = answer(schema, consumer, release, options.before, None, before)
        judged = changed(was, judged)
    if options.format == "json":
        print_answer(judged)
    else:
        _print(judged)
    return FINDINGS if judged.verdict in ("wrong", "fatal") else FINE


def _print(judged: Compat) -> None:
    where = f" ({judged.input})" if judged.input else ""
    print(
        f"{judged.consumer} {judged.release} on {judged.kernel}, {judged.arch}{where}: {judged.verdict}"
    )
    for purpose in judged.purposes:
        print(f"  {purpose.verdict:9} {purpose.purpose}")
        if purpose.verdict == "ok":
            continue
        later = (
            "next release"
            if purpose.fixed_in == "next"
            else f"{judged.consumer} {purpose.fixed_in}"
        )
        falls_back = purpose.verdict == "fallback"
        works = "ok" if falls_back else "works"
        none = "" if falls_back else "no release works"
        fixed = f"{works} from {later} on" if purpose.fixed_in else none
        for text in (purpose.seen, purpose.why, fixed):
            for line in textwrap.wrap(text, _WIDTH - 12, break_long_words=False):
                print(f"{'':12}{line}")
    if judged.declared is False:
        print(
            f"vmcoreinfo: {judged.consumer} {judged.release} does not declare this kernel, and may "
            "warn of it; the verdict does not rest on that",
            file=sys.stderr,
        )
