# SPDX-License-Identifier: MIT
"""Values that differ between boots of a kernel, and a note without them.

Of the dumps of a fleet most are of the same few builds. Their notes are the same but for addresses,
which KASLR moves, and for the time of the crash; so is what rules find that look at neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ..core.key import Kind
from ..model import Entry, Schema
from ..model.vocabulary import Format, QuirkKind, Unit

if TYPE_CHECKING:
    from .subject import Subject

_UNITS = frozenset({Unit.ADDRESS, Unit.PHYSICAL_ADDRESS, Unit.DISPLACEMENT, Unit.SECONDS})

# As kernels print them, and short enough for 64 bits; what is not in this form counts as the build's.
_FORMS = {
    Format.HEX: (re.compile(rb"[1-9a-f][0-9a-f]{0,15}"), 16),
    Format.PREFIXED_HEX: (re.compile(rb"0x[1-9a-f][0-9a-f]{0,15}"), 16),
    Format.DECIMAL: (re.compile(rb"[1-9][0-9]{0,17}"), 10),
    Format.SIGNED: (re.compile(rb"-?[1-9][0-9]{0,17}"), 10),
}


def differs(entry: Entry) -> bool:
    """Whether the value differs from boot to boot."""
    return entry.kind is Kind.SYMBOL or entry.unit in _UNITS


class BootLine(NamedTuple):
    """A line `key=text` whose value differs from boot to boot; `line` is its number, from 1.

    `in_image` says that the value is the address of the symbol itself, and not what is kept there.
    """

    entry: Entry
    key: str
    text: str
    value: int
    line: int
    in_image: bool = False


class Boot:
    """Such lines of one note, in its order."""

    def __init__(self, lines: Iterable[BootLine]) -> None:
        self.lines = tuple(lines)
        self._values = {line.key: line.value for line in self.lines}

    def value(self, subject: Subject, key: str) -> int | None:
        """A number, of whichever kind."""
        found = self._values.get(key)
        return subject.number(key) if found is None else found

    def with_lines(self, lines: Iterable[BootLine]) -> Boot:
        """The same with other values in the places of its own."""
        new = {line.line: line for line in lines}
        return Boot(
            new[line.line]._replace(in_image=line.in_image) if line.line in new else line
            for line in self.lines
        )


class Build(NamedTuple):
    """A note without what differs from boot to boot: `rest` is its text, `lines` what was in it."""

    rest: bytes
    lines: tuple[BootLine, ...]


class _Form(NamedTuple):
    entry: Entry
    pattern: re.Pattern[bytes]
    base: int


def forms_of(schema: Schema) -> Mapping[bytes, _Form]:
    """The keys whose values differ from boot to boot, as they are in a text."""
    return {
        entry.key.encode(): _Form(entry, *_FORMS[entry.formats[0]])
        for entry in schema.entries
        if differs(entry)
        and len(entry.formats) == 1
        and entry.formats[0] in _FORMS
        # Garbage is known by its value.
        and not any(q.kind is QuirkKind.GARBAGE for e in entry.exports for q in e.quirks)
    }


def build_of(text: bytes, forms: Mapping[bytes, _Form]) -> Build | None:
    """A note as one of its build; None if it has a key twice, as kernels do not print."""
    # What no newline ends may be cut.
    *lines, last = text.split(b"\n")
    rest: list[bytes] = []
    found: list[BootLine] = []
    for number, line in enumerate(lines, 1):
        key, _, value = line.partition(b"=")
        form = forms.get(key)
        if form is not None and form.pattern.fullmatch(value):
            shown = value.decode()
            found.append(BootLine(form.entry, form.entry.key, shown, int(shown, form.base), number))
            rest.append(key)
        else:
            rest.append(line)
    if len({line.key for line in found}) < len(found):
        return None
    rest.append(last)
    return Build(b"\n".join(rest), tuple(found))
