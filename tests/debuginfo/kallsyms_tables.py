# SPDX-License-Identifier: MIT
"""Makes kallsyms tables as scripts/kallsyms.c of each release does, in a small image of a
kernel.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

Symbol = tuple[int, str, str]
"""Address, type, name."""

PHYSICAL = 0x10000
"""Where the image begins in memory."""
LINKED = {64: 0xFFFFFFFF81000000, 32: 0xC1000000}
_TABLE = 0x10000
_DATA = 0x60000
_BSS = 0x68000
_END = 0x70000
# Frequent strings, at codes that are no character of a name, some of them low.
_COMMON = {
    0: "__", 1: "init", 2: "sys_", 0x21: "t_", 0x40: "irq", 0x5B: "list", 0x80: "T_", 0xC8: "lock",
    0xFE: "D_", 0xFF: "page_",
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """`form` is absolute, base, per-CPU or place; `behind` puts addresses after the tokens, as
    since 6.4.
    """

    form: str = "base"
    bits: int = 64
    order: str = "<"
    behind: bool = True
    seqs: bool = True
    long_markers: bool = False
    alignment: int = 8

    @property
    def word(self) -> str:
        return self.order + ("Q" if self.bits == 64 else "I")

    @property
    def linked(self) -> int:
        return LINKED[self.bits]


def symbols(layout: Layout, count: int = 700) -> list[Symbol]:
    """The symbols in order: per-CPU ones if they are absolute, then those of the image."""
    first: list[Symbol] = []
    if layout.form == "per-CPU":
        first = [(0, "A", "fixed_percpu_data"), (0, "A", "__per_cpu_start"), (64, "A", "gdt_page")]
    start = layout.linked
    bounds = [
        (start + _DATA, "D", "_sdata"), (start + _BSS, "D", "_edata"),
        (start + _BSS, "B", "__bss_start"), (start + _END, "B", "__bss_stop"),
    ]  # fmt: skip
    # Two symbols per address, as kernels have aliases.
    of_text = [
        (start + 16 + 8 * (i // 2), "tTw"[i % 3], f"sys_lock_{i:x}.page_init_zyxwvuqjkgbhfm{i}")
        for i in range(count - len(first) - len(bounds) - 3)
    ]
    long_name = (start + _DATA - 8, "t", "_RNv" + "Xq9Z" * 50)
    return [*first, (start, "T", "_stext"), (start, "T", "_text"), *of_text, long_name, *bounds]


def padded(data: bytes, alignment: int) -> bytes:
    return data + bytes(-len(data) % alignment)


def tokens_of(table: Sequence[Symbol]) -> list[str]:
    """A string for each code: the used characters, the common strings, and empty ones."""
    used = {character for _, kind, name in table for character in kind + name}
    strings = [chr(code) if chr(code) in used else "" for code in range(256)]
    for code, string in _COMMON.items():
        assert not strings[code]
        strings[code] = string
    return strings


def names_of(table: Sequence[Symbol], tokens: list[str]) -> list[bytes]:
    """Each name as the codes of its tokens, preceded by their number."""
    codes = {token: bytes([code]) for code, token in enumerate(tokens) if token}
    longest_first = sorted(codes, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)), re.DOTALL)
    names = []
    for _, kind, name in table:
        data = b"".join(codes[token] for token in pattern.findall(kind + name))
        size = len(data)
        length = bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])
        names.append(length + data)
    return names


def tables(table: Sequence[Symbol], layout: Layout, place: int) -> tuple[bytes, int]:
    """The tables for the address `place`, and the offset of the tokens in them."""
    tokens = tokens_of(table)
    names, markers = bytearray(), []
    for number, name in enumerate(names_of(table, tokens)):
        if number % 256 == 0:
            markers.append(len(names))
        names += name
    order, alignment = layout.order, layout.alignment if layout.bits == 64 else 4
    marker = order + ("Q" if layout.long_markers and layout.bits == 64 else "I")
    texts = [token.encode() + b"\0" for token in tokens]
    index = [sum(map(len, texts[:code])) for code in range(256)]
    by_name = sorted(range(len(table)), key=lambda number: table[number][2])
    seqs = b"".join(number.to_bytes(3, "big") for number in by_name)

    parts = [
        padded(struct.pack(marker, len(table)), alignment),
        padded(bytes(names), alignment),
        padded(b"".join(struct.pack(marker, m) for m in markers), alignment),
    ]
    if layout.seqs and not layout.behind:
        parts.append(padded(seqs, alignment))
    if not layout.behind:
        parts.insert(0, _addresses(table, layout, place))
    tokens_at = sum(map(len, parts))
    parts.append(padded(b"".join(texts), alignment))
    parts.append(struct.pack(order + "256H", *index))
    if layout.behind:
        parts.append(_addresses(table, layout, place + sum(map(len, parts))))
        parts.append(seqs)
    return b"".join(parts), tokens_at


def _addresses(table: Sequence[Symbol], layout: Layout, place: int) -> bytes:
    if layout.form == "absolute":
        return b"".join(struct.pack(layout.word, address) for address, _, _ in table)
    base = min(address for address, kind, _ in table if kind != "A")
    offsets = [address - base for address, _, _ in table]
    if layout.form == "per-CPU":
        offsets = [base - 1 - a if a >= base else a for a, _, _ in table]
    elif layout.form == "place":
        offsets = [a - place - 4 * number for number, (a, _, _) in enumerate(table)]
    code = layout.order + ("I" if layout.form == "base" else "i")
    values = [struct.pack(code, offset) for offset in offsets]
    if layout.form == "place":
        return b"".join(values)
    return padded(b"".join(values), layout.bits // 8) + struct.pack(layout.word, base)


def image(table: Sequence[Symbol], layout: Layout, move: int = 0, lists: int = 100) -> bytes:
    """Memory with the image, which ran `move` bytes after its link address; `lists` empty lists
    are in it.
    """
    run = [
        (address + move if kind != "A" else address, kind, name) for address, kind, name in table
    ]
    start = layout.linked + move
    data, _ = tables(run, layout, start + _TABLE)
    memory = bytearray(PHYSICAL + _END)
    assert len(data) < _DATA - _TABLE
    memory[PHYSICAL + _TABLE : PHYSICAL + _TABLE + len(data)] = data
    for number in range(lists):
        place = _DATA + 64 * number
        head = 2 * struct.pack(layout.word, start + place)
        memory[PHYSICAL + place : PHYSICAL + place + len(head)] = head
    return bytes(memory)


def tokens_at(table: Sequence[Symbol], layout: Layout) -> int:
    """The physical address of the tokens in an image."""
    return PHYSICAL + _TABLE + tables(table, layout, layout.linked + _TABLE)[1]
