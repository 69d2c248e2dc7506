# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.entry import Change
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    release = subject.release
    if release is None:
        return
    for line, entry in subject.entries():
        for export in subject.exports(entry):
            past = export.changed_by(release.moment)
            if past:
                yield Found(line.key, _text(past[-1]), line.line)


def _text(change: Change) -> str:
    return f"has a different meaning than before {change.boundary.told}: {change.text}"


RULE = Rule(
    id="VMCA031",
    name="changed-meaning",
    doc="Names keys whose meaning changed, as readers older than the change still assume the old "
    "meaning.",
    severity=Severity.INFO,
    remedy="check that the tool that reads this dump knows the new meaning",
    example="""
OSRELEASE=4.18.0
NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129 ### has a different meaning than before 4.18: A page type: the complement of one type bit. Until then it was the map count -128.
""",
    check=_check,
)
