# SPDX-License-Identifier: MIT
"""A case of a derivation, and the ways to ask each product for its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import vmcoreinfo
from tests.emit.driver import MASK, Driver, memory, parsing, target
from vmcoreinfo import derive

NO_RECIPE = "no-recipe"
READ_FAILED = "read-failed"

Outcome = tuple[int, str] | str


@dataclass(frozen=True)
class Case:
    name: str
    derivation: str
    text: str
    """Lines, separated by spaces."""
    expected: Outcome
    """Value and recipe, or how it fails."""
    arch: str | None = None
    memory: Mapping[int, bytes] | None = field(default=None, hash=False)
    big_endian: bool = False

    @property
    def note(self) -> bytes:
        return "".join(f"{line}\n" for line in self.text.split()).encode()


def derived_by_python(
    name: str,
    note: bytes,
    arch: str | None,
    chunks: Mapping[int, bytes] | None = None,
    big_endian: bool = False,
) -> Outcome:
    def read(address: int, size: int) -> bytes:
        assert chunks is not None
        return chunks[address][:size]

    given = derive.Dump(arch, None if chunks is None else read, big_endian)
    try:
        derived = derive.DERIVATIONS[name](vmcoreinfo.parse(note), given)
    except derive.ReadError:
        return READ_FAILED
    return NO_RECIPE if derived is None else (derived.value, derived.recipe)


def derived_by_c(
    driver: Driver,
    name: str,
    note: bytes,
    arch: str | None,
    chunks: Mapping[int, bytes] | None = None,
    big_endian: bool = False,
) -> Outcome:
    """The outcome of the C product, like Python's except that the value is always unsigned."""
    kind = "none" if chunks is None else "map"
    said = driver.ask(
        [
            parsing(note),
            *memory(chunks or {}),
            target(arch, big_endian=big_endian, memory=kind),
        ]
    )
    (line,) = (line for line in said if line.startswith(f"derive {name} "))
    status, *rest = line.split()[2:]
    return (int(rest[0]), rest[1]) if status == "ok" else status


def unsigned(outcome: Outcome) -> Outcome:
    return outcome if isinstance(outcome, str) else (outcome[0] & MASK, outcome[1])


def plain(derivation: str, rows: Mapping[str, tuple[str, Outcome]]) -> list[Case]:
    return [Case(name, derivation, text, expected) for name, (text, expected) in rows.items()]
