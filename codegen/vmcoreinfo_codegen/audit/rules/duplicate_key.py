# SPDX-License-Identifier: MIT
from __future__ import annotations

import heapq
from collections.abc import Iterator

from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject

_MOST_VALUES = 4


def _check(subject: Subject) -> Iterator[Found]:
    texts: dict[str, set[str]] = {}
    for line in subject.info.lines:
        texts.setdefault(line.key, set()).add(line.text)
    listed = {key: _listed(values) for key, values in texts.items() if len(values) > 1}
    for diagnostic in subject.info.diagnostics:
        if diagnostic.id != "duplicate" or diagnostic.key is None:
            continue
        values = texts[diagnostic.key]
        known = subject.quirks(diagnostic.key, QuirkKind.DUPLICATE)
        if known and len(values) == 1:
            message = f"printed more than once, as this kernel does: {known[0].text}"
            yield Found(diagnostic.key, message, diagnostic.line, "", Severity.INFO)
        else:
            message = "the key is also on an earlier line"
            others = listed.get(diagnostic.key)
            both = f", with a different value ({others})" if others else ""
            severity = Severity.ERROR if others else None
            yield Found(diagnostic.key, message + both, diagnostic.line, None, severity)


def _listed(values: set[str]) -> str:
    shown = [value[:40] for value in heapq.nsmallest(_MOST_VALUES, values)]
    more = [f"{len(values) - len(shown)} more"] if len(values) > len(shown) else []
    return ", ".join([*shown, *more])


RULE = Rule(
    id="VMCA004",
    name="duplicate-key",
    doc="Each key appears once, unless the kernel is known to print it more often.",
    severity=Severity.WARNING,
    is_of_values=True,
    remedy="some readers use the first line, others the last: compare both with the dump's memory",
    example="""
OSRELEASE=6.12.0
PAGESIZE=4096
PAGESIZE=8192 ### the key is also on an earlier line, with a different value (4096, 8192)
""",
    check=_check,
)
