# SPDX-License-Identifier: MIT
"""How the sources of a consumer read keys."""

from __future__ import annotations

from ..problem import Location
from ..record import Record, unwritten


class ReadingForm(Record):
    """A pattern of code that reads a key, and the key that the matches of its holes form.

    If `function` is given, the pattern only counts there. `bases` are the bases in which the value
    is parsed as a number, in that order; without any, `BASE` in the code or the conversion after it
    gives the base.
    """

    code: str
    key: str = "KEY"
    function: str = ""
    bases: tuple[int, ...] = ()
    location: Location = unwritten()


class Conversion(Record):
    """A pattern of code that parses a string as a number."""

    code: str
    bases: tuple[int, ...] = ()
    location: Location = unwritten()


class PassedOver(Record):
    """Code that only looks like a read of a note, as a pattern or a whole function; or keys that no
    purpose needs."""

    code: str = ""
    function: str = ""
    keys: tuple[str, ...] = ()
    text: str
    location: Location = unwritten()
