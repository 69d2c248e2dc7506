# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject

_IDS = ("malformed", "overflow", "not-text")


def _check(subject: Subject) -> Iterator[Found]:
    for diagnostic in subject.info.diagnostics:
        if diagnostic.id in _IDS:
            yield Found(diagnostic.key, diagnostic.message, diagnostic.line)


RULE = Rule(
    id="VMCA001",
    name="unreadable-line",
    doc="Each line is KEY=VALUE in printable ASCII, with a value in the key's format.",
    severity=Severity.ERROR,
    remedy="extract the note again ('vmcoreinfo find' shows other copies); readers treat such a "
    "line as absent or as 0, or truncate it",
    example="""
OSRELEASE=6.12.0
PAGESIZE=4k ### the value is not a signed decimal number
SYMBOL(init_uts_ns)=fffffffffffffffff ### the number does not fit in 64 bits
""",
    check=_check,
)
