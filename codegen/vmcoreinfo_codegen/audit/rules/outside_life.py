# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import Entry
from ...model.timeline import earliest, ending
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if not subject.predictions:
        return
    for line, entry in subject.entries():
        if not any(entry.key in predicted for predicted in subject.predictions):
            yield _found(subject, entry, line.line)


def _found(subject: Subject, entry: Entry, line: int) -> Found:
    release = subject.release
    assert release is not None
    here = [e for e in entry.exports if any(e.concerns(arch.name) for arch in subject.archs)]
    if not here:
        archs = sorted({name for e in entry.exports for name in e.archs or ()})
        return Found(entry.key, f"exported on {', '.join(archs)} alone", line, _OTHER_ARCH)
    if all(export.is_out_of_tree for export in here):
        text = "no release of mainline exports it"
        return Found(entry.key, text, line, "built with a vendor's patch?", Severity.INFO)
    spans = [span for export in here for span in export.spans]
    first = earliest(span.since for span in spans)
    if release.moment < first.release.opening:
        text = f"mainline exports it since {first.told}"
        is_of_distribution = subject.kernel is not None and subject.kernel.is_of_distribution
        where = "the distribution" if is_of_distribution else "a stable release or a vendor"
        remedy = f"backported by {where}?"
        return Found(entry.key, f"{text}, and this is {release}", line, remedy, Severity.INFO)
    last = ending(spans, release.moment)
    if last is not None:
        instead = f"; {' '.join(entry.replaced_by)} came for it" if entry.replaced_by else ""
        text = f"mainline does not export it since {last.told}, and this is {release}{instead}"
        remedy = "the vendor kept it, or the text is not of this kernel"
        # What a vendor keeps is nothing wrong, and of one that is known we would know.
        severity = Severity.INFO if subject.may_be_backported else None
        return Found(entry.key, text, line, remedy, severity)
    return Found(entry.key, f"mainline does not export it in {release}", line)


_OTHER_ARCH = "the architecture is another one (--arch), or a vendor's kernel prints it"

RULE = Rule(
    id="VMCA013",
    name="outside-life",
    doc="A known key is one that this release exports on this architecture. One of a later release is a "
    "remark: a kernel may be built with the patch.",
    severity=Severity.WARNING,
    remedy="a vendor's kernel, or a text that is not of this kernel",
    example="""
OSRELEASE=6.9.0
SYMBOL(vmap_area_list)=ffffffff82a18000 ### mainline does not export it since 6.9, and this is 6.9; NUMBER(VMALLOC_START) came for it
NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-150994944 ### mainline exports it since 6.16, and this is 6.9
NUMBER(TCR_EL1_T1SZ)=0x10 ### exported on arm64 alone
""",
    check=_check,
)
