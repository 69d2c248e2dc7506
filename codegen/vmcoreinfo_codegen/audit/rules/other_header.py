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
            f"the dump's header is for {subject.marked}, but the note is for {archs}",
            remedy="the note belongs to another kernel, or the header is corrupt",
        )
    names = subject.names
    if names is None:
        return
    if not names.system and not names.release:
        yield Found(
            None,
            "the dump's header names no kernel, as in dumps written by QEMU: drgn and libkdumpfile "
            "can't detect the architecture",
            remedy="use 'vmcoreinfo attach' to make a copy with the names, or give drgn the platform when opening "
            "the dump",
            severity=Severity.INFO,
        )
        return
    if names.system != "Linux":
        yield Found(None, f"the dump's header names the system {names.system!a}, not Linux")
    line = subject.info.line("OSRELEASE")
    if line is not None and line.text != names.release:
        message = f"{line.text} here, but {names.release!a} in the dump's header"
        yield Found("OSRELEASE", message, line.line)
    if subject.archs and not any(arch.is_called(names.machine) for arch in subject.archs):
        archs = " or ".join(arch.name for arch in subject.archs)
        yield Found(
            None,
            f"the dump's header names the machine {names.machine!a}, but the note is for {archs}",
        )


RULE = Rule(
    id="VMCA008",
    name="other-header",
    doc="The dump's header has the note's architecture; in a compressed dump it also names the "
    "system Linux and the note's release.",
    severity=Severity.ERROR,
    remedy="the tool that wrote the dump read the kernel's names from the wrong place, as "
    "makedumpfile before 1.6.9 does on 5.11 and later: pages may be missing too, so filter the "
    "original dump again; drgn opens the dump if you give it the platform",
    example="""
OSRELEASE=6.12.117 ### the dump's header names the system 'x', not Linux
PAGESIZE=4096
""",
    check=_check,
    needs="a dump",
)
