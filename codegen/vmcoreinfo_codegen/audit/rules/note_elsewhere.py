# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...dump.whole import Fault
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for flaw in subject.flaws:
        if flaw.fault is Fault.ELSEWHERE:
            # Other tools can read a note that one tool does not find, as makedumpfile in ELF dumps
            # of QEMU.
            yield Found(None, flaw.text, None, None, Severity.INFO if flaw.tool else Severity.ERROR)


RULE = Rule(
    id="VMCA050",
    name="note-elsewhere",
    doc="The header of a compressed dump gives the note's correct location in offset_vmcoreinfo "
    "and size_vmcoreinfo; the program headers of an ELF dump directly follow its header.",
    severity=Severity.ERROR,
    remedy="tools find no note or a different one: filter the original dump again, or use "
    "'vmcoreinfo attach' to put the note where tools look",
    example="""
OSRELEASE=6.12.0 ### its header has the note nowhere, but it is among the ELF notes, at byte 8544; crash and makedumpfile look only there
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
