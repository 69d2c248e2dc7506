# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if subject.cut:
        yield Found(None, f"the dump ends {subject.cut} bytes before what its program headers say")


RULE = Rule(
    id="VMCA007",
    name="cut-dump",
    doc="An ELF dump is as long as its program headers say; what other forms lack is not seen here.",
    severity=Severity.ERROR,
    remedy="the dump was not copied or written whole: look for a full disk, and copy it again",
    example="""
OSRELEASE=6.12.0 ### the dump ends 4096 bytes before what its program headers say
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
