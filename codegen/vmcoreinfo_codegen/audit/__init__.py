# SPDX-License-Identifier: MIT
"""Audit of notes: rules, one a file in `rules/`, each with its failing example."""

from __future__ import annotations

from functools import lru_cache

from ..discovery import rules_in
from . import rules
from .rule import Finding, Rule, Severity
from .subject import Subject


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    return tuple(rules_in(rules))


def audit(subject: Subject) -> list[Finding]:
    """Everything that the rules find in one note: the worst first, then by rule and line."""
    subject = subject.of_whole_lines()
    findings = [finding for rule in all_rules() for finding in rule.run(subject)]
    severities = list(Severity)
    return sorted(
        findings, key=lambda f: (severities.index(f.severity), f.rule, f.line or 0, f.key or "")
    )


__all__ = ["Finding", "Rule", "Severity", "Subject", "all_rules", "audit"]
