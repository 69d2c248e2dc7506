# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    for diagnostic in subject.info.diagnostics:
        if diagnostic.id == "truncated" and not _is_so(subject, diagnostic.key):
            yield Found(diagnostic.key, diagnostic.message, diagnostic.line)


def _is_so(subject: Subject, key: str | None) -> bool:
    """Whether this kernel prints that line without a newline: its quirk tells."""
    entry = subject.schema.by_key.get(key or "")
    return entry is not None and any(
        quirk.kind is QuirkKind.WRONG and any(quirk.applies(r, None) for r in subject.releases)
        for export in entry.exports
        for quirk in export.quirks
    )


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
