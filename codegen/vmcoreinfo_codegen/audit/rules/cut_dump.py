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
            remedy = "copy it to a file, or put it together by 'makedumpfile -R', and audit that"
            yield Found(None, flaw.text, None, remedy, Severity.INFO)


RULE = Rule(
    id="VMCA007",
    name="cut-dump",
    doc="A dump has all that it describes: an ELF dump is as long as its program headers say, a "
    "compressed one has its bitmaps, the descriptors of all pages that they have, and the last of the "
    "pages, a flattened one its end mark. What was not looked at is a remark.",
    severity=Severity.ERROR,
    remedy="the dump was not copied or written whole: look for a full disk, and copy it again",
    example="""
OSRELEASE=6.12.0 ### the dump ends 4096 bytes before what its program headers say
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
