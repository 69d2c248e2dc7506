# SPDX-License-Identifier: MIT
"""Where the kernel's image is in a dump: its physical address, and the addresses at which it ran.

The banner, `Linux version …`, is text at a known symbol, so its physical address gives that of
every symbol. init_mm.pgd has the virtual address of the top page table, so it tells how far KASLR
moved the symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..debuginfo.banner_in_memory import RELEASE, TEXT
from ..debuginfo.facts import Types
from ..debuginfo.problem import DebugInfoError
from ..dump import notes
from ..dump.memory import PhysicalMemory
from ..dump.source import Memory

BANNER = "linux_banner"
"""The symbol of the banner, without which the image is not found."""

# A second text distinguishes the banner from its copies in the log.
_FORMAT = "linux_proc_banner"
_FORMAT_TEXT = b"%s version %s"
_TABLES = ("swapper_pg_dir", "init_top_pgt", "init_level4_pgt")
_NOTES = "__start_notes"
_BEGINS, _ENDS = ("_text", "_stext"), "_end"
_BUILD_ID = 3
_PAGE = 4096
_MASK = 0xFFFFFFFFFFFFFFFF

SYMBOLS = {BANNER, _FORMAT, _NOTES, "init_mm", *_TABLES, *_BEGINS, _ENDS}
"""The symbols needed to find the image."""


class Image:
    """The kernel's image in a dump. Implements `facts.Memory`.

    The given symbols plus `move` are the addresses at which the kernel ran; `release` is its full
    release.
    """

    def __init__(
        self,
        memory: PhysicalMemory,
        symbols: Mapping[str, int],
        types: Types | None,
        release: str,
        bits: int,
        holds: int | None = None,
        banners: Sequence[int] | None = None,
        is_placed: bool = False,
    ) -> None:
        """`release` is the beginning of the kernel's release, `holds` a physical address in the
        image.

        `banners` are the places of banners, None to search for them. `is_placed` says that the dump
        has physical addresses even if its format doesn't tell.

        Raises DebugInfoError if the image can't be found.
        """
        self._memory = memory
        self._holds = holds
        self._banners = banners
        self.is_placed = memory.is_placed or is_placed
        self._bits = memory.bits or bits
        self._symbols = symbols
        # Physical minus given address, the same for every symbol of the image. In raw memory with
        # an unknown start: offset in memory minus given address, which is enough for reading.
        self._to_physical, self.release = self._located(release)
        self.move = self._moved(types)

    @property
    def extent(self) -> range | None:
        """The image's range of addresses in the dump; None if the symbols don't tell its ends."""
        begins = next((self._symbols[n] for n in _BEGINS if n in self._symbols), None)
        ends = self._symbols.get(_ENDS)
        if begins is None or ends is None:
            return None
        return range(begins + self._to_physical, ends + self._to_physical)

    def place(self, name: str) -> int | None:
        """The address of a symbol in the dump."""
        address = self._symbols.get(name)
        return None if address is None else address + self._to_physical & _MASK

    def physical(self, name: str) -> int | None:
        address = self._symbols.get(name)
        if address is None or not self.is_placed:
            return None
        return address + self._to_physical & _MASK

    def address(self, physical: int) -> int:
        """The address at which the kernel ran, for a physical address in its image."""
        return physical - self._to_physical + self.move & _MASK

    def read(self, width: int, address: int) -> int | None:
        """An unsigned integer at an address at which the kernel ran; None if the dump lacks it."""
        size = (width or self._bits) // 8
        data = self._memory.read(address - self.move + self._to_physical & _MASK, size)
        if len(data) < size:
            return None
        return self._number(data)

    def build_id(self) -> str | None:
        """The build ID in hexadecimal, from the notes of the image; None if they are missing."""
        notes_at = self._symbols.get(_NOTES)
        if notes_at is None:
            return None
        data = self._memory.read(notes_at + self._to_physical & _MASK, _PAGE)
        window = Memory(self._memory.source.name, data)
        for note in notes.walk(window, 0, len(data), self._memory.order or "<"):
            if note.name == b"GNU" and note.type == _BUILD_ID and 0 < note.size <= 64:
                return window.read(note.offset, note.size).hex()
        return None

    def _number(self, data: bytes) -> int:
        return int.from_bytes(data, "big" if self._memory.order == ">" else "little")

    def _located(self, release: str) -> tuple[int, str]:
        name = self._memory.source.name
        banner = self._symbols.get(BANNER)
        if banner is None:
            raise DebugInfoError(
                f"{name}: without the symbol {BANNER} the kernel can't be found in it. /proc/kallsyms "
                "of a kernel without CONFIG_KALLSYMS_ALL has only functions: give the System.map "
                "or vmlinux of its debug package, or leave out --dump"
            )
        text = TEXT + release.encode()
        second = self._symbols.get(_FORMAT)
        for place in self._memory.find(text) if self._banners is None else self._banners:
            # KASLR and loaders move an image by whole pages.
            if place % _PAGE != banner % _PAGE:
                continue
            apart = (second or banner) - banner
            found = RELEASE.match(self._memory.read(place, _PAGE))
            is_format = self._memory.read(place + apart, 64).startswith(_FORMAT_TEXT)
            if (
                found
                and found[0].startswith(text)
                and (second is None or is_format)
                and self._is_image(place - banner)
            ):
                return place - banner, found[1].decode("ascii")
        raise DebugInfoError(
            f"{name}: the kernel's image was not found: no '{text.decode()}…' where {BANNER} could "
            "be; check that --kernel is the crashed release, and that the symbols match it"
        )

    def _is_image(self, to_physical: int) -> bool:
        """Whether the address that the image has to contain is in it, if the image is there."""
        begins = next((self._symbols[n] for n in _BEGINS if n in self._symbols), None)
        ends = self._symbols.get(_ENDS)
        if self._holds is None or begins is None or ends is None:
            return True
        return begins + to_physical <= self._holds < ends + to_physical

    def _moved(self, types: Types | None) -> int:
        mm = self._symbols.get("init_mm")
        offsets = types.offsets("mm_struct", "pgd") if types is not None else set()
        table = next((self._symbols[t] for t in _TABLES if t in self._symbols), None)
        if mm is None or table is None or len(offsets) != 1:
            return 0
        data = self._memory.read(mm + offsets.pop() + self._to_physical & _MASK, self._bits // 8)
        pointer = self._number(data) if len(data) == self._bits // 8 else table
        move = pointer - table
        if move % _PAGE:
            raise DebugInfoError(
                f"{self._memory.source.name}: init_mm.pgd is {pointer:#x}, which is not a page "
                "table's address; the symbols or types belong to another kernel"
            )
        return move
