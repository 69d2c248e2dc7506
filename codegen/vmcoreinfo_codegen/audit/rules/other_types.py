# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..compare import with_types
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for line, values in with_types(subject):
        if line.value not in values:
            theirs = " or ".join(map(str, sorted(values)))
            message = f"{line.value!r} here, but {theirs} in {subject.truth.facts_name}"
            yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA041",
    name="other-types",
    doc="With --btf or --vmlinux: every OFFSET, SIZE, LENGTH and enumerator matches the kernel's "
    "types.",
    severity=Severity.ERROR,
    remedy="the types belong to another kernel, or the text was changed; trust types with the same "
    "build ID",
    example="""
OSRELEASE=6.12.0
SIZE(list_head)=24 ### 24 here, but 16 in btf
OFFSET(list_head.prev)=16 ### 16 here, but 8 in btf
""",
    check=_check,
    needs="--btf",
)
