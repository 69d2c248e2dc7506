# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for diagnostic in subject.info.diagnostics:
        # Some kernels print a line without a newline: its quirk tells.
        if diagnostic.id == "truncated" and not subject.quirks(
            diagnostic.key or "", QuirkKind.WRONG
        ):
            yield Found(diagnostic.key, diagnostic.message, diagnostic.line)


RULE = Rule(
    id="VMCA002",
    name="cut-line",
    doc="The last line ends in a newline; where it does not, text is missing behind it.",
    severity=Severity.WARNING,
    remedy="do not trust the value of the last line, and look for what should follow it; some "
    "readers drop the line",
    example="""
OSRELEASE=6.12.0
PAGESIZE=40 ### the last line has no newline; it may be cut
""".rstrip("\n"),
    check=_check,
)
