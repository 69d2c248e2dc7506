# SPDX-License-Identifier: MIT
"""`vmcoreinfo audit`"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import signal
from collections.abc import Iterator, Sequence

from ...audit import all_rules
from ...audit.answer import answer, counts_of
from ...audit.rule import Finding, Severity
from ...audit.run import UNREADABLE, Audited, Auditor, truth_of
from ...debuginfo.facts import symbol_names
from ...debuginfo.kernel import read_kernel
from ...model import Schema
from .. import junit, sarif
from ..config import config_of
from ..debuginfo import add_kernel_options, told
from ..dump import INPUT, add_input_format_option
from ..failure import FINDINGS, FINE, Failure
from ..failure import UNREADABLE as CANT_READ
from ..output import counted, print_answer, print_json, print_table
from ..progress import bar
from ..schema import add_schema_option, architecture_of, kernel_of, load_schema
from ..terminal import write_coloured

_UNREADABLE = "An input has a note, and can be read; the others are audited all the same."
_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", metavar="INPUT", nargs="*", help=INPUT)
    add_input_format_option(parser)
    parser.add_argument("--kernel", metavar="RELEASE", help="its release, instead of OSRELEASE")
    parser.add_argument("--arch", help="its architecture, instead of what the dump or keys tell")
    add_kernel_options(parser)
    parser.add_argument(
        "--least",
        choices=[str(severity) for severity in reversed(Severity)],
        help="leave out findings that are less severe (default: of the table warning, else info)",
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--rules", action="store_true", help="list the rules instead")
    parser.add_argument("--rule", metavar="ID", help="tell what one rule is about, with an example")
    parser.add_argument(
        "--format",
        choices=["table", "json", "sarif", "junit"],
        default="table",
        help="table for people (default), the others for machines",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if options.jobs < 1:
        raise Failure(f"--jobs {options.jobs}: one process is the least")
    if options.rules:
        return _list_rules(options.format)
    if options.rule:
        return _explain_rule(options.rule)
    if not options.input:
        raise Failure("audit takes one input or more; --rules lists the rules")
    schema = load_schema(options.schema)
    # What is wrong with types shows when they are asked.
    auditor = told(lambda: _auditor(options, schema))
    least = Severity(options.least or ("warning" if options.format == "table" else "info"))
    audited = told(lambda: list(_all(auditor, options)))
    _PRINTERS[options.format](audited, least)
    if not all(one.is_readable for one in audited):
        return CANT_READ
    return FINE if all(one.is_fine for one in audited) else FINDINGS


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


# Set before the processes fork, as a schema is large to send.
_auditor_of_all: Auditor
_format_of_all: str | None


def _audit_one(path: str) -> Audited:
    return _auditor_of_all.audited(path, _format_of_all)


def _ignore_interrupt() -> None:
    """Ctrl-C reaches every process of the terminal; the first one ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _all(auditor: Auditor, options: argparse.Namespace) -> Iterator[Audited]:
    global _auditor_of_all, _format_of_all
    _auditor_of_all, _format_of_all = auditor, options.input_format
    jobs = min(max(options.jobs, 1), len(options.input))
    with bar("auditing", len(options.input), "") as done:
        if jobs == 1:
            for path in options.input:
                yield _audit_one(path)
                done(1)
            return
        with multiprocessing.get_context("fork").Pool(jobs, _ignore_interrupt) as pool:
            for one in pool.imap(_audit_one, options.input, chunksize=4):
                yield one
                done(1)


