# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...problem import did_you_mean
from ..rule import Found, Rule, Severity
from ..subject import Subject

# A search for similar keys takes some milliseconds, and longer for long keys.
_MOST_HINTS = 100


def _check(subject: Subject) -> Iterator[Found]:
    hints = _MOST_HINTS
    for line in subject.info.lines:
        if line.format is None:
            hints -= 1
            hint = did_you_mean(line.key, subject.schema.by_key) if hints >= 0 else ""
            message = "no mainline kernel in the schema exports this key"
            yield Found(line.key, f"{message}; {hint}" if hint else message, line.line)


RULE = Rule(
    id="VMCA010",
    name="unknown-key",
    doc="Every key is exported by some mainline kernel.",
    severity=Severity.WARNING,
    remedy="a vendor's addition, or a kernel newer than the schema: check the kernel's sources "
    "with 'vmcoreinfo extract'",
    example="""
OSRELEASE=6.12.0
SIZE(pages)=64 ### no mainline kernel in the schema exports this key; did you mean SIZE(page)?
""",
    check=_check,
)
