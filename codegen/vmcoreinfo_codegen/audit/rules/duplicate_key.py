# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for diagnostic in subject.info.diagnostics:
        if diagnostic.id != "duplicate" or diagnostic.key is None:
            continue
        values = {line.text for line in subject.info.lines if line.key == diagnostic.key}
        known = subject.quirks(diagnostic.key, QuirkKind.DUPLICATE)
        if known and len(values) == 1:
            message = f"printed more than once, as this kernel does: {known[0].text}"
            yield Found(diagnostic.key, message, diagnostic.line, "", Severity.INFO)
        else:
            message = "the key stands on an earlier line too"
            both = f", with another value ({', '.join(sorted(values))})" if len(values) > 1 else ""
            severity = Severity.ERROR if len(values) > 1 else None
            yield Found(diagnostic.key, message + both, diagnostic.line, None, severity)


RULE = Rule(
    id="VMCA004",
    name="duplicate-key",
    doc="A key stands once, but where the kernel is known to print it more often.",
    severity=Severity.WARNING,
    remedy="some readers take the first line and some the last: compare them with the memory of "
    "the dump",
    example="""
OSRELEASE=6.12.0
PAGESIZE=4096
PAGESIZE=8192 ### the key stands on an earlier line too, with another value (4096, 8192)
""",
    check=_check,
)
