# SPDX-License-Identifier: MIT
"""Makes __ksymtab as in kernels of each release, after a small kallsyms with only functions."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.debuginfo.kallsyms_tables import PHYSICAL, Layout, Symbol, tables

SIZE = 1 << 20
KALLSYMS, KSYMTAB, STRINGS, DATA, END = 0x10000, 0x40000, 0x50000, 0x60000, 0x80000
"""Offsets in the image."""

FUNCTIONS = 300


@dataclass(frozen=True)
class Exports:
    """The exports; `relative` means offsets relative to their own address."""

    relative: bool = True
    namespaces: bool = True
    order: str = "<"
    kallsyms: Layout = field(default_factory=Layout)
    again: Mapping[str, int] = field(default_factory=dict)
    """Names with another entry before their first one, and the offsets to which it refers."""


def functions(layout: Layout) -> list[Symbol]:
    """The functions in kallsyms; those that are not local are exported."""
    start = layout.linked
    names = [f"function_{number:x}" for number in range(FUNCTIONS - 3)]
    names += ["kthread_stop", "really_kthread_stop", "zlib_inflate"]
    of_text = [(start + 16 * (2 + i), "tTW"[i % 3], name) for i, name in enumerate(names[:-3])]
    last = [(start + 0x8000 + 16 * i, "T", name) for i, name in enumerate(names[-3:])]
    # kallsyms is found by the letters that all kernels' names contain.
    letters = (start + 0x9000, "t", "zyxwvutsrqponmlkjihgfedcba")
    return [(start, "T", "_text"), (start, "T", "_stext"), *of_text, *last, letters]


def image(exports: Exports, variables: Mapping[str, int], move: int = 0) -> bytearray:
    """Memory with the image at PHYSICAL, which ran `move` bytes after its link address.

    `variables` are exported besides the functions, with their offsets in the image.
    """
    layout = exports.kallsyms
    table = [(at + move, kind, name) for at, kind, name in functions(layout)]
    start = layout.linked + move
    memory = bytearray(SIZE)

    def put(distance: int, data: bytes) -> None:
        memory[PHYSICAL + distance : PHYSICAL + distance + len(data)] = data

    kallsyms, _ = tables(table, layout, start + KALLSYMS)
    put(KALLSYMS, kallsyms)
    exported = {name: at - start for at, kind, name in table if kind in "TW" and name[0] != "_"}
    exported.update(variables)
    strings, places = b"\0", {}
    for name in exported:
        # As linkers do, a string that is the end of another one is merged with it.
        if name != "zlib_inflate":
            places[name] = STRINGS + len(strings)
            strings += name.encode() + b"\0"
    put(STRINGS, strings)
    inside = strings.find(b"zlib_inflate\0")
    if "zlib_inflate" in exported:
        assert inside < 0
        places["zlib_inflate"] = STRINGS + len(strings) + 4
        put(STRINGS + len(strings), b"old_zlib_inflate\0")
    entries = sorted([*exports.again.items(), *exported.items()], key=lambda entry: entry[0])
    words = [
        (distance, places[name], STRINGS) if exports.namespaces else (distance, places[name])
        for name, distance in entries
    ]
    code = exports.order + ("i" if exports.relative else layout.word[1:])
    width = struct.calcsize(code)
    data = bytearray()
    for number, distance in enumerate(value for entry in words for value in entry):
        place = KSYMTAB + width * number
        data += struct.pack(code, distance - place if exports.relative else start + distance)
    put(KSYMTAB, bytes(data))
    return memory
