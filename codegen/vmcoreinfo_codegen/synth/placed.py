# SPDX-License-Identifier: MIT
"""A kernel whose kallsyms has only functions: its exported symbols locate its image."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

from ..debuginfo.facts import Types
from ..debuginfo.kallsyms import STARTS, Kallsyms
from ..debuginfo.ksymtab import Ksymtab, find_ksymtab
from ..dump.memory import PhysicalMemory
from .own import OwnKernel
from .placed_image import PlacedImage
from .structures import Found, find_structures

_UTS = "init_uts_ns"
# struct new_utsname has strings of 65 bytes, sysname, nodename, release; a counter may precede it.
_SYSNAME = b"Linux\0"
_RELEASE_AT, _TEXT_BYTES = 2 * 65, 65
_BEFORE_NAMES = 256
# Bytes of variables after the last exported one.
_BEHIND = 4 << 20
_MOST_IMAGE = 128 << 20
_BUILD_ID, _BUILD_ID_BYTES, _NAME = 3, 20, b"GNU\0"
_MOST_BETWEEN = 16 << 20


class PlacedKernel:
    """A kernel located by its exported symbols. Implements `facts.Memory`.

    `symbols` have the addresses at which it ran; `origins` tells the origin of those not in
    kallsyms. `of_tables` are the symbols named by a table: if memory is scattered, as a guest's in
    its host, no others are known.
    """

    def __init__(self, own: OwnKernel, exported: Ksymtab, found: Found, is_placed: bool) -> None:
        self.is_placed = is_placed
        self._own = own
        self._exported = exported
        self._image = found.image
        kallsyms = own.symbols
        tables = {name: self._image.address(place) for name, place in kallsyms.places.items()}
        moved = 0 if kallsyms.has_run_addresses else exported.move
        mask = (1 << kallsyms.bits) - 1
        functions = {name: at + moved & mask for name, at in own.addresses.items()}
        self.exported = exported.addresses.keys()
        self.of_tables: Mapping[str, int] = {**exported.addresses, **functions}
        self.symbols: Mapping[str, int] = {**found.addresses, **tables, **self.of_tables}
        self.origins: Mapping[str, str] = {
            **found.reasons,
            **dict.fromkeys(
                exported.addresses, f"exported, in __ksymtab at {exported.physical:#x}"
            ),
            **dict.fromkeys(tables, "where kallsyms is"),
        }

    def physical(self, name: str) -> int | None:
        address = self.symbols.get(name)
        return None if address is None or not self.is_placed else self._image.place(address)

    def read(self, width: int, address: int) -> int | None:
        return self._image.read(width, address)

    @property
    def release(self) -> str | None:
        """The release in init_uts_ns, as uname -r prints it; None if init_uts_ns is not
        exported.
        """
        at = self.symbols.get(_UTS)
        data = b"" if at is None else self._image.bytes_at(at, _BEFORE_NAMES + 3 * _TEXT_BYTES)
        place = data.find(_SYSNAME, 0, _BEFORE_NAMES)
        text = data[place + _RELEASE_AT :][:_TEXT_BYTES].partition(b"\0")[0]
        return text.decode("ascii") if place >= 0 and text.isascii() and text else None

    def build_id(self) -> str | None:
        """The build ID in hexadecimal; None if not found.

        Its note is the only one between exported symbols and types in the kernel's linker script;
        the notes of vdsos are elsewhere.
        """
        start, types = self._exported.physical, self._own.types
        if types is None or not 0 < types.physical - start < _MOST_BETWEEN:
            return None
        first, last = self._image.address(start), self._image.address(types.physical)
        if not (self._image.has(first) and self._image.has(last)):
            return None
        form = f"{self._image.order}III"
        header = struct.pack(form, len(_NAME), _BUILD_ID_BYTES, _BUILD_ID) + _NAME
        notes = replace(self._image, start=first, end=last)
        places = list(islice(notes.find(re.compile(re.escape(header)), len(header), 4), 2))
        if len(places) != 1:
            return None
        text = self._image.bytes_at(places[0] + len(header), _BUILD_ID_BYTES)
        return text.hex() if len(text) == _BUILD_ID_BYTES else None


def placed_kernel(
    memory: PhysicalMemory, own: OwnKernel, types: Types | None, is_placed: bool = False
) -> PlacedKernel | None:
    """The kernel located by its exported symbols; None if no table of them agrees with its
    kallsyms.

    `is_placed` says that the dump has physical addresses even if its format doesn't tell. Raises
    DumpError, DebugInfoError.
    """
    kallsyms = own.symbols
    exported = find_ksymtab(memory, kallsyms)
    if exported is None:
        return None
    begins = (kallsyms.addresses[name] for name in STARTS if name in kallsyms.addresses)
    image = _image(memory, kallsyms, exported, min(begins))
    found = Found(image) if types is None else find_structures(image, types)
    if not kallsyms.has_run_addresses and "init_mm" not in found.addresses:
        # Only empty lists would tell where it ran.
        return None
    return PlacedKernel(own, exported, found, memory.is_placed or is_placed)


def _image(
    memory: PhysicalMemory, kallsyms: Kallsyms, exported: Ksymtab, first: int
) -> PlacedImage:
    """The image from its first function on, whose address in kallsyms is `first`."""
    start = first if kallsyms.has_run_addresses else first + exported.move
    ends = (at for at in exported.addresses.values() if start <= at < start + _MOST_IMAGE)
    order = ">" if kallsyms.big_endian else "<"
    end = max(ends, default=start) + _BEHIND
    return PlacedImage(memory, exported.move, kallsyms.bits, order, start, end)
