# SPDX-License-Identifier: MIT
"""Values of a note compared with the kernel's types and symbols."""

from __future__ import annotations

from collections.abc import Iterator

from vmcoreinfo import Line

from ..core.expression import Expression
from ..core.key import Kind
from ..debuginfo.facts import Facts, Sources
from ..model import Entry
from .subject import Subject

_MASK = 0xFFFFFFFFFFFFFFFF


def with_types(subject: Subject) -> Iterator[tuple[Line, set[int]]]:
    """Every line whose value the types give, with each possible value."""
    facts = subject.truth.facts
    if facts is None or subject.release is None:
        return
    for line, entry in subject.entries():
        if isinstance(line.value, int):
            values = {
                _as_printed(value, line.value)
                for asked in _questions(subject, entry)
                for value in facts.values(asked, subject.number)
            }
            if values:
                yield line, values


def _as_printed(value: int, there: int) -> int:
    """A value in the line's representation if both are the same 64 bits: addresses may be printed
    with or without a sign."""
    return there if (value - there) & _MASK == 0 else value


def with_symbols(subject: Subject) -> Iterator[tuple[Line, int, int]]:
    """Every SYMBOL that the symbols have: the line, its value, and the symbol's address."""
    if subject.truth.symbols is None or subject.release is None:
        return
    facts = Facts([], Sources(symbols=subject.truth.symbols))
    for line, entry in subject.entries():
        value = line.value
        if entry.kind is Kind.SYMBOL and isinstance(value, int):
            for asked in _questions(subject, entry)[:1]:
                yield from ((line, value, theirs & _MASK) for theirs in facts.values(asked))


def _questions(subject: Subject, entry: Entry) -> list[tuple[Expression, ...]]:
    """The expressions for each possible export of this kernel; for all exports if none is
    predicted."""
    release = subject.release
    if release is None:
        return []
    exports = subject.exports(entry) or entry.exports
    arch = subject.arch.name if subject.arch is not None else None
    return [export.debug_info(entry.key, entry.kind, release, arch) for export in exports]
