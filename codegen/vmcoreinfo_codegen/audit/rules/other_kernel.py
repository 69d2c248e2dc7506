# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    truth = subject.truth
    for key, theirs in (("OSRELEASE", truth.release), ("BUILD-ID", truth.build_id)):
        line = subject.info.line(key)
        # Rule VMCA030 reports garbage.
        if line is None or theirs is None or line.text == theirs or line.status == "garbage":
            continue
        yield Found(key, f"{line.text} here, but {theirs} in {truth.vmlinux_name}", line.line)


RULE = Rule(
    id="VMCA040",
    name="other-kernel",
    doc="With --vmlinux: its release and build ID match the note.",
    severity=Severity.ERROR,
    remedy="use the vmlinux of the kernel that crashed; find it by the note's build ID",
    example="""
OSRELEASE=6.12.0 ### 6.12.0 here, but 6.12.1 in vmlinux
BUILD-ID=3bde3ce03156c39bec3310fbdd6bd14bfbefb62e ### 3bde3ce03156c39bec3310fbdd6bd14bfbefb62e here, but 0123456789abcdef0123456789abcdef01234567 in vmlinux
""",
    check=_check,
    needs="--vmlinux",
)
