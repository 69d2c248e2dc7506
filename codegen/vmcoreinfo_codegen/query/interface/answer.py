# SPDX-License-Identifier: MIT
"""Parts that all answers share."""

from __future__ import annotations

from ...record import Record, described


class Answer(Record):
    """The output of a verb, or a part of it."""


class KernelLine(Answer):
    """The vendor's line that an answer is about."""

    name: str
    vendor: str
    release: str | None = described("the vendor's own, such as 8.6; null if it has none")
    build: str | None
    base: str = described("the mainline release that it is based on")
    read: bool = described("whether sources of that build, or of one like it, were read")


LINE = "the vendor's line of the kernel; null for mainline, and if no line has its name"
FORMAT = (
    "the format of the input: elf, kdump, note, text or posted; 'flattened ' before the "
    "format inside"
)
REMARKS = "how a posted note was read, and which other notes the posting has"
