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
        place = "truncated before this line" if first else "cut"
        yield _found(place, subject.ends.head, first)
    if subject.ends.tail:
        last = lines[-1] if lines else None
        place = "truncated after this line" if last else "cut"
        inside = subject.unfinished
        if inside is not None:
            place += (", inside the next line" if last else ", inside its first line") + (
                f" ({inside.key})" if inside.key else ""
            )
        yield _found(place, subject.ends.tail, last)


def _found(place: str, keys: Sequence[str], line: Line | None) -> Found:
    message = f"{keys[0]}, which the kernel prints there, is missing"
    if len(keys) > 1:
        message = (
            f"{len(keys)} keys that the kernel prints there are missing, {keys[0]} to {keys[-1]}"
        )
    return Found(line.key if line else None, f"{place}: {message}", line.line if line else None)


RULE = Rule(
    id="VMCA009",
    name="cut-note",
    doc="The note begins and ends with the keys that the kernel prints first and last. The kernel "
    "prints keys in a known order: if all keys after the last line or before the first are "
    "missing, the text was truncated there, which is a single finding.",
    severity=Severity.ERROR,
    remedy="extract the note again with 'vmcoreinfo note DUMP', or look for other copies with "
    "'vmcoreinfo find'; 'vmcoreinfo explain KEY' shows what to do without a key",
    example="""
OSRELEASE=6.12.0
BUILD-ID=3b43fad5034874490492495d552c0af6a5fab235
PAGESIZE=4096 ### truncated after this line: 48 keys that the kernel prints there are missing, SYMBOL(init_uts_ns) to NUMBER(sme_mask)
""",
    check=_check,
)
