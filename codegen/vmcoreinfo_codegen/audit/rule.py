# SPDX-License-Identifier: MIT
"""Rules of the audit, and their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from .boot import Boot
from .subject import Subject

MOST_FINDINGS = 1000
"""Of one rule in one note; what a kernel prints has fewer lines."""


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The note misleads whoever reads it."""
    WARNING = "warning"
    """Something is not as it should be, and most readers will do."""
    INFO = "info"
    """Worth knowing; nothing is wrong."""

    @property
    def rank(self) -> int:
        """From 0, the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Found:
    """What a rule found: the key at fault, if there is one, and the line of it, from 1.

    `remedy` and `severity` are the rule's where they are not given.
    """

    key: str | None
    message: str
    line: int | None = None
    remedy: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Finding:
    """What is reported."""

    rule: str
    severity: Severity
    key: str | None
    message: str
    remedy: str
    line: int | None = None


def _nothing(subject: Subject) -> Iterator[Found]:
    return iter(())


@dataclass(frozen=True)
class Rule:
    """One rule.

    `example` is a note that breaks it; each line at fault ends in `### message`, what the rule says
    there, and what is about no line is after the first. Its architecture is x86_64. `needs` is the
    option that gives what it compares with.

    `check_boot` looks at values that differ from boot to boot, `check` at everything else: what it finds
    in one note holds for all of the build. With what is known of the kernel beside the note (`--btf`,
    `--symbols`) every note is checked for itself.
    """

    id: str
    name: str
    doc: str
    severity: Severity
    remedy: str
    example: str
    check: Callable[[Subject], Iterator[Found]] = _nothing
    needs: str = ""
    check_boot: Callable[[Subject, Boot], Iterator[Found]] | None = None

    def run(self, subject: Subject) -> Iterator[Finding]:
        yield from self.of_build(subject)
        yield from self.of_boot(subject, subject.boot)

    def of_build(self, subject: Subject) -> Iterator[Finding]:
        """What it finds in every note of the build."""
        return self._told(self.check(subject))

    def of_boot(self, subject: Subject, boot: Boot) -> Iterator[Finding]:
        """What it finds in one that has these values; `subject` is any note of the build."""
        return self._told(self.check_boot(subject, boot)) if self.check_boot else iter(())

    def _told(self, all_found: Iterator[Found]) -> Iterator[Finding]:
        for number, found in enumerate(all_found):
            if number == MOST_FINDINGS:
                message = f"more than {MOST_FINDINGS} findings of this rule; the rest is left out"
                yield Finding(self.id, self.severity, None, message, self.remedy)
                return
            yield Finding(
                self.id,
                found.severity or self.severity,
                found.key,
                found.message,
                self.remedy if found.remedy is None else found.remedy,
                found.line,
            )
