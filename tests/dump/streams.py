# SPDX-License-Identifier: MIT
"""Makes small QEMU migration streams, section by section."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

PAGE = 4096
ZERO, SIZES, WHOLE, EOS, CONTINUE = 2, 4, 8, 0x10, 0x20
START, PART, END, FULL = 1, 2, 3, 4
_FOOTER = 0x7E


def name_of(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def word(offset: int, flags: int) -> bytes:
    return struct.pack(">Q", offset | flags)


def sizes(blocks: Mapping[str, int]) -> bytes:
    """The beginning of the first RAM section."""
    listed = b"".join(name_of(name) + struct.pack(">Q", size) for name, size in blocks.items())
    return word(sum(blocks.values()), SIZES) + listed


def page(offset: int, data: bytes | None, block: str | None = None) -> bytes:
    """A page; None means zeros. Without the name of a block it is in the block of the page
    before.
    """
    flags = (ZERO if data is None else WHOLE) | (0 if block else CONTINUE)
    return (
        word(offset, flags) + (name_of(block) if block else b"") + (b"\0" if data is None else data)
    )


def section(
    kind: int, content: bytes, name: str = "ram", version: int = 4, number: int = 2
) -> bytes:
    head = bytes([kind]) + struct.pack(">I", number)
    if kind in (START, FULL):
        head += name_of(name) + struct.pack(">II", 0, version)
    return head + content + bytes([_FOOTER]) + struct.pack(">I", number)


def stream(
    parts: Sequence[bytes],
    blocks: Mapping[str, int],
    machine: str = "pc-i440fx-7.2",
    before: Iterable[bytes] = (),
) -> bytes:
    """A complete stream: a section of sizes, one for each part, and what follows memory."""
    made = b"QEVM" + struct.pack(">I", 3)
    if machine:
        made += b"\x07" + struct.pack(">I", len(machine)) + machine.encode()
    made += b"".join(before)
    made += section(START, sizes(blocks) + word(0, EOS))
    for number, part in enumerate(parts, 1):
        made += section(END if number == len(parts) else PART, part + word(0, EOS))
    return made + section(FULL, b"what a timer has", "timer", 2, 5)


def saved(made: bytes, way: int = 0, order: str = "<", magic: bytes = b"LibvirtQemudSave") -> bytes:
    """The same stream after a header of libvirt."""
    xml = b"<domain type='kvm'/>\0"
    return magic + struct.pack(order + "5I", 2, len(xml), 1, way, 0) + bytes(56) + xml + made
