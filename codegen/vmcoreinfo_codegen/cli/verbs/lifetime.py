# SPDX-License-Identifier: MIT
"""`vmcoreinfo lifetime`"""

from __future__ import annotations

import argparse

from ...compat.lifetime import lifetimes
from ...model import Architecture, Schema
from ...model.consumer import Consumer
from ...model.line import Line
from ...model.vocabulary import Verdict
from ...query.interface.consumers import Lifetimes, LineLifetime, LineLifetimes, LineVerdict
from ...query.names import UnknownName, find_lines
from ..consumer import consumer_of
from ..failure import FINE, Failure
from ..output import print_answer, print_table
from ..schema import add_format_option, add_schema_option, architecture_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("consumer", metavar="CONSUMER", help="a tool, e.g. makedumpfile")
    parser.add_argument(
        "--arch", default="x86_64", help="the kernels' architecture (default: x86_64)"
    )
    parser.add_argument(
        "--line",
        metavar="LINE",
        help="use a vendor's kernels instead of mainline: one line, e.g. rhel9, or all lines of a "
        "vendor, e.g. rhel",
    )
    add_format_option(parser)
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    schema = load_schema(options.schema)
    consumer = consumer_of(schema, options.consumer)
    arch = architecture_of(schema, options.arch)
    if options.line is not None:
        from ...compat.line_lifetime import line_lifetimes

        of_lines = line_lifetimes(schema, consumer, arch, _lines(schema, options.line, arch))
        return _print_lines(consumer, of_lines, options.format)
    return _print(consumer, lifetimes(schema, consumer, arch), options.format)


def _print(consumer: Consumer, answer: Lifetimes, form: str) -> int:
    if form == "json":
        print_answer(answer)
        return FINE
    rows = [
        [
            one.release,
            one.date or "-",
            _span(one.first, one.last),
            one.worked_out_last or "-",
            _span(one.declared_first, one.declared_last),
            one.ends_by or "",
        ]
        for one in answer.releases
    ]
    print_table(
        [consumer.name.upper(), "DATE", "HANDLES", "BY THE SCHEMA TO", "DECLARES", "ENDS BY"], rows
    )
    return FINE


def _lines(schema: Schema, name: str, arch: Architecture) -> list[Line]:
    from ...model.line_steps import architectures_of

    try:
        found = find_lines(schema, name)
    except UnknownName as error:
        raise Failure(str(error)) from error
    names = " or ".join(line.name for line in found)
    known = [line for line in found if line.builds]
    if not known:
        raise Failure(f"the schema has no builds of {names}")
    built = [line for line in known if arch in architectures_of(schema, line)]
    if not built:
        raise Failure(f"{names} has no kernels for {arch.name}")
    return built


def _print_lines(consumer: Consumer, answer: LineLifetimes, form: str) -> int:
    if form == "json":
        print_answer(answer)
        return FINE
    rows = [
        [
            one.release,
            one.date or "-",
            one.line,
            _runs(one, one.handles),
            _runs(one, one.by_schema),
            "; ".join(_bad(verdict) for verdict in one.verdicts if _is_bad(verdict)),
        ]
        for one in answer.releases
    ]
    heads = [consumer.name.upper(), "DATE", "LINE", "HANDLES", "BY THE SCHEMA", "FAILS ON"]
    print_table(heads, rows)
    return FINE


def _runs(one: LineLifetime, chosen: list[str]) -> str:
    """`8.0..8.3, 8.6..8.10`: successive releases of a vendor as a span."""
    spans: list[list[str]] = []
    before = False
    for verdict in one.verdicts:
        here = verdict.first in chosen
        if here and before:
            spans[-1][1] = verdict.last
        elif here:
            spans.append([verdict.first, verdict.last])
        before = here
    return ", ".join(first if first == last else f"{first}..{last}" for first, last in spans) or "-"


def _is_bad(verdict: LineVerdict) -> bool:
    return Verdict(verdict.worked_out or verdict.verdict).is_bad


def _bad(verdict: LineVerdict) -> str:
    span = _span(verdict.first, verdict.last) if verdict.first != verdict.last else verdict.first
    what = verdict.purposes[0] if verdict.purposes else "as observed"
    return f"{span} {verdict.verdict}: {what}"


def _span(first: str | None, last: str | None) -> str:
    return "-" if last is None else f"{first or ''}..{last}"
