# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.note import text_room
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if subject.release is None or not subject.archs:
        return
    page = subject.number("PAGESIZE")
    room = max(text_room(subject.release, arch, page) for arch in subject.archs)
    size = len(subject.text)
    if size > room:
        message = f"{size} bytes, but the kernel's buffer has {room} bytes"
        yield Found(None, message)
    elif size == room:
        message = f"the text fills the kernel's whole buffer of {room} bytes; anything "
        yield Found(None, message + "after it was lost")


RULE = Rule(
    id="VMCA003",
    name="over-room",
    doc="The text fits in the kernel's buffer: 4096 bytes up to 4.12, a page since. A text that "
    "fills it has lost its end, CRASHTIME first.",
    severity=Severity.ERROR,
    remedy="the text was extended or truncated: 'vmcoreinfo budget' shows how much this kernel can "
    "print",
    example="\nOSRELEASE=6.12.0 ### 4111 bytes, but the kernel's buffer has 4096 bytes\n"
    + "PAGESIZE=4096\n"
    + "\n".join(["NUMBER(padding_to_go_over_the_room)=11111111111"] * 85)
    + "\n",
    check=_check,
)
