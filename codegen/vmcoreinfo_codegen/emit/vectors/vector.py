# SPDX-License-Identifier: MIT
"""The models of a vector, whose JSON Schema is a product."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...record import Record

Decimal = Annotated[str, Field(pattern="^-?[0-9]+$")]
"""A number of 64 bits as digits, as many JSON readers would round a number."""
Address = Annotated[str, Field(pattern="^0x[0-9a-f]+$")]
Hex = Annotated[str, Field(pattern="^([0-9a-f]{2})*$")]


class Text(Record):
    """Where in the data the text of the note is."""

    offset: int
    length: int


class Value(Record):
    """A known key that has a line, and the status of its value.

    `text` is as the line has it; `number`, negative in signed formats, and `bytes` are null if the
    status is not `ok`, and for keys of another format.
    """

    key: str
    status: Literal["ok", "malformed", "out-of-range", "garbage"]
    text: str
    number: Decimal | None
    bytes: Hex | None


class Unknown(Record):
    """The last line of a key that is not known, and the number in it, if it is one."""

    key: str
    line: int
    text: str
    number: Decimal | None


class Diagnostic(Record):
    """A problem of a line; `key` is null if it has none. The message is for people."""

    id: str
    severity: Literal["info", "warning", "error"]
    line: int
    offset: int
    key: str | None
    message: str


class Memory(Record):
    """Bytes of dump memory at a virtual address."""

    address: Address
    bytes: Hex


class Derived(Record):
    """A derived value, negative in signed formats, and its recipe; null unless the status is `ok`."""

    name: str
    status: Literal["ok", "read-failed"]
    value: Decimal | None
    recipe: str | None


class Dump(Record):
    """A dump with this note, and its derived values; a value that is not listed has no recipe.

    `memory` is null if nothing can be read; memory that it does not list can't be read either.
    """

    arch: str | None
    big_endian: bool
    memory: tuple[Memory, ...] | None
    derived: tuple[Derived, ...]


class Vector(Record):
    """A note, and the answers of a parser.

    `data` has a character for each byte, U+0000 to U+00FF: an ELF note, or a text.
    """

    name: str
    data: str
    text: Text
    values: tuple[Value, ...]
    unknown: tuple[Unknown, ...]
    diagnostics: tuple[Diagnostic, ...]
    dumps: tuple[Dump, ...]


class Vectors(Record):
    """Golden vectors of the parsers, made by the Python parser."""

    vectors: tuple[Vector, ...]