def _print_table(audited: Sequence[Audited], least: Severity) -> None:
    for one in audited:
        kernel = f"{one.release or 'no release'}, {one.arch or 'architecture not told'}"
        kernel += f", checked as {one.checked_as}" if one.checked_as else ""
        shown = one.of_severity(least)
        left = len(one.findings) - len(shown)
        word = "remark" if least is Severity.WARNING else "less severe finding"
        remarks = f" ({counted(left, word)})" if left else ""
        compared = [
            f"{counted(number, 'value')} compared with the {what}"
            for number, what in ((one.compared_types, "types"), (one.compared_symbols, "symbols"))
            if number is not None
        ]
        print(
            ": ".join([one.path, "; ".join([kernel, *compared])] if one.is_readable else [one.path])
        )
        for remark in one.remarks:
            print(f"  {remark}")
        # The remedy of a rule stands once, behind all that it found.
        for (rule, remedy), found in itertools.groupby(shown, key=lambda f: (f.rule, f.remedy)):
            for finding in found:
                print("  ", end="")
                write_coloured(f"{finding.severity:7}", _COLOURS[finding.severity])
                print(f"  {_line(finding)}")
            if remedy:
                print(f"  {'':{len('warning') + len(rule) + 2}}  {remedy}")
        if not shown:
            print(f"  no finding{remarks}")
    print(_summary_line(audited))
    if least is not Severity.INFO and counts_of(audited)[Severity.INFO]:
        print("(remarks are shown by --least info)")


def _line(finding: Finding) -> str:
    place = f"line {finding.line}" if finding.line else ""
    about = ": ".join(part for part in (place, finding.key) if part)
    return f"{finding.rule}  {about}{': ' if about else ''}{finding.message}"


def _summary_line(audited: Sequence[Audited]) -> str:
    counts = counts_of(audited)
    parts = [counted(counts[s], s.value) for s in (Severity.ERROR, Severity.WARNING)]
    remarks = counted(counts[Severity.INFO], "remark")
    fine = sum(one.is_fine for one in audited)
    return f"{counted(len(audited), 'input')}, {fine} without a finding: {', '.join([*parts, remarks])}"


def _print_json(audited: Sequence[Audited], least: Severity) -> None:
    print_answer(answer(audited, least))


def _print_sarif(audited: Sequence[Audited], least: Severity) -> None:
    rules = {UNREADABLE: _UNREADABLE}
    rules |= {rule.id: rule.doc for rule in all_rules()}
    results = (
        sarif.Result(f.rule, _LEVELS[f.severity], _sarif_text(f), one.path, f.line or 1)
        for one in audited
        for f in one.of_severity(least)
    )
    print_json(sarif.report(rules, results))


def _sarif_text(finding: Finding) -> str:
    about = f"{finding.key}: " if finding.key else ""
    return about + finding.message + (f" ({finding.remedy})" if finding.remedy else "")


def _print_junit(audited: Sequence[Audited], least: Severity) -> None:
    names = {rule.id: rule.name for rule in all_rules()}
    print(
        junit.report(
            names,
            (
                (
                    one.path,
                    [
                        junit.Failed(f.rule, f.severity.value, _sarif_text(f))
                        for f in one.of_severity(least)
                        if f.severity is not Severity.INFO
                    ],
                )
                for one in audited
            ),
        )
    )


_PRINTERS = {
    "table": _print_table,
    "json": _print_json,
    "sarif": _print_sarif,
    "junit": _print_junit,
}


def _list_rules(format_: str) -> int:
    rows = [[UNREADABLE, "unreadable-input", "error", "", _UNREADABLE, ""]]
    rows += [[r.id, r.name, r.severity.value, r.needs, r.doc, r.remedy] for r in all_rules()]
    if format_ == "json":
        names = ("id", "name", "severity", "needs", "doc", "remedy")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(["RULE", "NAME", "SEVERITY", "NEEDS", "WHAT"], [row[:5] for row in rows])
    return FINE


def _explain_rule(word: str) -> int:
    if word in (UNREADABLE, "unreadable-input"):
        print(f"{UNREADABLE} unreadable-input, error\n\n{_UNREADABLE}")
        return FINE
    for rule in all_rules():
        if word in (rule.id, rule.name):
            needs = f" (with {rule.needs})" if rule.needs else ""
            print(f"{rule.id} {rule.name}, {rule.severity}{needs}\n\n{rule.doc}\n")
            print(f"Remedy: {rule.remedy}.\n\nFails:\n{rule.example.rstrip()}")
            return FINE
    raise Failure(f"unknown rule '{word}'; 'vmcoreinfo audit --rules' lists them", FINDINGS)
