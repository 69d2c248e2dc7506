# SPDX-License-Identifier: MIT
"""The memory in a QEMU migration stream, as `virsh save` and `migrate` write it to a file.

`virsh save`, `virsh managedsave` and `virsh dump` without --memory-only write it, the first two
after a header of libvirt and the definition of the domain. It consists of big-endian sections
(QEMU, `migration/savevm.c`, `migration/ram.c`). The RAM section names the blocks of memory, and has
each page after a word with its address and flags. Sections of devices don't tell their length, but
come later.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NoReturn

from .problem import DumpError
from .ranges import Range
from .search import PIECE, Piece
from .source import Source, exactly

MAGIC = b"QEVM"
LIBVIRT = b"LibvirtQemudSave"

_VERSION = 3
_START, _PART, _END, _FULL, _SUBSECTION = 1, 2, 3, 4, 5
_CONFIGURATION, _COMMAND, _FOOTER = 7, 8, 0x7E
_ZERO, _SIZES, _PAGE, _EOS, _CONTINUE, _FLUSH = 2, 4, 8, 0x10, 0x20, 0x200
_RAM, _RAM_VERSION = "ram", 4
_FLAGS = (1 << 12) - 1
_UNREAD = {
    1: "of before 2009",
    0x40: "compressed by xbzrle",
    0x80: "sent by RDMA",
    0x100: "compressed page by page",
}
# Bytes before each page that continues a block.
_WORD = 8
_MOST_PAGES = 1 << 25
_MOST_NAMES = 1 << 16
_MOST_BLOCKS = 1 << 10
_WINDOW = 1 << 20
_ALL = range(1 << 64)

# How libvirt compresses the stream after its header.
_HEADER_BYTES = 92
_COMPRESSED = {1: "gzip -dc", 2: "bzip2 -dc", 3: "xz -dc", 4: "lzop -dc", 5: "zstd -dc"}

# Names of the blocks that are a machine's memory; each NUMA node has one.
_NODE = re.compile(r"ram-node\d+")
_BASES = {
    "pc.ram": 0,
    "s390.ram": 0,
    "ppc_spapr.ram": 0,
    "mach-virt.ram": 0x40000000,
    "riscv_virt_board.ram": 0x80000000,
}
_BEHIND_HOLE = 1 << 32
# PCs have no hole if they have less memory than the first number, else memory below it ends at the
# second.
_HOLES = {"pc-q35": (0xB0000000, 0x80000000), "pc-i440fx": (0xE0000000, 0xC0000000)}


@dataclass
class _Block:
    """A block of memory. Each of `pages` is 0 if missing, 1 if all zero, else its offset in the
    file.
    """

    name: str
    size: int
    pages: array[int] = field(repr=False)

    @property
    def is_memory(self) -> bool:
        last = self.name.rpartition("/")[2]
        return last in _BASES or _NODE.fullmatch(last) is not None


class _Reader:
    """Reads the stream from start to end, through a window of the file."""

    def __init__(self, source: Source, place: int) -> None:
        self._source = source
        self.place = place
        self._start = place
        self._window = b""

    def take(self, size: int) -> bytes:
        inside = self.place - self._start
        if inside < 0 or inside + size > len(self._window):
            self._start = self.place
            self._window = self._source.read(self.place, max(_WINDOW, size))
            inside = 0
        data = self._window[inside : inside + size]
        if len(data) < size:
            raise DumpError(
                f"{self._source.name}: it ends at byte {self.place + len(data)}, within its memory; it was not "
                "written, or not copied, whole"
            )
        self.place += size
        return data

    def byte(self) -> int:
        return self.take(1)[0]

    def half(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def word(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def long(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def name(self) -> str:
        return self.take(self.byte()).decode("latin-1")


class QemuStream:
    """Memory by physical address; `machine` is QEMU's machine type.

    If the addresses at which the machine has its memory are unknown, `is_placed` is False, and
    addresses count from the first byte of its first block.
    """

    def __init__(self, source: Source) -> None:
        """Reads the stream to the end of its memory. Raises DumpError."""
        self._source = source
        self._name = source.name
        self._bits = 12
        self.machine = ""
        self._blocks: list[_Block] = []
        # A page that continues is in the block of the page before, even if in another section.
        self._last: _Block | None = None
        self._reader = _Reader(source, _begin(source))
        self._read_stream()
        self.is_placed = False
        self._ranges = sorted(self._placed())

    @property
    def size(self) -> int:
        """Bytes of memory that the machine has."""
        return sum(one.size for one in self._ranges)

    def read(self, physical: int, size: int) -> bytes:
        """`size` bytes, fewer if a page is not in the stream."""
        pieces: list[bytes] = []
        page_size = 1 << self._bits
        while size > 0:
            at = self._at(physical)
            if at is None:
                break
            inside = physical & page_size - 1
            wanted = min(size, page_size - inside)
            piece = bytes(wanted) if at == 1 else self._source.read(at + inside, wanted)
            pieces.append(piece)
            physical += len(piece)
            size -= len(piece)
            if len(piece) < wanted:
                break
        return b"".join(pieces)

    def pieces(self, within: range = _ALL) -> Iterator[Piece]:
        """All pages within these addresses that the stream has, by address. Raises DumpError."""
        page = 1 << self._bits
        for one in self._ranges:
            number, offset = divmod(one.target, 1 << 64)
            pages = self._blocks[number].pages
            start = max(one.start, within.start // page * page)
            end = min(one.start + one.size, within.stop)
            for place in range(start, end, PIECE):
                first = (offset + place - one.start) >> self._bits
                count = -(-(min(place + PIECE, end) - place) >> self._bits)
                yield from self._runs(place, pages[first : first + count])

    def _runs(self, place: int, pages: array[int]) -> Iterator[Piece]:
        """Pages as pieces: neighbours that are missing, zero or in the file are joined."""
        page = 1 << self._bits
        for kind, run in groupby(pages, lambda at: min(at, 2)):
            found = list(run)
            size = len(found) * page
            if kind:
                yield Piece(place, size, self._data(found) if kind > 1 else None)
            place += size

    def _data(self, found: list[int]) -> bytes:
        """The data of pages that are not zero."""
        page = 1 << self._bits
        step = page + _WORD
        if found == list(range(found[0], found[0] + len(found) * step, step)):
            data = self._source.read(found[0], len(found) * step)
            return b"".join(data[at : at + page] for at in range(0, len(data), step))
        return b"".join(self._source.read(at, page) for at in found)

    def _at(self, physical: int) -> int | None:
        """The offset of a page in the file; 1 for a page of zeros."""
        for one in self._ranges:
            if one.start <= physical < one.start + one.size:
                block, offset = divmod(one.target, 1 << 64)
                page = (offset + physical - one.start) >> self._bits
                pages = self._blocks[block].pages
                return (pages[page] or None) if page < len(pages) else None
        return None

    def _read_stream(self) -> None:
        reader = self._reader
        sections: dict[int, str] = {}
        while True:
            kind = reader.byte()
            if kind == _CONFIGURATION:
                self.machine = self._text(reader.word())
            elif kind == _SUBSECTION and not sections:
                self._read_configuration()
            elif kind == _COMMAND:
                reader.half()
                reader.take(reader.half())
            elif kind in (_START, _FULL):
                number, name = reader.word(), reader.name()
                reader.word()
                version = reader.word()
                if name != _RAM or version != _RAM_VERSION:
                    self._refuse(
                        f"section '{name}' (version {version}) comes before the end of memory"
                    )
                sections[number] = name
                self._read_ram()
            elif kind in (_PART, _END) and reader.word() in sections:
                self._read_ram()
                if kind == _END:
                    break
            elif kind == _FOOTER:
                reader.word()
            else:
                self._refuse(f"section of type {kind} at byte {reader.place - 1}")
        if not any(any(block.pages) for block in self._blocks if block.is_memory):
            self._refuse(
                "no page of memory is in it: it was sent elsewhere (multifd), or kept in a file"
            )

    def _read_configuration(self) -> None:
        """Read the optional fields after the machine's name."""
        reader = self._reader
        name = reader.name()
        reader.word()
        if name == "configuration/target-page-bits":
            self._bits = reader.word()
            if not 9 <= self._bits <= 16:
                self._refuse(f"pages of 2^{self._bits} bytes")
        elif name == "configuration/capabilities":
            for _ in range(min(reader.word(), _MOST_NAMES)):
                reader.name()
        elif name == "configuration/uuid":
            reader.take(16)
        else:
            self._refuse(f"'{name}' is in front of its memory")

    def _read_ram(self) -> None:
        """Read one part of memory: words with an address and flags, and their data."""
        reader, page = self._reader, 1 << self._bits
        while True:
            word = reader.long()
            flags, offset = word & _FLAGS, word & ~_FLAGS
            if flags & _SIZES:
                self._read_sizes(offset)
            elif flags & (_ZERO | _PAGE):
                if not flags & _CONTINUE:
                    self._last = self._named(reader.name())
                block, number = self._last, offset >> self._bits
                if block is None or number >= len(block.pages) or offset % page:
                    self._refuse(
                        f"a page at {offset:#x}, which is in no block of memory", damaged=True
                    )
                if flags & _ZERO:
                    if reader.byte():
                        self._refuse("a page that is filled with another byte than zero")
                    block.pages[number] = 1
                else:
                    block.pages[number] = reader.place
                    reader.take(page)
            elif flags == _EOS:
                return
            elif flags & ~_FLUSH:
                self._refuse(
                    next(
                        (f"pages {how}" for bit, how in _UNREAD.items() if flags & bit),
                        f"flags {flags:#x}",
                    )
                )

    def _read_sizes(self, total: int) -> None:
        """Read names and sizes of the blocks."""
        if self._blocks:
            self._refuse("its blocks of memory are named twice", damaged=True)
        reader = self._reader
        # A page takes at least 9 bytes of the file.
        room = min(_MOST_PAGES, (self._source.size or 1 << 62) // 9 + 1)
        while total > 0:
            name, size = reader.name(), reader.long()
            if not name:
                self._refuse("its blocks of memory have more than a name and a size (mapped-ram)")
            total -= size
            pages = -(-size >> self._bits)
            room -= pages
            if not size or total < 0 or room < 0 or len(self._blocks) >= _MOST_BLOCKS:
                self._refuse(f"its block '{name}' has {size} bytes", damaged=True)
            self._blocks.append(_Block(name, size, array("Q", bytes(8 * pages))))

    def _named(self, name: str) -> _Block:
        for block in self._blocks:
            if block.name == name:
                return block
        self._refuse(f"a page of a block '{name}', which it does not name", damaged=True)

    def _placed(self) -> Iterator[Range]:
        """Where the machine has its memory; `target` is a block's number and the offset in it."""
        blocks = [(n, block) for n, block in enumerate(self._blocks) if block.is_memory]
        if not blocks:
            self._refuse(
                f"none of its blocks is known as memory ({', '.join(b.name for b in self._blocks[:4])})"
            )
        whole = sum(block.size for _, block in blocks)
        base, hole = self._layout(blocks[0][1].name.rpartition("/")[2])
        self.is_placed = base is not None
        place = base or 0
        below = whole
        if hole is not None and whole >= hole[0]:
            below = hole[1]
        for number, block in blocks:
            done = 0
            while done < block.size:
                size = min(block.size - done, below) if below else block.size - done
                yield Range(place, size, (number << 64) + done)
                done += size
                place += size
                if below:
                    below -= size
                    if not below:
                        place = max(place, _BEHIND_HOLE) if hole is not None else place

    def _layout(self, block: str) -> tuple[int | None, tuple[int, int] | None]:
        """Where memory begins, and the hole of a PC; None if unknown."""
        for machine, hole in _HOLES.items():
            if self.machine.startswith(machine):
                return 0, hole
        return (_BASES.get(block) if block != "pc.ram" else None), None

    def _text(self, size: int) -> str:
        if size > 256:
            self._refuse(f"a name of {size} bytes", damaged=True)
        return self._reader.take(size).decode("latin-1")

    def _refuse(self, why: str, damaged: bool = False) -> NoReturn:
        end = "it is damaged" if damaged else _REMEDY
        raise DumpError(
            f"{self._name}: a stream of QEMU's migration that is not read: {why}; {end}"
        )


_REMEDY = (
    "restore the machine stopped, and let virsh dump --memory-only, or the monitor's dump-guest-memory, write "
    "an ELF dump"
)


def _begin(source: Source) -> int:
    """Where the first section begins."""
    place = 0
    start = exactly(source, 0, 8, "its header")
    if source.read(0, len(LIBVIRT)) == LIBVIRT:
        data = exactly(source, 0, _HEADER_BYTES, "the header of libvirt")
        order = next((o for o in "<>" if 0 < struct.unpack_from(o + "I", data, 16)[0] < 256), "<")
        _, size, _, way = struct.unpack_from(order + "4I", data, 16)
        place = _HEADER_BYTES + size
        if way:
            unpack = _COMPRESSED.get(way, f"the program that it was compressed with (number {way})")
            raise DumpError(
                f"{source.name}: a saved domain of libvirt, compressed: tail -c +{place + 1} FILE | {unpack} "
                ">STREAM makes a file that can be read"
            )
        start = exactly(source, place, 8, "the stream behind the definition of the domain")
    if not start.startswith(MAGIC):
        raise DumpError(
            f"{source.name}: no stream of QEMU's migration at byte {place}; it is damaged"
        )
    version = int.from_bytes(start[4:], "big")
    if version != _VERSION:
        raise DumpError(
            f"{source.name}: version {version} of QEMU's migration, and {_VERSION} is read; {_REMEDY}"
        )
    return place + 8
