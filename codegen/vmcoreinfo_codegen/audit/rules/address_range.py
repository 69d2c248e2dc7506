# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import Unit
from ..boot import Boot
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject, boot: Boot) -> Iterator[Found]:
    halves = [arch.kernel_half for arch in subject.archs]
    widths = {arch.bits for arch in subject.archs}
    known = [half for half in halves if half is not None]
    least = min(known) if known and len(known) == len(halves) else None
    for line in boot.lines:
        if line.entry.unit is not Unit.ADDRESS:
            continue
        if widths == {32} and line.value >> 32:
            yield Found(line.key, f"{line.text} is not a 32-bit address", line.line)
        elif least is not None and line.value < least:
            message = f"{line.text} is below the kernel's half of the address space"
            yield Found(line.key, f"{message}, which starts at {least:x}", line.line)


RULE = Rule(
    id="VMCA021",
    name="address-range",
    doc="Kernel addresses are in the kernel's half of the address space, on architectures that "
    "have one.",
    severity=Severity.ERROR,
    is_of_values=True,
    remedy="a physical address, a value from another kernel, or corruption: compare with "
    "System.map using --symbols",
    example="""
OSRELEASE=6.12.0
SYMBOL(_stext)=7fffffff81000000 ### 7fffffff81000000 is below the kernel's half of the address space, which starts at ff00000000000000
""",
    check_boot=_check,
)
