# SPDX-License-Identifier: MIT
"""Rules of the audit, and their findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from .boot import Boot
from .subject import Subject

MOST_FINDINGS = 1000
"""The most findings of one rule in one note; the kernel's notes have fewer lines."""


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """The note misleads its readers."""
    WARNING = "warning"
    """Something is wrong, but most readers cope."""
    INFO = "info"
    """Worth knowing; nothing is wrong."""

    @property
    def rank(self) -> int:
        """The rank, 0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Found:
    """A rule's finding: the key at fault, if there is one, and its line, from 1.

    If `remedy` and `severity` are None, those of the rule apply.
    """

    key: str | None
    message: str
    line: int | None = None
    remedy: str | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Finding:
    """A reported finding."""

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
    """A rule of the audit.

    `example` is an x86_64 note that breaks it. Each line at fault ends in `### message`; a message
    about no particular line is on the first one. `needs` is the option that gives what the rule
    compares with.

    `check_boot` checks the values that differ between boots, `check` everything else: its findings
    in one note hold for the whole build. With other information about the kernel (`--btf`,
    `--symbols`), every note is checked on its own.
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
        """The findings that all notes of the build share."""
        return self._told(self.check(subject))

    def of_boot(self, subject: Subject, boot: Boot) -> Iterator[Finding]:
        """The findings in a note with these values; `subject` is any note of the build."""
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
