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
        message = f"{size} bytes, and the kernel has a buffer of {room} bytes for them"
        yield Found(None, message)
    elif size == room:
        message = f"the text fills the kernel's buffer of {room} bytes to the last one; what came "
        yield Found(None, message + "behind is lost")


RULE = Rule(
    id="VMCA003",
    name="over-room",
    doc="The text fits in the buffer that the kernel prints it into: 4096 bytes up to 4.12, a page "
    "since; one that fills it has lost its end, CRASHTIME first.",
    severity=Severity.ERROR,
    remedy="something was appended to the text, or cut from it: 'vmcoreinfo budget' tells what this "
    "kernel can print",
    example="\nOSRELEASE=6.12.0 ### 4111 bytes, and the kernel has a buffer of 4096 bytes for them\n"
    + "PAGESIZE=4096\n"
    + "\n".join(["NUMBER(padding_to_go_over_the_room)=11111111111"] * 85)
    + "\n",
    check=_check,
)
