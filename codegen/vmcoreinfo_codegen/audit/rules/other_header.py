# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if subject.marked is not None:
        archs = " or ".join(arch.name for arch in subject.archs)
        yield Found(
            None,
            f"the header of the dump is of {subject.marked}; the note is of {archs}",
            remedy="the note is of another kernel, or the header was damaged",
        )
    names = subject.names
    if names is None:
        return
    if not names.system and not names.release:
        yield Found(
            None,
            "the header of the dump names no kernel, as in those that QEMU writes: drgn and "
            "libkdumpfile don't know the architecture",
            remedy="'vmcoreinfo attach' makes a copy with the names; or tell drgn the platform before it opens the "
            "dump",
            severity=Severity.INFO,
        )
        return
    if names.system != "Linux":
        yield Found(None, f"the header of the dump names the system {names.system!r}, not Linux")
    line = subject.info.line("OSRELEASE")
    if line is not None and line.text != names.release:
        message = f"{line.text} here, and {names.release!r} in the header of the dump"
        yield Found("OSRELEASE", message, line.line)
    if subject.archs and not any(arch.is_called(names.machine) for arch in subject.archs):
        archs = " or ".join(arch.name for arch in subject.archs)
        yield Found(
            None,
            f"the header of the dump names the machine {names.machine!r}; the note is of {archs}",
        )


RULE = Rule(
    id="VMCA008",
    name="other-header",
    doc="The header of a dump is of the architecture of the note; that of a compressed one names the "
    "system Linux, and the release of the note.",
    severity=Severity.ERROR,
    remedy="the tool that wrote the dump read the names of the kernel elsewhere, as makedumpfile "
    "before 1.6.9 on 5.11 and later: pages may be lost too, so filter the original anew; drgn "
    "opens the dump if it is told the platform",
    example="""
OSRELEASE=6.12.117 ### the header of the dump names the system 'x', not Linux
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
