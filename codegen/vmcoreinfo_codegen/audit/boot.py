# SPDX-License-Identifier: MIT
"""Values that differ between boots of a kernel, and the note without them.

Most dumps of a fleet are from a few builds. The notes of a build only differ in addresses, which
KASLR moves, and in the time of the crash, so findings that depend on neither are the same for all.
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

# Numbers as kernels print them, and short enough for 64 bits; other values count as part of the
# build.
_FORMS = {
    Format.HEX: (re.compile(rb"[1-9a-f][0-9a-f]{0,15}"), 16),
    Format.PREFIXED_HEX: (re.compile(rb"0x[1-9a-f][0-9a-f]{0,15}"), 16),
    Format.DECIMAL: (re.compile(rb"[1-9][0-9]{0,17}"), 10),
    Format.SIGNED: (re.compile(rb"-?[1-9][0-9]{0,17}"), 10),
}


def differs(entry: Entry) -> bool:
    """Whether the value differs between boots."""
    return entry.kind is Kind.SYMBOL or entry.unit in _UNITS


class BootLine(NamedTuple):
    """A line `key=text` whose value differs between boots; `line` is its number, from 1.

    `in_image` says that the value is the address of the symbol itself, not a value stored there.
    """

    entry: Entry
    key: str
    text: str
    value: int
    line: int
    in_image: bool = False


class Boot:
    """The lines of a note that differ between boots, in their order."""

    def __init__(self, lines: Iterable[BootLine]) -> None:
        self.lines = tuple(lines)
        self._values = {line.key: line.value for line in self.lines}

    def value(self, subject: Subject, key: str) -> int | None:
        """The number for a key, whether it differs between boots or not."""
        found = self._values.get(key)
        return subject.number(key) if found is None else found

    def with_lines(self, lines: Iterable[BootLine]) -> Boot:
        """The same lines with other values."""
        new = {line.line: line for line in lines}
        return Boot(
            new[line.line]._replace(in_image=line.in_image) if line.line in new else line
            for line in self.lines
        )


class Build(NamedTuple):
    """A note split into `rest`, the text that all boots share, and `lines`, which differ."""

    rest: bytes
    lines: tuple[BootLine, ...]


class _Form(NamedTuple):
    entry: Entry
    pattern: re.Pattern[bytes]
    base: int


def forms_of(schema: Schema) -> Mapping[bytes, _Form]:
    """The keys whose values differ between boots, as bytes."""
    return {
        entry.key.encode(): _Form(entry, *_FORMS[entry.formats[0]])
        for entry in schema.entries
        if differs(entry)
        and len(entry.formats) == 1
        and entry.formats[0] in _FORMS
        # Garbage is recognised by its value.
        and not any(q.kind is QuirkKind.GARBAGE for e in entry.exports for q in e.quirks)
    }


def build_of(text: bytes, forms: Mapping[bytes, _Form]) -> Build | None:
    """Split a note; None if it has a key twice, which kernels do not print."""
    # A last line without a newline may be cut.
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
