# SPDX-License-Identifier: MIT
"""The results of audits, as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..query.interface.notes import (
    Audit,
    AuditCause,
    AuditedInput,
    AuditFinding,
    AuditKernel,
    AuditOverview,
    AuditSummary,
)
from .rule import Finding, Severity
from .run import Audited
from .tally import Tally


def answer(audited: Sequence[Audited], tally: Tally, least: Severity) -> Audit:
    """The findings with at least that severity; the summary counts all."""
    return Audit(inputs=[input_of(one, least) for one in audited], summary=summary_of(tally))


def input_of(one: Audited, least: Severity) -> AuditedInput:
    counts = dict.fromkeys(Severity, 0)
    for finding in one.findings:
        counts[finding.severity] += 1
    return AuditedInput(
        path=one.path,
        readable=one.is_readable,
        release=one.release,
        line=one.line,
        arch=one.arch,
        build_id=one.build_id,
        crash_time=one.crash_time,
        format=one.format,
        remarks=list(one.remarks),
        checked_as=one.checked_as,
        compared_types=one.compared_types,
        compared_symbols=one.compared_symbols,
        error=counts[Severity.ERROR],
        warning=counts[Severity.WARNING],
        info=counts[Severity.INFO],
        known=one.known,
        findings=[_told(finding) for finding in one.of_severity(least)],
    )


def audited_of(told: Any) -> Audited:
    """The input that `input_of` described. Raises KeyError, TypeError or ValueError for anything
    else."""
    findings = [
        Finding(
            str(one["rule"]),
            Severity(one["severity"]),
            one["key"],
            str(one["message"]),
            str(one["remedy"]),
            one["line"],
        )
        for one in told["findings"]
    ]
    return Audited(
        str(told["path"]),
        told["release"],
        told["arch"],
        tuple(findings),
        is_readable=bool(told["readable"]),
        build_id=told["build_id"],
        known=int(told["known"]),
    )


def overview(tally: Tally) -> AuditOverview:
    """Causes sorted by severity, kernels by failures; within these, those with most inputs
    first."""
    causes = sorted(
        tally.causes.items(), key=lambda c: (c[0].severity.rank, -c[1].inputs, c[0].rule, c[0].text)
    )
    kernels = sorted(tally.kernels.items(), key=lambda k: (-k[1].failing, -k[1].inputs))
    return AuditOverview(
        summary=summary_of(tally),
        causes=[
            AuditCause(
                rule=cause.rule,
                severity=cause.severity.value,
                key=cause.key,
                text=cause.text,
                inputs=group.inputs,
                example=group.example,
            )
            for cause, group in causes
        ],
        kernels=[
            AuditKernel(
                release=kernel.release,
                arch=kernel.arch,
                build_id=kernel.build_id,
                inputs=group.inputs,
                failing=group.failing,
                example=group.example,
            )
            for kernel, group in kernels
        ],
    )


def summary_of(tally: Tally) -> AuditSummary:
    return AuditSummary(
        inputs=tally.inputs,
        unreadable=tally.unreadable,
        without_findings=tally.without_findings,
        known=tally.known,
        error=tally.findings[Severity.ERROR],
        warning=tally.findings[Severity.WARNING],
        info=tally.findings[Severity.INFO],
    )


def _told(finding: Finding) -> AuditFinding:
    return AuditFinding(
        rule=finding.rule,
        severity=finding.severity.value,
        key=finding.key,
        message=finding.message,
        remedy=finding.remedy,
        line=finding.line,
    )
