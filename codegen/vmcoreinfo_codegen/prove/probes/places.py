# SPDX-License-Identifier: MIT
"""Reads memory of the kernel whose address or content the note tells.

A probe gives the function that reads; the addresses are from the complete note, even if the dump
has only a part of it.
"""

from __future__ import annotations

import binascii
import json
import sys
from collections.abc import Callable
from typing import Any

Asked = dict[str, Any]
Read = Callable[[int, int], bytes]

_NAMES = 512
_LINKS = 16
_DESCRIPTOR = 64
_FLAGS = 0xFFF


def words() -> tuple[str, Asked]:
    """The dump, and what to read, from the command line."""
    return sys.argv[1], json.loads(sys.argv[2])


def tell(answer: dict[str, object]) -> None:
    """Print what was read so far: the program may fail later."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def read_all(read: Read, asked: Asked) -> None:
    """Read the kernel's names in its image, a table in its linear map, a descriptor through page
    tables.
    """
    answer: dict[str, object] = {}
    if asked.get("names"):
        data = read(asked["names"], _NAMES)
        answer["names"] = asked["release"].encode("latin-1") in data
        tell(answer)
    if asked.get("sections"):
        answer["sections"] = _hex(read(asked["sections"], _LINKS))
        tell(answer)
        address = _descriptor(read, asked)
        if address:
            answer["pages"] = _hex(read(address, _DESCRIPTOR))
            tell(answer)


def _descriptor(read: Read, asked: Asked) -> int:
    """The address of the first page descriptor, from the tables of memory sections; 0 if
    unknown.
    """
    size, place = asked.get("section_size"), asked.get("map_at")
    if not (size and place is not None and asked.get("page") and asked.get("frames")):
        return 0
    word = asked["bits"] // 8
    for index in range(asked["page_size"] // word):
        root = _number(read(asked["sections"] + word * index, word), asked)
        if not root:
            continue
        for number in range(asked["page_size"] // size):
            linked = _number(read(root + number * size + place, word), asked) & ~_FLAGS
            if linked:
                frame = (index * (asked["page_size"] // size) + number) * asked["frames"]
                address: int = (linked + frame * asked["page"]) % (1 << asked["bits"])
                return address
        return 0
    return 0


def _number(data: bytes, asked: Asked) -> int:
    return int.from_bytes(data, asked["order"])


def _hex(data: bytes) -> str:
    return binascii.hexlify(data).decode("ascii")
