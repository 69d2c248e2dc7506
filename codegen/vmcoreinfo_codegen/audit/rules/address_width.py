# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject

_REGISTER = "NUMBER(TCR_EL1_T1SZ)"
_CONFIGURED = ("NUMBER(VA_BITS)", "VA_BITS")
"""The kernel's own key, and the one of MediaTek's boot loader."""
_FALLS_BACK = {52: (52, 48, 47)}
"""A 52-bit kernel uses 48 bits, or 47 with pages of 16 KiB, on a processor without 52-bit
addresses."""


def _check(subject: Subject) -> Iterator[Found]:
    line, field = subject.info.line(_REGISTER), subject.number(_REGISTER)
    if line is None or field is None:
        return
    for key in _CONFIGURED:
        other = subject.info.line(key)
        if other is None or not other.text.isascii() or not other.text.isdigit():
            continue
        configured = int(other.text[:_MOST_DIGITS])
        widths = _FALLS_BACK.get(configured, (configured,))
        if 64 - field not in widths:
            message = f"{line.text} gives {64 - field}-bit addresses, but {key} is {configured}"
            fits = [
                base for base, name in _BASES if _read(line.text, base) in {64 - w for w in widths}
            ]
            hint = f"; read as {dict(_BASES)[fits[0]]} it fits" if fits else ""
            yield Found(_REGISTER, message + hint, line.line)


_MOST_DIGITS = 6
_BASES = ((10, "decimal"), (16, "hexadecimal"))


def _read(text: str, base: int) -> int | None:
    try:
        return int(text.removeprefix("0x"), base)
    except ValueError:
        return None


RULE = Rule(
    id="VMCA024",
    name="address-width",
    doc="The address width in the CPU register is the configured one; 52 bits may fall back to 48 "
    "or 47.",
    severity=Severity.ERROR,
    remedy="the line was printed in another base or from another register: readers will use the "
    "wrong page table and vmalloc area",
    example="""
OSRELEASE=5.10.0
NUMBER(VA_BITS)=39
NUMBER(TCR_EL1_T1SZ)=0x25 ### 0x25 gives 27-bit addresses, but NUMBER(VA_BITS) is 39; read as decimal it fits
""",
    check=_check,
)
