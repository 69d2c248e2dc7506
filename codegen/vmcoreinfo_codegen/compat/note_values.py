# SPDX-License-Identifier: MIT
"""The values of a note, checked by the rules of the audit.

Apart from what answers say of them, so that a prediction without a note loads no rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vmcoreinfo import VmcoreInfo

from ..audit import Finding, Severity, Subject, all_rules, in_order
from ..audit.boot import BootLine
from ..model import Architecture
from ..model.kernel import Kernel
from .implausible import Implausible


class NoteValues:
    """The values of a note, or those of all notes of a build, of which it is the first."""

    def __init__(self, text: bytes, info: VmcoreInfo, kernel: Kernel, arch: Architecture) -> None:
        whole = Subject(text, info, kernel.schema, kernel, (arch,)).of_whole_lines()
        self._boot = whole.boot
        self._of_build = _wrong(f for rule in _RULES for f in rule.of_build(whole))
        # Without the intermediate results cached on the subject, which are larger than the note.
        self._subject = replace(whole, text=b"")

    def implausible(self, lines: Iterable[BootLine] = ()) -> tuple[Implausible, ...]:
        """The worst first; `lines` are the values of the boot, those of the first note if absent."""
        boot = self._boot.with_lines(lines)
        found = _wrong(f for rule in _RULES for f in rule.of_boot(self._subject, boot))
        every = in_order([*self._of_build, *found])
        return tuple(Implausible(one.key, _why(one)) for one in every if one.key is not None)


_RULES = tuple(rule for rule in all_rules() if rule.is_of_values)


def _wrong(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.severity is Severity.ERROR)


def _why(finding: Finding) -> str:
    return f"{finding.key}: {finding.message} ({finding.rule})"
