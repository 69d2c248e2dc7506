# SPDX-License-Identifier: MIT
"""Compressed dumps with malicious descriptors, for the verb that reads their memory."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.dump import make

from .case import Case
from .making import ARCH, MIB, NUMBERS, TEXT, case, put, system_map

_SYNTH = ("synth", "--kernel", "6.12.0", *ARCH, "--symbols")


def cases(folder: Path) -> Iterator[Case]:
    """Wrong descriptors, and few bytes that unpack to much memory."""
    head = make.kdump(TEXT, version=3)
    pages = {frame: (1, zlib.compress(bytes([frame]) * 4096)) for frame in range(1, 9)}
    sound = make.with_memory(head, pages)
    table = len(sound) - sum(len(data) for _, data in pages.values()) - 24 * len(pages)
    for place, kind in ((table + 24, "Q"), (table + 32, "I"), (table + 36, "I")):
        for number in NUMBERS:
            if number < 1 << 8 * struct.calcsize(kind):
                lies = bytearray(sound)
                struct.pack_into("<" + kind, lies, place, number)
                lying = put(folder / f"kdump-page-{place - table}-{number:x}", lies)
                yield case(lying.name, *_SYNTH, system_map(folder), "--dump", lying)
    for block in (4096, MIB):
        count = 1 << 18
        page = zlib.compress(b"Linux version 6.12.0-x (".ljust(block, b"\0"))
        for name, content, step in (
            ("of the same page", page, 0),
            ("of pages that overlap", page * 2, 1),
            ("of the same zeros", zlib.compress(bytes(block)), 0),
        ):
            dump = _of_descriptors(folder, block, count, content, step)
            yield case(
                f"{count} descriptors {name} of {block} bytes",
                *(*_SYNTH, system_map(folder), "--dump", dump),
                seconds=15,
            )
        hole = put(folder / f"kdump-hole-{block}", *_of_ones(block, 1 << 26), size=1 << 34)
        yield case(
            f"pages of {block} bytes in a hole",
            *(*_SYNTH, system_map(folder), "--dump", hole),
            seconds=15,
        )
    for name, data in (("flattened", make.flattened(sound, 64)), ("as it is", sound)):
        dump = put(folder / f"kdump-{name}", data)
        yield case(f"a kdump {name}", *_SYNTH, system_map(folder), "--dump", dump)


def _of_ones(block: int, frames: int) -> tuple[bytes, bytes]:
    """Headers and bitmaps of a dump that has all pages."""
    half = max(block, frames // 8)
    head = bytearray(make.kdump(TEXT, version=3)[:4096].ljust(block, b"\0") + bytes(block))
    struct.pack_into("<III", head, 424 + 4, block, 1, 2 * half // block)
    ones = ((1 << frames) - 1).to_bytes(half, "little")
    return bytes(head), ones * 2


def _of_descriptors(folder: Path, block: int, count: int, content: bytes, step: int) -> Path:
    """Each descriptor refers to the same bytes, or to bytes `step` after those of the one
    before.
    """
    headers = b"".join(_of_ones(block, count))
    first = len(headers) + 24 * count
    size = min(len(content), block)
    pack = struct.Struct("<QIIQ").pack
    table = b"".join(pack(first + n % len(content) * step, size, 1, 0) for n in range(count))
    return put(
        folder / f"kdump-of-{block}-{step}-{len(content)}",
        headers,
        table,
        content + bytes(2 * block),
    )
