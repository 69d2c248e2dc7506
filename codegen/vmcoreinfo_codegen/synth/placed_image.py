# SPDX-License-Identifier: MIT
"""The image of a kernel in memory, by the addresses at which it ran."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..debuginfo.in_memory import filled
from ..dump.memory import PhysicalMemory

_MASK = 0xFFFFFFFFFFFFFFFF
_WINDOW = 1 << 20


@dataclass(frozen=True)
class PlacedImage:
    """An image at [`start`, `end`); a physical address in it plus `move` is the virtual one.

    `order` is `<` or `>`.
    """

    memory: PhysicalMemory
    move: int
    bits: int
    order: str
    start: int
    end: int

    def until(self, end: int) -> PlacedImage:
        return replace(self, end=min(self.end, end))

    def has(self, address: int) -> bool:
        return self.start <= address < self.end

    def place(self, address: int) -> int:
        """The physical address of a virtual one."""
        return address - self.move & _MASK

    def address(self, physical: int) -> int:
        return physical + self.move & (1 << self.bits) - 1

    def read(self, width: int, address: int) -> int | None:
        """An unsigned integer of `width` bits, 0 for a pointer; None if image or dump lack it."""
        size = (width or self.bits) // 8
        data = self.bytes_at(address, size)
        return int.from_bytes(data, self._byte_order) if len(data) == size else None

    def bytes_at(self, address: int, size: int) -> bytes:
        """`size` bytes, fewer if the dump has fewer there; none outside the image."""
        if not self.has(address) or not self.has(address + size - 1):
            return b""
        return self.memory.read(self.place(address), size)

    def pointer(self, address: int) -> bytes:
        """The bytes of a pointer in memory."""
        return address.to_bytes(self.bits // 8, self._byte_order)

    def find(self, pattern: re.Pattern[bytes], longest: int, align: int) -> Iterator[int]:
        """Addresses of all matches of at most `longest` bytes, in order."""
        for start in range(self.start, self.end, _WINDOW):
            size = min(_WINDOW, self.end - start)
            data = filled(self.memory, self.place(start), min(size + longest, self.end - start))
            found = pattern.search(data)
            while found is not None and found.start() < size:
                if (start + found.start()) % align == 0:
                    yield start + found.start()
                found = pattern.search(data, found.start() + 1)

    @property
    def _byte_order(self) -> Literal["big", "little"]:
        return "big" if self.order == ">" else "little"
