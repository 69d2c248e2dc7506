# SPDX-License-Identifier: MIT
"""Audit of notes: one rule per file in `rules/`, each with a failing example."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..discovery import rules_in
from . import rules
from .boot import Boot
from .rule import Finding, Rule, Severity
from .subject import Subject


@lru_cache(maxsize=1)
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    return tuple(rules_in(rules))


def audit(subject: Subject) -> list[Finding]:
    """All findings in a note: the worst first, then by rule and line."""
    subject = subject.of_whole_lines()
    return in_order(finding for rule in all_rules() for finding in rule.run(subject))


def of_build(subject: Subject) -> list[Finding]:
    """The findings that all notes of the build share; `subject` has only whole lines."""
    return [finding for rule in all_rules() for finding in rule.of_build(subject)]


def of_boot(subject: Subject, boot: Boot) -> list[Finding]:
    """The findings in a note of the build with these values."""
    return [finding for rule in _boot_rules() for finding in rule.of_boot(subject, boot)]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, the worst first, then by rule and line."""
    return sorted(findings, key=lambda f: (f.severity.rank, f.rule, f.line or 0, f.key or ""))


@lru_cache(maxsize=1)
def _boot_rules() -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if rule.check_boot is not None)


__all__ = [
    "Finding",
    "Rule",
    "Severity",
    "Subject",
    "all_rules",
    "audit",
    "in_order",
    "of_boot",
    "of_build",
]
