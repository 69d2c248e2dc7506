# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
from collections.abc import Iterator

from ...model import Entry
from ...model.vocabulary import Format
from ..rule import Found, Rule, Severity
from ..subject import Subject

_FORMS = {
    Format.DECIMAL: r"0|[1-9][0-9]*",
    Format.SIGNED: r"0|-?[1-9][0-9]*",
    Format.HEX: r"[0-9a-f]+",
    Format.PREFIXED_HEX: r"0x[0-9a-f]+",
    Format.STRING: r"[!-~]+",
    Format.HEXBYTES: r"(?:[0-9a-f]{2})+",
    Format.FLAG: r"y",
}


def _check(subject: Subject) -> Iterator[Found]:
    for line, entry in subject.entries():
        formats = _formats(subject, entry)
        if not any(re.fullmatch(_FORMS[format_], line.text) for format_ in formats):
            docs = ", or ".join(format_.doc for format_ in formats)
            message = f"'{line.text[:40]}' is not how the kernel prints it: {docs}"
            yield Found(line.key, message, line.line)


def _formats(subject: Subject, entry: Entry) -> tuple[Format, ...]:
    """The formats in which the kernel, as far as it is known, may print an entry."""
    if len(entry.formats) == 1:
        return entry.formats
    found = {
        entry.format_of(export, release): None
        for release in subject.releases
        for arch in subject.archs
        for export in entry.exports_for(arch.name, release)
    }
    return tuple(found) or entry.formats


RULE = Rule(
    id="VMCA014",
    name="other-form",
    doc="A readable value is written exactly as the kernel prints it: prefix, case, no leading "
    "zeros in decimal.",
    severity=Severity.WARNING,
    remedy="a tool wrote this line, not the kernel; readers that accept only the kernel's form "
    "fail",
    example="""
OSRELEASE=6.12.0
SYMBOL(_stext)=0xffffffff81000000 ### '0xffffffff81000000' is not how the kernel prints it: hexadecimal digits without a prefix: `%lx`
SIZE(page)=064 ### '064' is not how the kernel prints it: digits, no sign: `%lu`
""",
    check=_check,
)
