# SPDX-License-Identifier: MIT
"""What audits came to, as an answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..query.interface.notes import Audit, AuditedInput, AuditFinding, AuditSummary
from .rule import Finding, Severity
from .run import Audited


def answer(audited: Sequence[Audited], least: Severity) -> Audit:
    """Findings that are at least so severe; the summary counts all."""
    counts = counts_of(audited)
    return Audit(
        inputs=[
            AuditedInput(
                path=one.path,
                release=one.release,
                line=one.line,
                arch=one.arch,
                format=one.format,
                remarks=list(one.remarks),
                checked_as=one.checked_as,
                compared_types=one.compared_types,
                compared_symbols=one.compared_symbols,
                findings=[_told(finding) for finding in one.of_severity(least)],
            )
            for one in audited
        ],
        summary=AuditSummary(
            inputs=len(audited),
            unreadable=sum(not one.is_readable for one in audited),
            without_findings=sum(one.is_fine for one in audited),
            error=counts[Severity.ERROR],
            warning=counts[Severity.WARNING],
            info=counts[Severity.INFO],
        ),
    )


def counts_of(audited: Sequence[Audited]) -> Counter[Severity]:
    return Counter(finding.severity for one in audited for finding in one.findings)


def _told(finding: Finding) -> AuditFinding:
    return AuditFinding(
        rule=finding.rule,
        severity=finding.severity.value,
        key=finding.key,
        message=finding.message,
        remedy=finding.remedy,
        line=finding.line,
    )
