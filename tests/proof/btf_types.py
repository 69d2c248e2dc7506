# SPDX-License-Identifier: MIT
"""The C types of members by BTF, as a declaration has them; independent of `debuginfo/btf`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_INT, _POINTER, _ARRAY, _STRUCT, _UNION, _ENUM, _TYPEDEF = 1, 2, 3, 4, 5, 6, 8
_QUALIFIERS = {9: "volatile ", 10: "const ", 11: "restrict "}
_FUNCTION, _VARIABLE, _SECTION, _DECLARATION_TAG, _TYPE_TAG, _ENUM64 = 13, 14, 15, 17, 18, 19
_ENTRY_BYTES = {_ENUM: 8, _FUNCTION: 8, _SECTION: 12, _ENUM64: 12}
_FIXED_BYTES = {_INT: 4, _VARIABLE: 4, _DECLARATION_TAG: 4}
_C_NAMES = {"long unsigned int": "unsigned long", "long int": "long"}


class _Type(NamedTuple):
    kind: int
    name: str
    target: int
    parts: tuple[tuple[int, int, int], ...]


class BtfTypes:
    """All types of a blob, by number."""

    def __init__(self, data: bytes) -> None:
        self._order = "<" if data[:2] == b"\x9f\xeb" else ">"
        header, types, length, strings, _ = struct.unpack_from(f"{self._order}5I", data, 4)
        self._strings = data[header + strings :]
        self._types = [_Type(0, "void", 0, ())]
        self._types += self._read(data[header + types : header + types + length])
        self._structs = {t.name: t for t in reversed(self._types) if t.kind == _STRUCT and t.name}
        for one in self._types:
            if one.kind == _TYPEDEF and one.name not in self._structs:
                target = self._types[one.target]
                while target.kind == _TYPEDEF:
                    target = self._types[target.target]
                if target.kind == _STRUCT:
                    self._structs[one.name] = target

    def _name(self, place: int) -> str:
        return self._strings[place : self._strings.index(b"\0", place)].decode()

    def _read(self, data: bytes) -> Iterator[_Type]:
        place = 0
        while place < len(data):
            name, info, target = struct.unpack_from(f"{self._order}3I", data, place)
            kind, count = info >> 24 & 31, info & 0xFFFF
            place += 12
            parts: tuple[tuple[int, int, int], ...] = ()
            if kind in (_STRUCT, _UNION, _ARRAY):
                many = 1 if kind == _ARRAY else count
                numbers = struct.unpack_from(f"{self._order}{3 * many}I", data, place)
                parts = tuple(zip(*[iter(numbers)] * 3, strict=True))
                place += 12 * many
            place += _ENTRY_BYTES.get(kind, 0) * count + _FIXED_BYTES.get(kind, 0)
            yield _Type(kind, self._name(name), target, parts)

    def declared(self, number: int) -> str:
        """A type as a declaration has it."""
        kind, name, target, parts = self._types[number]
        if kind == _POINTER:
            inner = self.declared(target)
            return f"{inner}*" if inner.endswith("*") else f"{inner} *"
        if kind == _ARRAY:
            ((element, _, many),) = parts
            return f"{self.declared(element)}[{many}]"
        if kind in _QUALIFIERS or kind == _TYPE_TAG:
            return _QUALIFIERS.get(kind, "") + self.declared(target)
        if kind in (_STRUCT, _UNION):
            return f"{'struct' if kind == _STRUCT else 'union'} {name}"
        return _C_NAMES.get(name, name)

    def member(self, owner: str, name: str) -> str | None:
        """The type of a member, which may be in an anonymous one; None if there is none."""
        struct_ = self._structs.get(owner)
        return None if struct_ is None else self._inside(struct_, name)

    def _inside(self, owner: _Type, name: str) -> str | None:
        for place, number, _ in owner.parts:
            if self._name(place) == name:
                return self.declared(number)
            inner = self._types[number]
            if not self._name(place) and inner.kind in (_STRUCT, _UNION):
                found = self._inside(inner, name)
                if found is not None:
                    return found
        return None
