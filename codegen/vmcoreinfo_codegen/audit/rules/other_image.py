# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator
from statistics import median_low

from vmcoreinfo import Line

from ...core.expression import TypeFact
from ...core.key import Kind
from ...model import Entry
from ..rule import Found, Rule, Severity
from ..subject import Subject

_MOST = 1 << 30
"""No image is larger: x86_64 has 1 GiB for it, others less than that."""
_SIZE = "NUMBER(KERNEL_IMAGE_SIZE)"


def _check(subject: Subject) -> Iterator[Found]:
    room = subject.number(_SIZE) or _MOST
    if not 0 < room <= _MOST:
        room = _MOST
    inside = [
        (line, line.value)
        for line, entry in subject.entries()
        if isinstance(line.value, int) and _is_in_image(subject, entry)
    ]
    if len(inside) < _LEAST:
        return
    middle = median_low(value for _, value in inside)
    near = next(line for line, value in inside if value == middle)
    for line, value in inside:
        if abs(value - middle) >= room:
            yield _found(line, near, room)


_LEAST = 3
"""Of two that are apart nobody knows which one is wrong."""


def _found(line: Line, near: Line, room: int) -> Found:
    message = (
        f"{line.text} is not in one image with {near.key}, {near.text}: it has at most {room} bytes"
    )
    return Found(line.key, message, line.line)


def _is_in_image(subject: Subject, entry: Entry) -> bool:
    """Whether the value is the address of a symbol, and not what is kept there."""
    release = subject.release
    if entry.kind is not Kind.SYMBOL or release is None:
        return False
    exports = subject.exports(entry)
    asked = [export.debug_info(entry.key, entry.kind, release)[:1] for export in exports]
    return bool(asked) and all(
        isinstance(first, TypeFact) and first.question == "symbol"
        for questions in asked
        for first in questions or (None,)
    )


RULE = Rule(
    id="VMCA027",
    name="other-image",
    doc="The SYMBOLs of the kernel are in one image, whose size is bounded: those whose value is the "
    "address of the symbol itself, and not a pointer that is kept there.",
    severity=Severity.ERROR,
    remedy="the line is of another boot, or was changed: compare with the kernel's symbols by --symbols",
    example="""
OSRELEASE=6.12.0
SYMBOL(init_uts_ns)=ffffffff82a18000
SYMBOL(node_online_map)=ffffffff82d3bfa0
SYMBOL(_stext)=ffffffff81000000
SYMBOL(prb)=ffff888002a20000 ### ffff888002a20000 is not in one image with SYMBOL(_stext), ffffffff81000000: it has at most 1073741824 bytes
""",
    check=_check,
)
