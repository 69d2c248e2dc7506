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
        return Found(entry.key, f"exported only on {', '.join(archs)}", line, _OTHER_ARCH)
    if all(export.is_out_of_tree for export in here):
        text = "no mainline release exports it"
        return Found(entry.key, text, line, "possibly built with a vendor's patch", Severity.INFO)
    spans = [span for export in here for span in export.spans]
    first = earliest(span.since for span in spans)
    if release.moment < first.release.opening:
        text = f"mainline exports it only since {first.told}"
        is_of_distribution = subject.kernel is not None and subject.kernel.is_of_distribution
        where = "the distribution" if is_of_distribution else "a stable release or a vendor"
        remedy = f"possibly backported by {where}"
        return Found(entry.key, f"{text}, but this is {release}", line, remedy, Severity.INFO)
    last = ending(spans, release.moment)
    if last is not None:
        instead = f", replaced by {' '.join(entry.replaced_by)}" if entry.replaced_by else ""
        text = f"removed from mainline in {last.told}{instead}; this is {release}"
        remedy = "the vendor kept it, or the text is from another kernel"
        # A vendor may keep an entry; for a known vendor the schema would say so.
        severity = Severity.INFO if subject.may_be_backported else None
        return Found(entry.key, text, line, remedy, severity)
    return Found(entry.key, f"mainline does not export it in {release}", line)


_OTHER_ARCH = "the architecture is wrong (--arch), or a vendor's kernel prints it"

RULE = Rule(
    id="VMCA013",
    name="outside-life",
    doc="Every known key is exported by this release on this architecture. A key of a later "
    "release is a remark, as the kernel may have the patch.",
    severity=Severity.WARNING,
    remedy="a vendor's kernel, or a text from another kernel",
    example="""
OSRELEASE=6.9.0
SYMBOL(vmap_area_list)=ffffffff82a18000 ### removed from mainline in 6.9, replaced by NUMBER(VMALLOC_START); this is 6.9
NUMBER(PAGE_UNACCEPTED_MAPCOUNT_VALUE)=-150994944 ### mainline exports it only since 6.16, but this is 6.9
NUMBER(TCR_EL1_T1SZ)=0x10 ### exported only on arm64
""",
    check=_check,
)
