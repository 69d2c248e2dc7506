# SPDX-License-Identifier: MIT
"""Results of audits of many inputs: counts, with one example each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ..grouping import group_of, without_values
from .rule import Finding, Severity
from .run import Audited

Key = TypeVar("Key")


class Cause(NamedTuple):
    """What findings with the same probable cause share; `text` has `N` for numbers.

    The key is None in the group for causes beyond the limit.
    """

    rule: str
    severity: Severity
    key: str | None
    text: str


class OfKernel(NamedTuple):
    """A build of a kernel, according to its notes; all None in the group for kernels beyond the
    limit."""

    release: str | None
    arch: str | None
    build_id: str | None


@dataclass
class Group:
    """The number of inputs and of those with findings; the example is the first of these, or of
    all."""

    inputs: int = 0
    failing: int = 0
    example: str = ""

    def add(self, inputs: int, failing: int, example: str) -> None:
        if not self.inputs or (failing and not self.failing):
            self.example = example
        self.inputs += inputs
        self.failing += failing


@dataclass
class Tally:
    """Counts over inputs; tallies of parts can be merged."""

    inputs: int = 0
    unreadable: int = 0
    without_findings: int = 0
    known: int = 0
    findings: Counter[Severity] = field(default_factory=Counter)
    causes: dict[Cause, Group] = field(default_factory=dict)
    rules: dict[tuple[str, Severity], Group] = field(default_factory=dict)
    kernels: dict[OfKernel, Group] = field(default_factory=dict)

    def add(self, one: Audited) -> None:
        self.count(one.path, OfKernel(one.release, one.arch, one.build_id), one.findings)
        self.known += one.known
        # The finding that it can't be read may be known from the baseline.
        self.unreadable += not one.is_readable and bool(one.findings)

    def count(self, path: str, kernel: OfKernel, findings: Iterable[Finding]) -> None:
        """Count an input and its findings."""
        causes: dict[Cause, None] = {}
        severities: set[tuple[str, Severity]] = set()
        for finding in findings:
            self.findings[finding.severity] += 1
            causes[cause_of(finding)] = None
            severities.add((finding.rule, finding.severity))
        failing = any(severity is not Severity.INFO for _, severity in severities)
        self.inputs += 1
        self.without_findings += not failing
        for cause in causes:
            _group(self.causes, cause, _OTHER_CAUSE).add(1, failing, path)
        for rule in severities:
            self.rules.setdefault(rule, Group()).add(1, failing, path)
        _group(self.kernels, kernel, _OTHER_KERNEL).add(1, failing, path)

    def merge(self, other: Tally) -> None:
        """Add the counts of later inputs."""
        self.inputs += other.inputs
        self.unreadable += other.unreadable
        self.without_findings += other.without_findings
        self.known += other.known
        self.findings += other.findings
        for cause, group in other.causes.items():
            _add(_group(self.causes, cause, _OTHER_CAUSE), group)
        for rule, group in other.rules.items():
            _add(self.rules.setdefault(rule, Group()), group)
        for kernel, group in other.kernels.items():
            _add(_group(self.kernels, kernel, _OTHER_KERNEL), group)


_OTHER_CAUSE = Cause("", Severity.INFO, None, "other causes")
_OTHER_KERNEL = OfKernel(None, None, None)


def cause_of(finding: Finding) -> Cause:
    return Cause(finding.rule, finding.severity, finding.key, without_values(finding.message))


def _group(groups: dict[Key, Group], key: Key, other: Key) -> Group:
    return group_of(groups, key, other, Group)


def _add(group: Group, other: Group) -> None:
    group.add(other.inputs, other.failing, other.example)
