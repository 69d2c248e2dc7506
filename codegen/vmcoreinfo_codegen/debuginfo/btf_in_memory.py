# SPDX-License-Identifier: MIT
"""A kernel's BTF in the memory of its dump.

It is a section of the kernel's image (`.BTF`, with /sys/kernel/btf/vmlinux since 341dfcf8d78e
"btf: expose BTF info through sysfs", 5.4), so it is complete and contiguous. Memory has other data
that begin the same way: BTF of modules, which continues that of the kernel, and copies in the page
cache, whose pages are scattered.

Searching for the magic of two bytes is slow. So the search is for a string that is in every
kernel's BTF, and then for the header before it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..dump.memory import PhysicalMemory
from .btf import Btf
from .in_memory import (
    PAGE,
    Cut,
    absent,
    limit,
    missing,
    pieces,
    places_limit,
    whole_until,
)
from .problem import DebugInfoError

MOST_BYTES = 32 << 20
"""Kernels have some 5 MiB; with all drivers built in, some 20 MiB. Reading takes 8 times the size.
"""

_STRUCTS = ("task_struct", "page", "list_head")
_NEEDLE = b"\0task_struct\0"
_AMONG_STRINGS = re.compile(rb"(?:\0?[ -~])*+\0?")
_NEIGHBOURS = 256
_IN_STRINGS = bytes([0, *range(0x20, 0x7F)])
_MOST_PADDING = 8
_MAGICS = {"<": b"\x9f\xeb\x01", ">": b"\xeb\x9f\x01"}
_HEADER = "HBBIIIII"
_HEADER_BYTES = struct.calcsize(f"<{_HEADER}")
_MOST_HEADER = 4096
# tinyconfig has some 200 KiB of types; few modules have that much.
_LEAST_TYPES = 64 << 10
_WINDOW = 1 << 20
_OVERLAP = 2

_LEAST_LOOKED_AT = 16 * MOST_BYTES
_LEAST_HEADERS = 1024
_BYTES_FOR_A_HEADER = 1 << 20


@dataclass(frozen=True)
class FoundBtf:
    """The BTF of a kernel: its place, byte order and number of types.

    `data` is read on demand, as a dump may have many.
    """

    physical: int
    size: int
    order: str
    types: int
    digest: bytes = field(repr=False)
    memory: PhysicalMemory = field(repr=False, compare=False)

    @property
    def data(self) -> bytes:
        """The complete blob, as in /sys/kernel/btf/vmlinux."""
        return b"".join(pieces(self.memory, self.physical, self.size))


class _Header(NamedTuple):
    """A plausible header: addresses of its parts."""

    physical: int
    order: str
    strings: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.physical


class BtfSearch:
    """Implements `in_memory.Search`; its limits grow with the dump."""

    needles = (_NEEDLE,)

    def __init__(self, memory: PhysicalMemory) -> None:
        self._memory = memory
        self._names = places_limit(memory, "strings 'task_struct'")
        self._magics = places_limit(memory, "places that begin like BTF")
        self._headers = limit(
            memory, _LEAST_HEADERS, _BYTES_FOR_A_HEADER, "headers of BTF that can be one"
        )
        self._bytes = limit(memory, _LEAST_LOOKED_AT, 1, "bytes of what begins like BTF")
        self._compared = limit(memory, 1 << 20, 256, "headers of BTF compared")
        self._waiting: list[_Header] = []
        self._scanned = 0
        self._found: list[FoundBtf] = []
        self._cut: list[Cut] = []
        self._tried: set[int] = set()

    def at(self, place: int) -> None:
        self._names.spend()
        if self._found and place < self._found[-1].physical + self._found[-1].size:
            return
        for header in self._headers_of(place):
            one = self._judged(header)
            if one is not None:
                self._found.append(one)
                return

    def found(self) -> list[FoundBtf]:
        """The largest first; there are several if memory has several kernels."""
        return sorted(self._found, key=lambda one: (-one.size, one.physical))

    def cut(self) -> list[Cut]:
        """If no BTF is valid: everything that begins like a kernel's BTF, and why it can't be used.

        By address. Takes another pass through memory.
        """
        if self._found:
            return []
        orders = {magic: order for order, magic in _MAGICS.items()}
        for place, magic in self._memory.find_all(list(orders)):
            self._magics.spend()
            header = self._header(place, orders[magic])
            if header is not None and place not in self._tried:
                self._judged(header)
        return sorted(self._cut, key=lambda cut: cut.physical)

    def _headers_of(self, place: int) -> Iterator[_Header]:
        """Headers whose strings include that place, each once; no byte is scanned twice."""
        if not _AMONG_STRINGS.fullmatch(self._memory.read(place, _NEIGHBOURS)):
            return
        least = max(self._scanned, (place - MOST_BYTES) // PAGE * PAGE)
        if place > least:
            start = whole_until(self._memory, place, least)
            self._waiting += self._headers_in(start, place)
            self._scanned = place
        self._compared.spend(len(self._waiting))
        of_it = [one for one in self._waiting if one.strings <= place < one.end]
        self._waiting = [one for one in self._waiting if place < one.strings]
        yield from reversed(of_it)

    def _headers_in(self, start: int, end: int) -> list[_Header]:
        """Plausible headers in that range, by address."""
        found = []
        while start < end:
            size = min(_WINDOW, end - start)
            data = self._memory.read(start, size + _OVERLAP)
            for order, magic in _MAGICS.items():
                place = data.find(magic)
                while place >= 0:
                    self._magics.spend()
                    header = self._header(start + place, order)
                    if header is not None:
                        found.append(header)
                    place = data.find(magic, place + 1)
            start += size
        return sorted(found)

    def _header(self, physical: int, order: str) -> _Header | None:
        data = self._memory.read(physical, _HEADER_BYTES)
        if len(data) < _HEADER_BYTES:
            return None
        _, _, _, size, types, types_size, strings, strings_size = struct.unpack(
            order + _HEADER, data
        )
        if not _HEADER_BYTES <= size <= _MOST_HEADER or types % 4 or types_size % 4:
            return None
        if types_size < _LEAST_TYPES or strings < types + types_size or not strings_size:
            return None
        end = size + strings + strings_size
        if end > MOST_BYTES:
            return None
        self._headers.spend()
        return _Header(physical, order, physical + size + strings, physical + end)

    def _judged(self, header: _Header) -> FoundBtf | None:
        """The BTF with this header if it is a kernel's; incomplete BTF is added to the cut ones."""
        self._tried.add(header.physical)
        first = self._memory.read(header.strings, 1)
        if first and first != b"\0":
            return None  # BTF of a module, or a copy whose pages are scattered
        self._bytes.spend(header.size)
        data = b"".join(pieces(self._memory, header.physical, header.size))
        name = f"the BTF at {header.physical:#x}"
        why = "it ends before its last byte"
        if len(data) == header.size:
            try:
                return self._sound(header, data, name)
            except DebugInfoError as error:
                why = str(error).removeprefix(f"{name}: ")
        gone = missing(self._memory, header.physical, header.size)
        if gone is not None:
            why = absent(gone)
        self._cut.append(Cut(header.physical, f"of {header.size} bytes: {why}"))
        return None

    def _sound(self, header: _Header, data: bytes, name: str) -> FoundBtf | None:
        btf = Btf(data, name)
        btf.check_names()
        strings = data[header.strings - header.physical :]
        if b"\0\0" in strings[:-_MOST_PADDING] or strings.translate(None, _IN_STRINGS):
            raise DebugInfoError(f"{name}: its strings are interrupted by other data")
        btf.load(_STRUCTS)
        if not all(btf.members(one) for one in _STRUCTS):
            return None
        return FoundBtf(
            header.physical, header.size, header.order, btf.number, btf.digest, self._memory
        )
