# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.key import Kind, argument_of
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for line, entry in subject.entries():
        if entry.kind is not Kind.OFFSET or not isinstance(line.value, int):
            continue
        owner = argument_of(line.key).partition(".")[0]
        size = subject.number(f"SIZE({owner})")
        if size is not None and line.value >= size > 0:
            message = f"{line.value} is not inside {owner}, which has {size} bytes"
            yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA023",
    name="offset-beyond-size",
    doc="The OFFSET of a member is less than the SIZE of what it is a member of.",
    severity=Severity.ERROR,
    remedy="one of the two is wrong: compare with the kernel's types by --btf",
    example="""
OSRELEASE=6.12.0
SIZE(page)=64
OFFSET(page.private)=64 ### 64 is not inside page, which has 64 bytes
""",
    check=_check,
)
