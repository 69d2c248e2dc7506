# SPDX-License-Identifier: MIT
"""Reduces a kernel's BTF or symbol table to what the schema needs.

python -m tests.debuginfo.cut FULL.btf OUT.btf.xz
python -m tests.debuginfo.cut FULL.kallsyms OUT.kallsyms.xz

Run at the top of the repository. Types in BTF that the schema names are kept complete;
of their members' types only as much as needed for the place of the next member: the size
of a struct, and pointers to void. Before the result is written, it is checked that it
answers every question of the schema like the full one.
"""

from __future__ import annotations

import lzma
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import shipped
from tests.debuginfo.make import (
    ARRAY,
    CONST,
    DATASEC,
    DECL_TAG,
    ENUM,
    ENUM64,
    FLOAT,
    FUNC_PROTO,
    INT,
    PTR,
    RESTRICT,
    STRUCT,
    TYPE_TAG,
    TYPEDEF,
    UNION,
    VAR,
    VOLATILE,
    Blob,
)
from vmcoreinfo_codegen.core.expression import TypeFact, render
from vmcoreinfo_codegen.debuginfo.btf import Btf
from vmcoreinfo_codegen.debuginfo.symbols import Symbols
from vmcoreinfo_codegen.files.compressed import read_file

_MOST_BYTES = 1 << 28
_FIXED = {INT: 1, ARRAY: 3, VAR: 1, DECL_TAG: 1}
_EACH = {STRUCT: 3, UNION: 3, ENUM: 2, FUNC_PROTO: 2, DATASEC: 3, ENUM64: 3}
_MODIFIERS = (TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG)
_NAMED = (INT, STRUCT, UNION, ENUM, ENUM64, TYPEDEF, FLOAT)
_NEIGHBOURS = 4
_MODULE_LINES = 12


@dataclass(frozen=True)
class Type:
    """A type in the file, with its name; `last` is its size or the type it refers to."""

    name: str
    kind: int
    flag: bool
    last: int
    words: tuple[int, ...]

    def elements(self) -> Iterator[tuple[int, ...]]:
        """The members of a struct, the values of an enum."""
        step = _EACH[self.kind]
        return (self.words[at : at + step] for at in range(0, len(self.words), step))


class Full:
    """Every type of a BTF blob by its number."""

    def __init__(self, data: bytes) -> None:
        order = "<" if data[:2] == b"\x9f\xeb" else ">"
        header, types_at, types_bytes, strings_at, strings_bytes = struct.unpack_from(
            order + "5I", data, 4
        )
        self._strings = data[header + strings_at :][:strings_bytes]
        words = struct.unpack_from(f"{order}{types_bytes // 4}I", data, header + types_at)
        self.order = order
        self.types = [Type("", 0, False, 0, ())]
        place = 0
        while place < len(words):
            name, info, last = words[place : place + 3]
            kind, vlen = info >> 24 & 31, info & 0xFFFF
            end = place + 3 + _FIXED.get(kind, 0) + vlen * _EACH.get(kind, 0)
            self.types.append(
                Type(self.string(name), kind, bool(info >> 31), last, words[place + 3 : end])
            )
            place = end

    def string(self, place: int) -> str:
        return self._strings[place : self._strings.index(b"\0", place)].decode()


def questions() -> set[TypeFact]:
    """All questions of the schema about types and symbols."""
    expressions = shipped().questions()
    return {e for expr in expressions for e in expr.walk() if isinstance(e, TypeFact)}


def answers(types: Btf, facts: Iterable[TypeFact]) -> dict[str, object]:
    """The answers of types to each question, including missing ones."""
    said: dict[str, object] = {}
    values = types.enumerators({fact.name for fact in facts if fact.question == "enum"})
    for fact in facts:
        name, _, path = fact.name.partition(".")
        question = render(fact)
        match fact.question:
            case "size":
                said[question] = types.sizes(fact.name)
            case "offset":
                said[question] = types.offsets(name, path)
            case "length":
                said[question] = types.lengths(name, path)
            case "enum":
                said[question] = values.get(fact.name)
    return said


