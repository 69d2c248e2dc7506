# SPDX-License-Identifier: MIT
"""BTF: the types that the kernel itself contains (`/sys/kernel/btf/vmlinux`).

No Python library reads it. It consists of a header, the types one after another, and strings
(include/uapi/linux/btf.h). It has no index, and a type refers to others by number. So one minimal
loop walks all types once; everything else is looked up on demand. Sizes and references are checked
before use.
"""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Iterable
from typing import NamedTuple

from ..limits import Limit
from .problem import DebugInfoError

MAGIC = 0xEB9F
MOST_BYTES = 64 << 20
"""Kernels have some 5 MiB; with all drivers built in, some 20 MiB."""

_HEADER = "HBBIIIII"
_HEADER_BYTES = 24

_INT, _PTR, _ARRAY, _STRUCT, _UNION, _ENUM = 1, 2, 3, 4, 5, 6
_TYPEDEF, _VOLATILE, _CONST, _RESTRICT = 8, 9, 10, 11
_FUNC_PROTO, _VAR, _DATASEC, _FLOAT, _DECL_TAG, _TYPE_TAG, _ENUM64 = 13, 14, 15, 16, 17, 18, 19
_LAST_KIND = _ENUM64

_MODIFIERS = {_TYPEDEF, _VOLATILE, _CONST, _RESTRICT, _TYPE_TAG}
_NAMED = {_INT, _STRUCT, _UNION, _ENUM, _ENUM64, _TYPEDEF, _FLOAT}

# Words of a type without its list, and words per element of the list.
_FIXED = {_INT: 4, _ARRAY: 6, _VAR: 4, _DECL_TAG: 4}
_EACH = {_STRUCT: 3, _UNION: 3, _ENUM: 2, _FUNC_PROTO: 2, _DATASEC: 3, _ENUM64: 3}

_DEEPEST = 32
_MOST_ALIKE = 64

# The questions of the whole schema look at some 2,000 members.
_LEAST_MEMBERS = 1 << 20
_WORDS_FOR_A_MEMBER = 4
_PIECE = 1 << 20


class _Lengths(dict[int, int]):
    """Words of a type, by its info word, which has the kind and the number of elements."""

    def __missing__(self, info: int) -> int:
        kind = info >> 24 & 0x1F
        words = _FIXED.get(kind, 3) + (info & 0xFFFF) * _EACH.get(kind, 0)
        if not 0 < kind <= _LAST_KIND:
            raise DebugInfoError(f"a type of kind {kind}, which is unknown")
        self[info] = words
        return words


class Member(NamedTuple):
    """A member of a struct or union: the number of its type, its offset in bits."""

    name: str
    type: int
    bit_offset: int
    is_bitfield: bool


