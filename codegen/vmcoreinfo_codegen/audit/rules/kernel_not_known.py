# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..identify import is_newer
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    line = subject.info.line("OSRELEASE")
    if line is None:
        is_cut = subject.unfinished is not None and subject.unfinished.line == 1
        # Of a cut line nobody knows what it would say; and --kernel may have told.
        if not is_cut and subject.release is None:
            message = "no OSRELEASE: what depends on the release is not checked"
            yield Found("OSRELEASE", message)
    elif subject.release is None:
        message = (
            f"'{line.text}' is no release that the schema knows; what depends on it is not checked"
        )
        yield Found("OSRELEASE", message)
    elif is_newer(subject.schema, subject.info):
        message = f"the schema ends at {subject.schema.latest}; the note is checked as one of that"
        remedy = "'vmcoreinfo sync' brings a schema up to a newer kernel tree"
        yield Found("OSRELEASE", message, None, remedy, Severity.INFO)
    if subject.release is not None and len(subject.archs) != 1:
        names = " ".join(arch.name for arch in subject.archs)
        message = f"its keys fit {len(subject.archs)} architectures alike ({names})"
        remedy = "name it with --arch; checked is what holds on all of them"
        yield Found(None, message, None, remedy, Severity.INFO)


RULE = Rule(
    id="VMCA005",
    name="kernel-not-known",
    doc="The note says which release it is of, and one that the schema knows; its keys, the dump or "
    "--arch tell the architecture.",
    severity=Severity.WARNING,
    remedy="name the release with --kernel",
    example="""
PAGESIZE=4096 ### no OSRELEASE: what depends on the release is not checked
SIZE(list_head)=16
""",
    check=_check,
)
