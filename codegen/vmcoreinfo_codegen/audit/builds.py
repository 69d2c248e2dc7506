# SPDX-License-Identifier: MIT
"""Findings in the first note of each build, which apply to its other notes too."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..dump.reader import Found
from ..model import Schema
from .boot import Boot, BootLine, build_of, forms_of
from .rule import Finding
from .subject import Subject

if TYPE_CHECKING:
    from .run import Audited

_MOST_BUILDS = 1024
"""Each takes some 50 KiB."""


class Build(NamedTuple):
    """The first audited note of a build, and the findings that don't depend on the boot."""

    subject: Subject
    boot: Boot
    findings: tuple[Finding, ...]
    audited: Audited


class Asked(NamedTuple):
    """A note and its build; `key` identifies the build."""

    key: Hashable
    lines: tuple[BootLine, ...]


class Builds:
    """The builds whose notes were audited most recently."""

    def __init__(self, schema: Schema) -> None:
        self._forms = forms_of(schema)
        self._halves = {a.kernel_half for a in schema.architectures if a.kernel_half is not None}
        self._known: dict[Hashable, Build] = {}

    def asked(self, found: Found) -> Asked | None:
        """The build of a note; None if the note needs an audit of its own."""
        build = build_of(found.text, self._forms)
        if build is None or found.lines:
            return None
        # The possible architectures also depend on addresses, and the room that is left on the
        # length.
        addresses = [line.value for line in build.lines if line.key.startswith("SYMBOL(")]
        wide = sum(address >> 32 != 0 for address in addresses)
        fits = (wide, *(sum(address < half for address in addresses) for half in self._halves))
        places = tuple(line.line for line in build.lines)
        told = (found.format, found.arch, found.names, len(found.text))
        return Asked((build.rest, places, *told, fits), build.lines)

    def get(self, key: Hashable) -> Build | None:
        known = self._known.pop(key, None)
        if known is not None:
            self._known[key] = known
        return known

    def keep(self, asked: Asked, build: Build) -> None:
        if not is_as_shipped(build.subject.schema, asked.lines):
            return
        if len(self._known) >= _MOST_BUILDS:
            del self._known[next(iter(self._known))]
        # Without the intermediate results cached on the subject, which are larger than the note.
        kept = replace(build.subject, text=b"")
        self._known[asked.key] = build._replace(subject=kept)


def is_as_shipped(schema: Schema, lines: Iterable[BootLine]) -> bool:
    """Whether the vendor's kernel prints these lines in the formats in which they were read."""
    return all(schema.by_key[line.key].formats == line.entry.formats for line in lines)
