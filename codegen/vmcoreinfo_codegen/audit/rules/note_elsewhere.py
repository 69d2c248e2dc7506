# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...dump.whole import Fault
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for flaw in subject.flaws:
        if flaw.fault is Fault.ELSEWHERE:
            # What one tool can't find, as makedumpfile in ELF dumps of QEMU's, others read.
            yield Found(None, flaw.text, None, None, Severity.INFO if flaw.tool else Severity.ERROR)


RULE = Rule(
    id="VMCA050",
    name="note-elsewhere",
    doc="The header of a compressed dump says where its note is, by offset_vmcoreinfo and "
    "size_vmcoreinfo, and says it right; the program headers of an ELF dump are right behind its header.",
    severity=Severity.ERROR,
    remedy="tools find no note, or another: filter the original anew; 'vmcoreinfo attach' writes a dump "
    "with its note where they look",
    example="""
OSRELEASE=6.12.0 ### its header has the note nowhere, and it is among the ELF notes, at byte 8544; crash and makedumpfile look nowhere else
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
