# SPDX-License-Identifier: MIT
"""How the sources of a consumer read keys."""

from __future__ import annotations

from ..problem import Location
from ..record import Record, unwritten


class ReadingForm(Record):
    """A form of code that reads a key, and the key of what is in its holes.

    It is one in `function` alone, if that is named. `bases` are those in which the value is read as
    a number, one after the other; without one `BASE` in the code tells, or the conversion behind
    it.
    """

    code: str
    key: str = "KEY"
    function: str = ""
    bases: tuple[int, ...] = ()
    location: Location = unwritten()


class Conversion(Record):
    """A form of code that reads a text as a number."""

    code: str
    bases: tuple[int, ...] = ()
    location: Location = unwritten()


class PassedOver(Record):
    """What looks like a read of a note, a form of code or all of a function; or keys that no purpose needs."""

    code: str = ""
    function: str = ""
    keys: tuple[str, ...] = ()
    text: str
    location: Location = unwritten()
