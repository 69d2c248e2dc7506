# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...dump.whole import Fault
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for flaw in subject.flaws:
        if flaw.fault is Fault.CUT:
            yield Found(None, flaw.text)
        elif flaw.fault is Fault.UNSEEN:
            remedy = "save it to a file, or rebuild it with 'makedumpfile -R', and audit that file"
            yield Found(None, flaw.text, None, remedy, Severity.INFO)


RULE = Rule(
    id="VMCA007",
    name="cut-dump",
    doc="A dump is complete: an ELF dump is as long as its program headers say, a compressed dump "
    "has its bitmaps, all page descriptors and the last page, a flattened dump has its end mark. "
    "What could not be checked is a remark.",
    severity=Severity.ERROR,
    remedy="the dump was truncated while it was written or copied: check for a full disk, and copy "
    "it again",
    example="""
OSRELEASE=6.12.0 ### the dump ends 4096 bytes before the end that its program headers give
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
