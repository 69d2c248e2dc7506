# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator
from statistics import median_low

from ..boot import Boot, BootLine
from ..rule import Found, Rule, Severity
from ..subject import Subject

_MOST = 1 << 30
"""The largest image: x86_64 has 1 GiB for it, others less."""
_SIZE = "NUMBER(KERNEL_IMAGE_SIZE)"


def _check(subject: Subject, boot: Boot) -> Iterator[Found]:
    room = subject.number(_SIZE) or _MOST
    if not 0 < room <= _MOST:
        room = _MOST
    inside = [line for line in boot.lines if line.in_image]
    if len(inside) < _LEAST:
        return
    middle = median_low(line.value for line in inside)
    near = next(line for line in inside if line.value == middle)
    for line in inside:
        if abs(line.value - middle) >= room:
            yield _found(line, near, room)


_LEAST = 3
"""With only two that are far apart, either one could be wrong."""


def _found(line: BootLine, near: BootLine, room: int) -> Found:
    message = (
        f"{line.text} is too far from {near.key}, {near.text}: a kernel image has at most {room} "
        "bytes"
    )
    return Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA027",
    name="other-image",
    doc="All SYMBOLs whose value is the symbol's own address, not a pointer stored there, lie "
    "within one kernel image of bounded size.",
    severity=Severity.ERROR,
    remedy="the line is from another boot or was changed: compare with the kernel's symbols using "
    "--symbols",
    example="""
OSRELEASE=6.12.0
SYMBOL(init_uts_ns)=ffffffff82a18000
SYMBOL(node_online_map)=ffffffff82d3bfa0
SYMBOL(_stext)=ffffffff81000000
SYMBOL(prb)=ffff888002a20000 ### ffff888002a20000 is too far from SYMBOL(_stext), ffffffff81000000: a kernel image has at most 1073741824 bytes
""",
    check_boot=_check,
)
