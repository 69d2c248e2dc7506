# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    line = subject.info.line("PAGESIZE")
    size = subject.number("PAGESIZE")
    if line is None or size is None:
        return
    sizes = {size for arch in subject.archs for size in arch.pages}
    if size <= 0 or size & (size - 1):
        yield Found("PAGESIZE", f"{size} is not a power of two", line.line)
    elif sizes and size not in sizes:
        known = ", ".join(map(str, sorted(sizes)))
        yield Found("PAGESIZE", f"{size} is not a possible page size: {known}", line.line)


RULE = Rule(
    id="VMCA020",
    name="page-size",
    doc="PAGESIZE is a power of two and a page size that the architecture supports.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="every reader depends on it: correct the line, or extract the note again",
    example="""
OSRELEASE=6.12.0
PAGESIZE=4095 ### 4095 is not a power of two
""",
    check=_check,
)
