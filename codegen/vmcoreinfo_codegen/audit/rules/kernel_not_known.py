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
        # A cut first line may have been OSRELEASE; and --kernel may have given the release.
        if not is_cut and subject.release is None:
            message = "no OSRELEASE: checks that depend on the release are skipped"
            yield Found("OSRELEASE", message)
    elif subject.release is None:
        message = (
            f"'{line.text}' is not a release in the schema; checks that depend on it are skipped"
        )
        yield Found("OSRELEASE", message)
    elif is_newer(subject.schema, subject.info):
        message = (
            f"newer than {subject.schema.latest}, the latest release in the schema; checked "
            f"as {subject.schema.latest}"
        )
        remedy = "update the schema from a newer kernel tree with 'vmcoreinfo sync'"
        yield Found("OSRELEASE", message, None, remedy, Severity.INFO)
    if subject.release is not None and len(subject.archs) != 1:
        names = " ".join(arch.name for arch in subject.archs)
        message = f"its keys fit {len(subject.archs)} architectures equally ({names})"
        remedy = (
            "give the architecture with --arch; only rules that hold on all of them are checked"
        )
        yield Found(None, message, None, remedy, Severity.INFO)


RULE = Rule(
    id="VMCA005",
    name="kernel-not-known",
    doc="The note names its release, the schema has that release, and the architecture follows "
    "from the keys, the dump or --arch.",
    severity=Severity.WARNING,
    remedy="give the release with --kernel",
    example="""
PAGESIZE=4096 ### no OSRELEASE: checks that depend on the release are skipped
SIZE(list_head)=16
""",
    check=_check,
)
