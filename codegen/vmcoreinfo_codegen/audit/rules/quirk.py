# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.entry import Quirk
from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    # Garbage is recognised by its bytes, whatever the release.
    for line in subject.info.lines:
        told = subject.info.quirk(line.key) if line.status == "garbage" else None
        if told is not None:
            yield Found(line.key, f"{QuirkKind.GARBAGE.doc}: {told.text}", line.line)
    for line, entry in subject.entries():
        for quirk in subject.quirks(line.key, QuirkKind.UNENDED):
            remedy = "readers that expect a newline after each line fail"
            yield Found(line.key, quirk.kind.doc, line.line, remedy, Severity.INFO)
        applying = subject.quirks(line.key, QuirkKind.WRONG)
        for quirk in applying:
            yield Found(line.key, f"{quirk.kind.doc}: {quirk.text}", line.line)
        for export in subject.exports(entry):
            for quirk in export.quirks:
                stretches = _in_branch(subject, quirk)
                if quirk.kind is QuirkKind.WRONG and quirk not in applying and stretches:
                    message = f"{stretches} of this branch print it wrongly ({quirk.text}); the "
                    message += "release does not show whether this is one of them"
                    yield Found(line.key, message, line.line, None, Severity.INFO)


def _in_branch(subject: Subject, quirk: Quirk) -> str:
    """The affected releases of the stable branch, if the note does not give its stable release."""
    if len(subject.releases) < 2:
        return ""
    branch = subject.releases[0].branch
    inside = [(since, until) for since, until in quirk.ranges if since.branch == branch]
    return ", ".join(f"{since} to before {until}" for since, until in inside)


RULE = Rule(
    id="VMCA030",
    name="quirk",
    doc="No value is garbage that some kernels are known to print, recognised by its bytes, or a "
    "value that this release is known to print wrongly. A correct value without a newline after it "
    "is a remark.",
    severity=Severity.WARNING,
    remedy="ignore the value; 'vmcoreinfo explain KEY' shows what to use instead",
    example="""
OSRELEASE=6.6.60
BUILD-ID=1400000003000000474e55003b43fad503487449 ### the value has no meaning; ignore it: the note was parsed 12 bytes too early: the value is three words of its header and the first 8 bytes of the build ID (905415ff3ffb was backported to stable without the commits that fix it; a stable-only fix followed)
""",
    check=_check,
)
