# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.key import Kind, argument_of
from ..layout import compiler_of, member_of
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    compiler = compiler_of(subject.archs)
    for line, entry in subject.entries():
        if entry.kind is not Kind.OFFSET or not isinstance(line.value, int):
            continue
        owner = argument_of(line.key).partition(".")[0]
        size = subject.number(f"SIZE({owner})")
        if size is None or size <= 0:
            continue
        needed = 1
        if compiler is not None:
            member = member_of(subject.schema, line.key, line.value, compiler)
            needed = member.layout.size if member is not None else 1
        if line.value >= size:
            message = f"{line.value} is outside {owner}, which has {size} bytes"
            yield Found(line.key, message, line.line)
        elif line.value + needed > size:
            message = (
                f"{needed} bytes at {line.value} reach outside {owner}, which has {size} bytes"
            )
            yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA023",
    name="offset-beyond-size",
    doc="A member lies within its structure: its OFFSET, plus the size of its type, does not "
    "exceed the SIZE.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="one of the two is wrong: compare with the kernel's types using --btf",
    example="""
OSRELEASE=6.12.0
SIZE(page)=64
OFFSET(page.private)=64 ### 64 is outside page, which has 64 bytes
OFFSET(page.lru)=56 ### 16 bytes at 56 reach outside page, which has 64 bytes
""",
    check=_check,
)
