# SPDX-License-Identifier: MIT
"""The answers of a schema's Python parser for a note."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from ...model.schema import Schema
from ..python.module import emit_module
from .vector import Derived, Diagnostic, Dump, Memory, Text, Unknown, Value, Vector

_MASK = (1 << 64) - 1
_NAME = "vmcoreinfo_of_vectors"


@contextmanager
def parser_of(schema: Schema) -> Iterator[Any]:
    """The parser that `generate python` makes from a schema, loaded as a module."""
    module = ModuleType(_NAME)
    # Classes of typing look up their module there when they are created.
    sys.modules[_NAME] = module
    try:
        exec(compile(emit_module(schema, _NAME, []).text, f"{_NAME}.py", "exec"), vars(module))
        yield module
    finally:
        del sys.modules[_NAME]


def answer(parser: Any, name: str, data: bytes, targets: list[tuple[str | None, bool]]) -> Vector:
    """A vector with a dump for each target: an architecture and whether there is memory."""
    text = parser.note_text(data)
    info = parser.parse(data)
    return Vector(
        name=name,
        data=data.decode("latin-1"),
        text=Text(offset=0 if text is data else 24, length=len(text)),
        values=tuple(
            Value(
                key=line.key,
                status=line.status,
                text=line.text,
                number=None if line.number is None else str(line.number),
                bytes=line.value.hex() if isinstance(line.value, bytes) else None,
            )
            for line in map(info.line, parser.ENTRIES)
            if line is not None
        ),
        unknown=tuple(
            Unknown(
                key=line.key,
                line=line.line,
                text=line.text,
                number=None if line.number is None else str(line.number),
            )
            for line in info.lines
            if line.format is None and info.line(line.key) is line
        ),
        diagnostics=tuple(Diagnostic(**diagnostic._asdict()) for diagnostic in info.diagnostics),
        # A parser without derivations needs no dump.
        dumps=tuple(_dumps(parser, info, targets)) if hasattr(parser, "DERIVATIONS") else (),
    )


def _dumps(parser: Any, info: Any, targets: list[tuple[str | None, bool]]) -> Iterator[Dump]:
    for arch, has_memory in targets:
        big_endian = arch == "s390x"
        memory = _Memory() if has_memory else None
        given = parser.Dump(arch, memory, big_endian) if arch or memory else None
        derived = tuple(_derived(parser, info, given))
        if memory is None or memory.read:
            yield Dump(
                arch=arch,
                big_endian=big_endian,
                memory=None if memory is None else memory.chunks(),
                derived=derived,
            )


def _derived(parser: Any, info: Any, given: Any) -> Iterator[Derived]:
    for name, derive in parser.DERIVATIONS.items():
        try:
            found = derive(info, given)
        except parser.ReadError:
            yield Derived(name=name, status="read-failed", value=None, recipe=None)
            continue
        if found is not None:
            yield Derived(name=name, status="ok", value=str(found.value), recipe=found.recipe)


class _Memory:
    """Memory with some byte at every address; it records what was read."""

    def __init__(self) -> None:
        self.read: dict[tuple[int, int], bytes] = {}

    def __call__(self, address: int, size: int) -> bytes:
        data = bytes(noise(address + place) & 0xFF for place in range(size))
        self.read[address, size] = data
        return data

    def chunks(self) -> tuple[Memory, ...]:
        return tuple(
            Memory(address=f"{address:#x}", bytes=data.hex())
            for (address, _), data in self.read.items()
        )


def noise(number: int) -> int:
    """64 pseudo-random bits, always the same for the same number."""
    number = number * 0x9E3779B97F4A7C15 & _MASK
    number ^= number >> 29
    number = number * 0xBF58476D1CE4E5B9 & _MASK
    return number >> 32 | (number << 32 & _MASK)
