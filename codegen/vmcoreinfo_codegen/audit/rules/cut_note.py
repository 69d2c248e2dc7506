# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator, Sequence

from vmcoreinfo import Line

from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    lines = subject.info.lines
    if subject.ends.head:
        first = lines[0] if lines else None
        place = "cut before it" if first else "cut"
        yield _found(place, subject.ends.head, first)
    if subject.ends.tail:
        last = lines[-1] if lines else None
        place = "cut behind it" if last else "cut"
        inside = subject.unfinished
        if inside is not None:
            place += (", inside the next line" if last else ", inside its first line") + (
                f" ({inside.key})" if inside.key else ""
            )
        yield _found(place, subject.ends.tail, last)


def _found(place: str, keys: Sequence[str], line: Line | None) -> Found:
    message = f"{keys[0]} is missing, which the kernel prints there"
    if len(keys) > 1:
        message = (
            f"{len(keys)} keys that the kernel prints there are missing, {keys[0]} to {keys[-1]}"
        )
    return Found(line.key if line else None, f"{place}: {message}", line.line if line else None)


RULE = Rule(
    id="VMCA009",
    name="cut-note",
    doc="The note begins and ends where the kernel's does. The kernel prints its keys in a known "
    "order: where all are missing behind the last line, or before the first, the text was cut "
    "there, and that is one finding.",
    severity=Severity.ERROR,
    remedy="take the note from the dump again, whole: 'vmcoreinfo note DUMP', or 'vmcoreinfo find' for "
    "other copies; what a reader does without a key 'vmcoreinfo explain KEY' tells",
    example="""
OSRELEASE=6.12.0
BUILD-ID=3b43fad5034874490492495d552c0af6a5fab235
PAGESIZE=4096 ### cut behind it: 48 keys that the kernel prints there are missing, SYMBOL(init_uts_ns) to NUMBER(sme_mask)
""",
    check=_check,
)
