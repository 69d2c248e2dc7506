# SPDX-License-Identifier: MIT
"""The output of `audit` for people: each input, and summaries of many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from ..audit import all_rules
from ..audit.rule import Finding, Severity
from ..audit.run import UNREADABLE, Audited
from ..audit.tally import Cause, Tally
from .layout import print_verdicts, wrapped
from .output import counted, print_table

_MOST_CAUSES = 3
_MOST_KERNELS = 20
_MOST_CELL = 100


def print_each(one: Audited, least: Severity) -> None:
    """One input with its findings."""
    shown = one.of_severity(least)
    left = len(one.findings) - len(shown)
    word = "remark" if least is Severity.WARNING else "less severe finding"
    notes = [counted(left, word)] if left else []
    if one.known:
        notes.append(f"{counted(one.known, 'finding')} in the baseline")
    print(
        wrapped(": ".join([one.path, _kernel(one)] if one.is_readable else [one.path]), "", "    ")
    )
    for remark in one.remarks:
        print(wrapped(remark, "  ", "  "))
    # The remedy of a rule is shown once, after all its findings.
    for (rule, remedy), found in itertools.groupby(shown, key=lambda f: (f.rule, f.remedy)):
        hanging = " " * (len("warning") + len(rule) + 6)
        for finding in found:
            print_verdicts(wrapped(_line(finding), f"  {finding.severity:7}  ", hanging))
        if remedy:
            print(wrapped(remedy, hanging, hanging))
    if not shown:
        print("  no findings" + (f" ({', '.join(notes)})" if notes else ""))


def _kernel(one: Audited) -> str:
    told = f"{one.release or 'unknown release'}, {one.arch or 'unknown architecture'}"
    told += f", checked as {one.checked_as}" if one.checked_as else ""
    compared = [
        f"{counted(number, 'value')} compared with the {what}"
        for number, what in ((one.compared_types, "types"), (one.compared_symbols, "symbols"))
        if number is not None
    ]
    return "; ".join([told, *compared])


def _line(finding: Finding) -> str:
    place = f"line {finding.line}" if finding.line else ""
    about = ": ".join(part for part in (place, finding.key) if part)
    return f"{finding.rule}  {about}{': ' if about else ''}{finding.message}"


def print_summary(tally: Tally, least: Severity) -> None:
    """One line, after the inputs."""
    counts = tally.findings
    parts = [counted(counts[s], s.value) for s in (Severity.ERROR, Severity.WARNING)]
    parts.append(counted(counts[Severity.INFO], "remark"))
    known = f"; {counted(tally.known, 'finding')} in the baseline left out" if tally.known else ""
    fine = f"{tally.without_findings} without findings"
    print(wrapped(f"{counted(tally.inputs, 'input')}, {fine}: {', '.join(parts)}{known}", "", "  "))
    if least is not Severity.INFO and counts[Severity.INFO]:
        print("(use --least info to show remarks)")


def print_overview(tally: Tally, least: Severity) -> None:
    """Numbers of inputs by rule and cause, and by kernel, with one example each."""
    print_summary(tally, least)
    if tally.unreadable:
        print(f"{counted(tally.unreadable, 'input')} unreadable or without a note")
    rules = list(_rules(tally, least))
    if rules:
        print()
        print_table(["RULE", "SEVERITY", "INPUTS", "WHAT", "EXAMPLE"], rules)
    kernels = sorted(tally.kernels.items(), key=lambda k: (-k[1].failing, -k[1].inputs))
    if kernels:
        print()
        print_table(
            ["RELEASE", "ARCHITECTURE", "BUILD ID", "INPUTS", "FAILING", "EXAMPLE"],
            [
                [
                    kernel.release or "-",
                    kernel.arch or "-",
                    (kernel.build_id or "-")[:12],
                    str(group.inputs),
                    str(group.failing),
                    group.example,
                ]
                for kernel, group in kernels[:_MOST_KERNELS]
            ],
        )
        if len(kernels) > _MOST_KERNELS:
            print(f"... and {len(kernels) - _MOST_KERNELS} more kernels")


def _rules(tally: Tally, least: Severity) -> Iterator[list[str]]:
    """A row for each rule, followed by rows for its most frequent causes."""
    names = {UNREADABLE: "unreadable-input"} | {rule.id: rule.name for rule in all_rules()}
    found = sorted(tally.rules.items(), key=lambda r: (r[0][1].rank, -r[1].inputs, r[0][0]))
    for (rule, severity), group in found:
        if severity.rank > least.rank:
            continue
        causes = sorted(
            ((c, g) for c, g in tally.causes.items() if (c.rule, c.severity) == (rule, severity)),
            key=lambda c: -c[1].inputs,
        )
        if len(causes) == 1:
            yield [rule, severity, str(group.inputs), _what(causes[0][0]), group.example]
            continue
        yield [rule, severity, str(group.inputs), names.get(rule, ""), group.example]
        for cause, one in causes[:_MOST_CAUSES]:
            yield ["", "", str(one.inputs), f"  {_what(cause)}", one.example]
        if len(causes) > _MOST_CAUSES:
            yield ["", "", "", f"  ... and {len(causes) - _MOST_CAUSES} more", ""]


def _what(cause: Cause) -> str:
    text = f"{cause.key}: {cause.text}" if cause.key else cause.text
    return text if len(text) <= _MOST_CELL else f"{text[: _MOST_CELL - 3]}..."
