# SPDX-License-Identifier: MIT
"""Conversions of QEMU's dumps that tools need before reading them."""

from __future__ import annotations

import struct
from pathlib import Path

NT_PRSTATUS = 1


def put_together(flattened: Path, out: Path) -> None:
    """Reassemble a flattened dump, like `makedumpfile -R`."""
    with flattened.open("rb") as source, out.open("wb") as target:
        source.seek(4096)
        while True:
            start, size = struct.unpack(">qq", source.read(16))
            if start < 0:
                return
            target.seek(start)
            target.write(source.read(size))


def to_little_endian(core: Path) -> None:
    """Convert headers and registers of a ppc64 core to the guest's byte order.

    QEMU 7.2 looks at a register that matters only under a hypervisor, and writes them big-endian.
    """

    def swapped(start: int, end: int, unit: int) -> None:
        words = [data[at : at + unit][::-1] for at in range(start, end, unit)]
        data[start:end] = b"".join(words)

    with core.open("r+b") as file:
        data = bytearray(file.read(64))
        if data[5] == 1:
            return
        segments, count = struct.unpack_from(">Q", data, 32)[0], struct.unpack_from(">H", data, 56)
        size = segments + 56 * count[0]
        file.seek(0)
        data += file.read(size)[64:]
        offset, length = struct.unpack_from(">Q16xQ", data, segments + 8)
        file.seek(0)
        data = bytearray(file.read(offset + length))
        place = offset
        while place < offset + length:
            name, desc, kind = struct.unpack_from(">III", data, place)
            swapped(place, place + 12, 4)
            start = place + 12 + (name + 3 & ~3)
            place = start + (desc + 3 & ~3)
            if kind == NT_PRSTATUS:
                swapped(start, start + 112, 4)  # up to the registers
                swapped(start + 112, start + desc, 8)
        for at in range(segments, size, 56):
            swapped(at, at + 8, 4)
            swapped(at + 8, at + 56, 8)
        data[5] = 1
        swapped(16, 20, 2)
        swapped(20, 24, 4)
        swapped(24, 48, 8)
        swapped(48, 52, 4)
        swapped(52, 64, 2)
        file.seek(0)
        file.write(data)
