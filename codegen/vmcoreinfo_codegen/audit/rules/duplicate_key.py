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
        known = _why(subject, diagnostic.key)
        if known and len(values) == 1:
            message = f"printed more than once, as this kernel does: {known}"
            yield Found(diagnostic.key, message, diagnostic.line, "", Severity.INFO)
        else:
            message = "the key stands on an earlier line too"
            both = f", with another value ({', '.join(sorted(values))})" if len(values) > 1 else ""
            severity = Severity.ERROR if len(values) > 1 else None
            yield Found(diagnostic.key, message + both, diagnostic.line, None, severity)


def _why(subject: Subject, key: str) -> str:
    """The quirk by which this kernel prints the key more than once."""
    entry = subject.schema.by_key[key]
    for export in subject.exports(entry) + list(entry.exports):
        for quirk in export.quirks:
            if quirk.kind is QuirkKind.DUPLICATE and any(
                quirk.applies(release, arch.name)
                for release in subject.releases
                for arch in subject.archs
            ):
                return quirk.text
    return ""


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