def cut_btf(data: bytes, facts: set[TypeFact]) -> bytes:
    full = Full(data)
    enumerators = {fact.name for fact in facts if fact.question == "enum"}
    of_types = [fact for fact in facts if fact.question in ("size", "offset", "length")]
    names = {fact.name.partition(".")[0] for fact in of_types} | {"list_head"}
    whole = {n for n, t in enumerate(full.types) if t.name in names and t.kind in _NAMED}
    whole |= {
        number
        for number, type_ in enumerate(full.types)
        if type_.kind in (ENUM, ENUM64)
        and any(full.string(element[0]) in enumerators for element in type_.elements())
    }
    kept = _reachable(full, whole)
    # All pointers are equal now, so the first replaces the others.
    pointers = [number for number in kept if full.types[number].kind == PTR]
    order = [number for number in kept if number not in pointers[1:]]
    numbers = {old: new for new, old in enumerate(order, 1)} | {0: 0}
    numbers |= {old: numbers[pointers[0]] for old in pointers[1:]}
    blob = Blob(full.order)
    for old in order:
        _write(blob, full, full.types[old], numbers, old in whole)
    return blob.blob()


def _reachable(full: Full, whole: set[int]) -> list[int]:
    """Numbers of the types to keep; those found to be needed complete are added to `whole`."""
    kept: set[int] = set()
    waiting = sorted(whole)
    while waiting:
        number = waiting.pop()
        type_ = full.types[number]
        if not number or number in kept:
            continue
        kept.add(number)
        if type_.kind in (STRUCT, UNION) and (number in whole or not type_.name):
            whole.add(number)
            waiting += [member[1] for member in type_.elements()]
        elif type_.kind == ARRAY:
            waiting += type_.words[:2]
        elif type_.kind in _MODIFIERS:
            if number in whole and type_.last not in whole:
                whole.add(type_.last)
                kept.discard(type_.last)
            waiting.append(type_.last)
    return sorted(kept)


def _write(blob: Blob, full: Full, type_: Type, numbers: dict[int, int], is_whole: bool) -> None:
    words = list(type_.words)
    vlen, flag, last = 0, type_.flag, type_.last
    if type_.kind in (STRUCT, UNION, ENUM, ENUM64):
        elements = list(type_.elements()) if is_whole else []
        vlen = len(elements)
        words = []
        for name, *rest in elements:
            if type_.kind in (STRUCT, UNION):
                rest[0] = numbers[rest[0]]
            words += [blob.string(full.string(name)), *rest]
    elif type_.kind == ARRAY:
        words[:2] = [numbers[number] for number in words[:2]]
    elif type_.kind == PTR:
        last = 0
    elif type_.kind in _MODIFIERS:
        last = numbers[last]
    blob.add(type_.kind, type_.name, last, words, vlen, flag)


def cut_symbols(data: bytes, names: set[str]) -> bytes:
    """The lines of needed symbols, their neighbours, and a few lines of modules."""
    lines = data.splitlines(keepends=True)
    kept: set[int] = set()
    modules = 0
    for number, line in enumerate(lines):
        if line.split()[2].decode() in names:
            kept.update(range(number - _NEIGHBOURS, number + _NEIGHBOURS + 1))
        elif b"\t[" in line and modules < _MODULE_LINES:
            modules += 1
            kept.add(number)
    return b"".join(line for number, line in enumerate(lines) if number in kept)


def main(full: Path, out: Path) -> None:
    data = read_file(full, _MOST_BYTES)
    facts = questions()
    before: Mapping[str, object]
    after: Mapping[str, object]
    if data[:2] in (b"\x9f\xeb", b"\xeb\x9f"):
        small = cut_btf(data, facts)
        before, after = answers(Btf(data), facts), answers(Btf(small), facts)
    else:
        names = {fact.name for fact in facts if fact.question in ("symbol", "physical")}
        small = cut_symbols(data, names)
        before, after = Symbols(data).addresses(names), Symbols(small).addresses(names)
    if before != after:
        different = sorted(key for key in before if before[key] != after.get(key))
        raise SystemExit(f"the cut answers differently: {different}")
    packed = lzma.compress(small, preset=9 | lzma.PRESET_EXTREME)
    out.write_bytes(packed)
    found = sum(answer not in (None, set()) for answer in before.values())
    print(f"{out}: {len(data)} -> {len(small)} bytes, {len(packed)} packed; {found} answers")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
