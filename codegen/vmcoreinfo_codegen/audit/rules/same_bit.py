# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import Unit
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    seen: dict[tuple[Unit, int], str] = {}
    for line, entry in subject.entries():
        value = line.value
        if entry.unit not in (Unit.BIT, Unit.PAGE_TYPE) or not isinstance(value, int):
            continue
        other = seen.setdefault((entry.unit, value), line.key)
        if other != line.key:
            yield Found(line.key, f"{line.text} is also the value of {other}", line.line)


RULE = Rule(
    id="VMCA028",
    name="same-bit",
    doc="Page flags have distinct bits, and page types have distinct values.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="one of the two lines was changed: compare with the kernel's enumerators using --btf",
    example="""
OSRELEASE=6.12.0
NUMBER(PG_lru)=5
NUMBER(PG_private)=5 ### 5 is also the value of NUMBER(PG_lru)
""",
    check=_check,
)
