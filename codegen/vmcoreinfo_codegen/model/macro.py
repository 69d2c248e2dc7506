# SPDX-License-Identifier: MIT
"""The kernel's VMCOREINFO_* macros, and the lines that they print."""

from __future__ import annotations

import re

from ..problem import Location
from ..record import Record, unwritten
from .base import Ranged, Span
from .timeline import newest
from .vocabulary import Format

_CONVERSION = re.compile(r"(0x)?%[-#0 ]*+(\d*+)(?:l{0,2})(x|u|d|s|phN)")


class Print(Ranged):
    """A printf format for the whole line, and the C expression that gives its value."""

    printf: str
    value: str = ""


class Macro(Record):
    """A macro or function that prints a line; `vmcoreinfo_append_str` has no format of its own."""

    name: str
    doc: str
    prints: tuple[Print, ...]
    span: Span
    location: Location = unwritten()

    @property
    def newest_printf(self) -> str | None:
        """The printf format in the newest kernels that have the macro."""
        printed = newest(self.prints)
        return printed.printf if printed is not None else None


def formats_of(printf: str) -> frozenset[Format]:
    """The formats of the values that a printf format for a whole line can print."""
    value = printf.partition("=")[2]
    if value == "y":
        return frozenset((Format.FLAG,))
    match = _CONVERSION.fullmatch(value)
    if not match:
        return frozenset()
    prefix, _, conversion = match.groups()
    return {
        "x": frozenset((Format.PREFIXED_HEX if prefix else Format.HEX,)),
        "u": frozenset((Format.DECIMAL,)),
        "d": frozenset((Format.SIGNED,)),
        "s": frozenset((Format.STRING, Format.HEXBYTES)),
        "phN": frozenset((Format.HEXBYTES,)),
    }[conversion]
