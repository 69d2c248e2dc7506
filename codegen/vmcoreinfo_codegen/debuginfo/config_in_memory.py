# SPDX-License-Identifier: MIT
"""A kernel's .config in the memory of its dump.

CONFIG_IKCONFIG puts it into the image (kernel/configs.c): "IKCFG_ST", the gzip-compressed file,
"IKCFG_ED". Built as a module (=m) it is in memory too, but on scattered pages.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

from ..dump.memory import PhysicalMemory
from ..limits import Limit
from .in_memory import (
    PAGE,
    Cut,
    absent,
    limit,
    missing,
    places_limit,
)
from .problem import DebugInfoError

MOST_BYTES = 4 << 20
"""Limit of the text's size; with all drivers it has some 300 KiB."""

_START, _END = b"IKCFG_ST", b"IKCFG_ED"
_GZIP = b"\x1f\x8b\x08"
_LEAST_UNPACKED = 16 * MOST_BYTES

# Some builds leave blanks at the end of a line, or CRLF.
_CONFIG = re.compile(rb"(?:(?:#[^\n]*+|CONFIG_\w++=[^\n]*+|[ \t\r]*+)(?:\n|\Z))++")
_OPTION = re.compile(rb"^CONFIG_\w++=", re.MULTILINE)
_TITLE = re.compile(
    rb"^# ((?:Linux|User Mode Linux)[!-~ ]{1,200} Kernel Configuration|Linux kernel version: [!-~]{1,64})[ \r]*$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class FoundConfig:
    """A .config: the address of `IKCFG_ST`, bytes up to the end of `IKCFG_ED`, and bytes of the
    text.

    `title` is the line that names the kernel, such as "Linux/x86 6.12.117 Kernel Configuration", or
    None; `options` is the number of lines that set an option. `text` is unpacked on demand, as a
    dump may have many.
    """

    physical: int
    size: int
    text_size: int
    title: str | None
    options: int
    memory: PhysicalMemory = field(repr=False, compare=False)

    @property
    def text(self) -> bytes:
        """The file, as /proc/config.gz unpacks to."""
        return _unpacked(self.memory, self.physical)[0]


class ConfigSearch:
    """Implements `in_memory.Search`."""

    needles = (_START + _GZIP,)

    def __init__(self, memory: PhysicalMemory) -> None:
        self._memory = memory
        self._places = places_limit(memory, "places that begin like a .config")
        self._unpacked = limit(
            memory, _LEAST_UNPACKED, 1, "bytes of what begins like a .config, unpacked"
        )
        self._found: list[FoundConfig] = []
        self._cut: list[Cut] = []

    def at(self, place: int) -> None:
        self._places.spend()
        try:
            self._found.append(_at(self._memory, place, self._unpacked))
        except _NotWhole as error:
            self._cut.append(Cut(place, str(error)))

    def found(self) -> list[FoundConfig]:
        """By address; there are several if memory has several kernels."""
        return self._found

    def cut(self) -> list[Cut]:
        """Everything that begins like a .config and is not complete."""
        return self._cut


class _NotWhole(DebugInfoError):
    """Data that begin like a .config but are none; the message says where they end."""


def _at(memory: PhysicalMemory, place: int, budget: Limit) -> FoundConfig:
    """The .config at a place. Raises _NotWhole."""
    text, size = _unpacked(memory, place, budget)
    options = sum(1 for _ in _OPTION.finditer(text))
    if not options or not _CONFIG.fullmatch(text):
        raise _NotWhole("its unpacked content is not a .config")
    title = _TITLE.search(text)
    return FoundConfig(
        place,
        size,
        len(text),
        title[1].decode("ascii").rstrip() if title else None,
        options,
        memory,
    )


def _unpacked(
    memory: PhysicalMemory, physical: int, budget: Limit | None = None
) -> tuple[bytes, int]:
    """The text, and its size in memory with both marks. Raises _NotWhole.

    Memory is read page by page, so that the error names the page.
    """
    decoder = zlib.decompressobj(wbits=31)
    text = bytearray()
    place = physical + len(_START)
    while not decoder.eof:
        size = PAGE - place % PAGE
        page = memory.read(place, size)
        try:
            piece = decoder.decompress(page, MOST_BYTES + 1 - len(text))
        except zlib.error:
            raise _NotWhole(_damage(memory, physical, place + len(page))) from None
        if budget is not None:
            budget.spend(PAGE + len(piece))
        text += piece
        if len(text) > MOST_BYTES:
            raise _NotWhole(f"it unpacks to more than {MOST_BYTES} bytes")
        place += len(page)
        if len(page) < size and not decoder.eof:
            raise _NotWhole(f"not in the dump from {place:#x} on")
    end = place - len(decoder.unused_data)
    if memory.read(end, len(_END)) != _END:
        raise _NotWhole(f"no {_END.decode()} at {end:#x}after the packed data")
    return bytes(text), end + len(_END) - physical


def _damage(memory: PhysicalMemory, physical: int, end: int) -> str:
    gone = missing(memory, physical, end - physical)
    if gone is not None:
        return absent(gone)
    return (
        f"it can't be unpacked beyond {end:#x}; a module's (CONFIG_IKCONFIG=m) is on separate pages"
    )
