# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    last = subject.unfinished
    if last is not None and not subject.ends.tail:
        yield Found(last.key, "the last line has no newline; it may be truncated", last.line)


RULE = Rule(
    id="VMCA002",
    name="cut-line",
    doc="The last line ends in a newline; without one it may be truncated. Other rules skip such a "
    "line.",
    severity=Severity.WARNING,
    remedy="do not trust the last line's value, and check which keys should follow it; some "
    "readers drop the line",
    example="""
OSRELEASE=6.12.0
CRASHTIME=17 ### the last line has no newline; it may be truncated
""".rstrip("\n"),
    check=_check,
)
