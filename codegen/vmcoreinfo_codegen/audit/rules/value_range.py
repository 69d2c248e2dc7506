# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...core.key import Kind
from ...model.vocabulary import Unit
from ..rule import Found, Rule, Severity
from ..subject import Subject

_MOST_BYTES = 1 << 24
"""The largest structure, that of a node with 1024 nodes, has 176 KiB."""
_MOST_ELEMENTS = 1 << 32


def _check(subject: Subject) -> Iterator[Found]:
    bits = max((arch.bits for arch in subject.archs), default=64)
    for line, entry in subject.entries():
        value = line.value
        if not isinstance(value, int) or isinstance(value, bool):
            continue
        message = ""
        if entry.kind in (Kind.SIZE, Kind.LENGTH) and value == 0:
            message = f"a {entry.kind.lower()} of 0"
        elif entry.kind in (Kind.SIZE, Kind.OFFSET) and value >= _MOST_BYTES:
            message = f"{value} bytes, but no structure has {_MOST_BYTES}"
        elif entry.kind is Kind.LENGTH and value >= _MOST_ELEMENTS:
            message = f"{value} elements, but no array has {_MOST_ELEMENTS}"
        elif entry.unit is Unit.BIT and not 0 <= value < bits:
            message = f"{value} is not a bit of a {bits}-bit word"
        elif entry.unit is Unit.BITS and not 0 < value <= 64:
            message = f"{value} is not a width in bits"
        elif entry.unit is Unit.BOOLEAN and value not in (0, 1):
            message = f"{value} is neither 0 nor 1"
        if message:
            yield Found(line.key, message, line.line)


RULE = Rule(
    id="VMCA022",
    name="value-range",
    doc="Values are plausible: no SIZE or LENGTH is 0 or larger than any structure or array, and "
    "no bit number exceeds the word.",
    severity=Severity.ERROR,
    remedy="compare with the kernel's types using --btf, or extract the note again",
    example="""
OSRELEASE=6.12.0
LENGTH(zone.free_area)=0 ### a length of 0
NUMBER(PG_lru)=70 ### 70 is not a bit of a 64-bit word
""",
    check=_check,
)
