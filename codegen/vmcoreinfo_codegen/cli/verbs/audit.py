# SPDX-License-Identifier: MIT
"""`vmcoreinfo audit`"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ...audit import all_rules
from ...audit.answer import audited_of
from ...audit.baseline import Baseline, BaselineError, read_baseline
from ...audit.rule import Severity
from ...audit.run import UNREADABLE, Audited, Auditor, killed, truth_of
from ...audit.tally import Tally
from ...debuginfo.facts import symbol_names
from ...debuginfo.kernel import read_kernel
from ...files.results import Done
from ...model import Schema
from ..audit_output import (
    UNREADABLE_DOC,
    Json,
    Lines,
    Output,
    Table,
)
from ..audit_text import print_overview
from ..config import config_of
from ..debuginfo import add_kernel_options, told
from ..dump import INPUT, add_input_format_option
from ..failure import FINDINGS, FINE, Failure
from ..failure import UNREADABLE as CANT_READ
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
from ..layout import wrapped
from ..output import print_json, print_table
from ..schema import add_schema_option, architecture_of, kernel_of, load_schema


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", nargs="*", help=f"{INPUT}; {MANY}")
    add_input_format_option(parser)
    parser.add_argument(
        "--kernel", metavar="RELEASE", help="the kernel's release (default: OSRELEASE of the note)"
    )
    parser.add_argument(
        "--arch", help="the architecture (default: from the dump or the note's keys)"
    )
    add_kernel_options(parser)
    parser.add_argument(
        "--least",
        choices=[str(severity) for severity in reversed(Severity)],
        help="leave out findings less severe than this (default: warning for tables, info "
        "otherwise)",
    )
    add_many_options(parser)
    add_shown_options(parser, _SHOWN)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="leave out the findings in FILE, an earlier audit's output as json or ndjson",
    )
    parser.add_argument("--rules", action="store_true", help="list the rules and exit")
    parser.add_argument("--rule", metavar="ID", help="explain one rule, with an example")
    parser.add_argument(
        "--format",
        choices=["table", "json", LINES, "parquet", "sarif", "junit"],
        default="table",
        help="output format (default: table)",
    )
    add_schema_option(parser)


_SHOWN = {
    "each": f"show every input (default for up to {FEW})",
    "failing": "show only inputs with findings other than remarks, and a summary",
    "summary": "show only counts by rule, cause and kernel (default for more inputs)",
}


def run(options: argparse.Namespace) -> int:
    check_many_options(options)
    if options.rules:
        return _list_rules(options.format)
    if options.rule:
        return _explain_rule(options.rule)
    if not options.input and options.files_from is None:
        raise Failure("no input given; --rules lists the rules")
    if options.resume and (options.shown == "failing" or options.least not in (None, "info")):
        raise Failure("--resume needs all results; leave out --failing and --least")
    schema = load_schema(options.schema)
    # Errors in types show when they are read.
    auditor = told(lambda: _auditor(options, schema))
    names, few = looked_ahead(names_of(options))
    shown = options.shown or ("each" if few or options.format != "table" else "summary")
    least = Severity(options.least or ("warning" if options.format == "table" else "info"))
    baseline = _baseline(options)
    tally = Tally()
    done = earlier(options, lambda line: _counted(tally, line))
    with written_to(options) as out:
        output = _output_of(options.format)(shown, least, out)
        work = _Work(auditor, options.input_format, baseline, output)
        told(lambda: _audit_all(work, names, options, done, tally))
        output.finish(tally)
    if options.out is not None:
        print_overview(tally, Severity(options.least or "warning"))
    if tally.unreadable:
        return CANT_READ
    return FINE if tally.without_findings == tally.inputs else FINDINGS


@dataclass(frozen=True)
class _Work:
    """Audits inputs, in any process."""

    auditor: Auditor
    format: str | None
    baseline: Baseline | None
    output: Output

    def __call__(self, paths: Sequence[str]) -> tuple[Any, Tally]:
        return self.told(self.auditor.audited(path, self.format) for path in paths)

    def told(self, audited: Iterable[Audited]) -> tuple[Any, Tally]:
        baseline = self.baseline
        new = list(audited) if baseline is None else [baseline.new(one) for one in audited]
        tally = Tally()
        for one in new:
            tally.add(one)
        return self.output.part(new), tally

    def lost(self, path: str) -> tuple[Any, Tally]:
        return self.told([killed(path)])


def _audit_all(
    work: _Work,
    names: Iterator[str],
    options: argparse.Namespace,
    done: Done | None,
    tally: Tally,
) -> None:
    for part, of_part in each(work, names, options, done, work.lost, "auditing"):
        work.output.take(part)
        tally.merge(of_part)


def _counted(tally: Tally, line: Any) -> str:
    """Count an input that an earlier run audited; returns its name."""
    one = audited_of(line)
    tally.add(one)
    return one.path


def _baseline(options: argparse.Namespace) -> Baseline | None:
    if options.baseline is None:
        return None
    try:
        return read_baseline(options.baseline)
    except BaselineError as error:
        raise Failure(str(error)) from error


def _auditor(options: argparse.Namespace, schema: Schema) -> Auditor:
    config = config_of(schema, options.config)
    names = symbol_names(schema.questions())
    files = read_kernel(options.btf, options.vmlinux, options.symbols, names)
    return Auditor(
        schema,
        None if options.arch is None else architecture_of(schema, options.arch),
        None if options.kernel is None else kernel_of(schema, options.kernel),
        config,
        truth_of(schema, files, config),
    )


_OUTPUTS: dict[str, Callable[[str, Severity, TextIO], Output]] = {
    "table": Table,
    "json": Json,
    LINES: Lines,
}


def _output_of(format_: str) -> Callable[[str, Severity, TextIO], Output]:
    if format_ in _OUTPUTS:
        return _OUTPUTS[format_]
    from ..audit_report import REPORTS

    return REPORTS[format_]


def _list_rules(format_: str) -> int:
    rows = [[UNREADABLE, "unreadable-input", "error", "", UNREADABLE_DOC, ""]]
    rows += [[r.id, r.name, r.severity.value, r.needs, r.doc, r.remedy] for r in all_rules()]
    if format_ == "json":
        names = ("id", "name", "severity", "needs", "doc", "remedy")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(["RULE", "NAME", "SEVERITY", "NEEDS", "WHAT"], [row[:5] for row in rows])
    return FINE


def _explain_rule(word: str) -> int:
    if word in (UNREADABLE, "unreadable-input"):
        print(f"{UNREADABLE} unreadable-input, error\n\n{wrapped(UNREADABLE_DOC)}")
        return FINE
    for rule in all_rules():
        if word in (rule.id, rule.name):
            needs = f" (with {rule.needs})" if rule.needs else ""
            print(f"{rule.id} {rule.name}, {rule.severity}{needs}\n\n{wrapped(rule.doc)}\n")
            print(wrapped(f"Remedy: {rule.remedy}."))
            print(f"\nFails:\n{rule.example.rstrip()}")
            return FINE
    raise Failure(f"unknown rule '{word}'; 'vmcoreinfo audit --rules' lists them", FINDINGS)