class Btf:
    """The types of one BTF blob. Values are in bytes."""

    def __init__(self, data: bytes, name: str = "BTF") -> None:
        """Raises DebugInfoError if `data` is not valid BTF."""
        self.name = name
        self.digest = hashlib.sha256(data).digest()
        order = {b"\x9f\xeb": "<", b"\xeb\x9f": ">"}.get(data[:2])
        if order is None or len(data) < _HEADER_BYTES:
            raise DebugInfoError(
                f"{name}: not BTF (it starts with {data[:2].hex(' ') or 'nothing'}, not with 9f "
                "eb); use /sys/kernel/btf/vmlinux, or --vmlinux for a vmlinux"
            )
        self.order = order
        _, version, _, header, types, types_size, strings, strings_size = struct.unpack_from(
            order + _HEADER, data
        )
        if version != 1:
            raise DebugInfoError(f"{name}: unsupported BTF version {version}; expected 1")
        if header + max(types + types_size, strings + strings_size) > len(data) or types % 4:
            raise DebugInfoError(
                f"{name}: its BTF header describes more bytes than the file has; it is truncated"
            )
        start = header + types
        self._words = array("I", data[start : start + types_size // 4 * 4])
        if (order == ">") != (sys.byteorder == "big"):
            self._words.byteswap()
        start = header + strings
        self._strings = data[start : start + strings_size]
        self._places: list[int] = []
        self._by_name: dict[str, list[int]] = {}
        self.pointer_bytes = 0
        most = _LEAST_MEMBERS + len(self._words) // _WORDS_FOR_A_MEMBER
        self._budget = Limit(name, most, "members looked at", DebugInfoError)

    def load(self, names: Iterable[str]) -> None:
        """Look up types by name, all at once: that is one walk through the blob."""
        wanted = {name for name in names if name not in self._by_name}
        offsets = self._string_places(wanted)
        for name in wanted:
            self._by_name[name] = []
        if not offsets:
            return
        words = self._words
        for place in [place for place in self._walk()[1:] if words[place] in offsets]:
            if self._kind(place) in _NAMED:
                self._by_name[offsets[words[place]]].append(place)

    @property
    def number(self) -> int:
        """Number of types, without void. Raises DebugInfoError."""
        return len(self._walk()) - 1

    def check_names(self) -> None:
        """Raise DebugInfoError unless every name is a complete string of this blob.

        In the BTF of a module, string offsets continue after the strings of its kernel.
        """
        words, strings = self._words, self._strings
        if strings[:1] != b"\0" or strings[-1:] != b"\0":
            raise DebugInfoError(f"{self.name}: its strings do not begin and end with a NUL")
        size = len(strings)
        for number, place in enumerate(self._walk()[1:], 1):
            name = words[place]
            if name >= size or (name and strings[name - 1]):
                raise DebugInfoError(
                    f"{self.name}: type {number} at byte {4 * place} of the types: its name is not "
                    "a string of this BTF"
                )

    def members(self, name: str) -> int:
        """The largest number of members of a struct of that name; 0 if there is none."""
        places = [place for place in self._named(name) if self._kind(place) == _STRUCT]
        return max((self._word(place + 1) & 0xFFFF for place in places), default=0)

    def sizes(self, name: str) -> set[int]:
        """The sizes of all types of that name; empty if there is no such type."""
        return {size for place in self._named(name) if (size := self._size(place)) is not None}

    def offsets(self, name: str, path: str) -> set[int]:
        """The offsets of a member in all types of that name; `path` may be `a.b`.

        Members of anonymous structs and unions belong to the outer type, as in C. Bit-fields have
        no offset in bytes.
        """
        return {
            member.bit_offset // 8
            for place in self._named(name)
            if (member := self._member_at(place, path)) is not None
            and not member.is_bitfield
            and member.bit_offset % 8 == 0
        }

    def lengths(self, name: str, path: str) -> set[int]:
        """The numbers of elements of an array member in all types of that name."""
        found = set()
        for place in self._named(name):
            member = self._member_at(place, path)
            array_place = self._resolved(member.type) if member is not None else None
            if array_place is not None and self._kind(array_place) == _ARRAY:
                found.add(self._word(array_place + 5))
        return found

    def enumerators(self, names: Iterable[str]) -> dict[str, int]:
        """The values of the enumerators that exist. The first of a name counts."""
        offsets = self._string_places(names)
        found: dict[str, int] = {}
        if not offsets:
            return found
        words = self._words
        for place in self._walk()[1:]:
            info = words[place + 1]
            kind = info >> 24 & 0x1F
            if kind in (_ENUM, _ENUM64):
                step = _EACH[kind]
                for at in range(place + 3, place + 3 + (info & 0xFFFF) * step, step):
                    if words[at] in offsets:
                        value = words[at + 1] | (words[at + 2] << 32 if kind == _ENUM64 else 0)
                        bits = 8 * step * 4 - 32
                        if info >> 31 and value >> (bits - 1):
                            value -= 1 << bits
                        found.setdefault(offsets[words[at]], value)
        return found

    def _walk(self) -> list[int]:
        """Offset of each type in words, by its number; -1 for 0, which is void."""
        if self._places:
            return self._places
        words = self._words
        lengths = _Lengths()
        places = [-1]
        add = places.append
        place = 0
        try:
            while True:
                # An IndexError ends the loop: a comparison would cost as much as the rest.
                place += lengths[words[place + 1]]
                add(place)
        except IndexError:
            pass
        except DebugInfoError as error:
            raise DebugInfoError(
                f"{self.name}: type {len(places)} at byte {4 * place} of the types: {error}"
            ) from error
        if place != len(words):
            number = len(places) - (place > len(words))
            raise DebugInfoError(f"{self.name}: type {number} is truncated")
        # So far each place is the end of a type, where the next one starts.
        self._places = [-1, 0, *places[1:-1]] if len(places) > 1 else [-1]
        return self._places

    def _string_places(self, names: Iterable[str]) -> dict[int, str]:
        """The offset of each string that exists; BTF has each string once."""
        wanted = {name.encode(): name for name in names}
        found: dict[int, str] = {}
        strings = self._strings
        # Offset 0 is the empty string, so a NUL precedes each string.
        start = strings.find(b"\0") + 1
        while start and wanted:
            end = strings.find(b"\0", start + _PIECE) + 1 or strings.rfind(b"\0", start) + 1
            for text in wanted.keys() & set(strings[start:end].split(b"\0")):
                found[strings.find(b"\0" + text + b"\0", start - 1, end) + 1] = wanted.pop(text)
            start = end
        return found

    def _named(self, name: str) -> list[int]:
        """Places of the types of that name, including those that a typedef of that name stands
        for.
        """
        self.load([name])
        return self._by_name[name][:_MOST_ALIKE]

    def _word(self, place: int) -> int:
        try:
            return self._words[place]
        except IndexError as error:
            raise DebugInfoError(
                f"{self.name}: a type reaches beyond the end; it is corrupt"
            ) from error

    def _kind(self, place: int) -> int:
        return self._word(place + 1) >> 24 & 0x1F

    def _place(self, number: int) -> int | None:
        self._walk()
        if number >= len(self._places):
            raise DebugInfoError(f"{self.name}: type {number} is referenced, but missing")
        return self._places[number] if number else None

    def _resolved(self, number: int) -> int | None:
        """The place of a type without its typedefs and qualifiers."""
        place = self._place(number)
        for _ in range(_DEEPEST):
            if place is None or self._kind(place) not in _MODIFIERS:
                return place
            place = self._place(self._word(place + 2))
        raise DebugInfoError(f"{self.name}: type {number} is a typedef of itself")

    def _size(self, place: int, depth: int = 0) -> int | None:
        kind = self._kind(place)
        if kind in (_INT, _STRUCT, _UNION, _ENUM, _ENUM64, _FLOAT):
            return self._word(place + 2)
        if depth > _DEEPEST:
            raise DebugInfoError(f"{self.name}: a type contains itself")
        if kind == _PTR:
            return self._pointer_bytes() or None
        if kind == _ARRAY:
            inner = self._place(self._word(place + 3))
            size = self._size(inner, depth + 1) if inner is not None else None
            return size * self._word(place + 5) if size is not None else None
        if kind in _MODIFIERS:
            inner = self._place(self._word(place + 2))
            return self._size(inner, depth + 1) if inner is not None else None
        return None

    def _pointer_bytes(self) -> int:
        """Size of a pointer: half a list_head, which has two pointers in every kernel."""
        if not self.pointer_bytes:
            places = self._named("list_head")
            sizes = {self._word(place + 2) for place in places if self._kind(place) == _STRUCT}
            self.pointer_bytes = sizes.pop() // 2 if len(sizes) == 1 else 0
        return self.pointer_bytes

    def _member_at(self, place: int, path: str) -> Member | None:
        """The member at `path`, with its offset from the start of the type at `place`."""
        head, _, rest = path.partition(".")
        member = self._member(place, head, 0, set())
        if member is None or not rest:
            return member
        inner = self._resolved(member.type)
        deeper = self._member_at(inner, rest) if inner is not None else None
        if deeper is None:
            return None
        return deeper._replace(bit_offset=deeper.bit_offset + member.bit_offset)

    def _member(
        self, place: int, name: str, bits: int, seen: set[int], depth: int = 0
    ) -> Member | None:
        """The member `name` of a type or of an anonymous struct or union in it.

        A name is unique in a type, as in C; the types in `seen` do not have it.
        """
        if place in seen:
            return None
        seen.add(place)
        if depth > _DEEPEST:
            raise DebugInfoError(f"{self.name}: types nested more than {_DEEPEST} deep")
        kind = self._kind(place)
        if kind in _MODIFIERS:
            inner = self._resolved(self._word(place + 2))
            return self._member(inner, name, bits, seen, depth + 1) if inner is not None else None
        if kind not in (_STRUCT, _UNION):
            return None
        info = self._word(place + 1)
        number = info & 0xFFFF
        self._budget.spend(number)
        has_bitfields = info >> 31
        wanted = name.encode()
        members = self._words[place + 3 : place + 3 + number * 3]
        for string, type_, offset in zip(members[::3], members[1::3], members[2::3]):
            width = offset >> 24 if has_bitfields else 0
            offset = bits + (offset & 0xFFFFFF if has_bitfields else offset)
            if string == 0:
                inner = self._resolved(type_)
                if inner is not None and self._kind(inner) in (_STRUCT, _UNION):
                    member = self._member(inner, name, offset, seen, depth + 1)
                    if member is not None:
                        return member
            elif self._strings[string : string + len(wanted) + 1] == wanted + b"\0":
                return Member(name, type_, offset, width > 0)
        return None
