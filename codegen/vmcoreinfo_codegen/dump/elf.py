# SPDX-License-Identifier: MIT
"""ELF files: headers, segments and sections, of both classes and byte orders.

Existing libraries expect fewer program headers than a crash dump can have, and
trust its sizes and offsets.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vmcoreinfo import ELF_MACHINES

from .problem import DumpError
from .source import MOST_AT_ONCE, Source, exactly

MAGIC = b"\x7fELF"
ET_CORE = 4
PT_LOAD = 1
PT_NOTE = 4

PN_XNUM = 0xFFFF
"""`e_phnum` if there are more headers than fit in it; section 0 has their number as `sh_info`."""

_SHN_XINDEX = 0xFFFF
_MOST_SEGMENTS = 1 << 20
_MOST_SECTIONS = 1 << 18
_CHUNK_HEADERS = 4096


class Segment(NamedTuple):
    """A program header; offsets, addresses and sizes in bytes."""

    type: int
    flags: int
    offset: int
    virtual: int
    physical: int
    file_size: int
    memory_size: int
    align: int


class Section(NamedTuple):
    """A section header; offsets, addresses and sizes in bytes."""

    name: int
    type: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    entry_size: int


class Coverage(NamedTuple):
    """How much of the memory that a core's headers describe is in the file, in bytes.

    `described` and `held` are sums over its PT_LOAD segments; `cut` is how far its segments, of any
    type, reach past the end of the file.
    """

    described: int
    held: int
    cut: int


class Layout(NamedTuple):
    """The layout of the headers of one ELF class."""

    header: str
    header_size: int
    segment: str
    section: str


_CLASSES = {
    1: Layout("HHIIIIIHHHHHH", 52, "8I", "10I"),
    2: Layout("HHIQQQIHHHHHH", 64, "IIQQQQQQ", "IIQQQQIIQQ"),
}


class Elf(NamedTuple):
    """An open ELF file. `order` is `<` or `>`."""

    source: Source
    bits: int
    order: str
    type: int
    machine: int
    flags: int
    segments_offset: int
    segment_size: int
    segment_count: int
    sections_offset: int
    section_size: int
    section_count: int
    names_section: int

    @property
    def arch(self) -> str | None:
        """The architecture as this package names it; None if the machine is not known."""
        return ELF_MACHINES.get((self.machine, self.bits))

    @property
    def layout(self) -> Layout:
        return _CLASSES[self.bits // 32]

    def segments(self) -> Iterator[Segment]:
        """Every program header, in the order of the file."""
        unpack = struct.Struct(self.order + self.layout.segment)
        for data in self._table(
            "program headers",
            self.segments_offset,
            self.segment_size,
            self.segment_count,
            unpack.size,
            _MOST_SEGMENTS,
        ):
            fields = unpack.unpack_from(data)
            if self.bits == 64:
                yield Segment(*fields)
            else:
                type_, offset, virtual, physical, file_size, memory_size, flags, align = fields
                yield Segment(
                    type_, flags, offset, virtual, physical, file_size, memory_size, align
                )

    def sections(self) -> Iterator[Section]:
        """Every section header, in the order of the file."""
        unpack = struct.Struct(self.order + self.layout.section)
        for data in self._table(
            "section headers",
            self.sections_offset,
            self.section_size,
            self.section_count,
            unpack.size,
            _MOST_SECTIONS,
        ):
            name, type_, _, address, offset, size, link, info, _, entry_size = unpack.unpack_from(
                data
            )
            yield Section(name, type_, address, offset, size, link, info, entry_size)

    def section(self, name: str) -> Section | None:
        """The first section of that name."""
        table = next((s for n, s in enumerate(self.sections()) if n == self.names_section), None)
        if table is None:
            return None
        names = self.source.read(table.offset, min(table.size, MOST_AT_ONCE))
        wanted = name.encode() + b"\0"
        for section in self.sections():
            if names.startswith(wanted, section.name):
                return section
        return None

    def _table(
        self, what: str, offset: int, step: int, count: int, least: int, most: int
    ) -> Iterator[memoryview]:
        if not count:
            return
        if step < least:
            raise DumpError(
                f"{self.source.name}: {what} of {step} bytes each; at least {least} are needed"
            )
        if count > most:
            raise DumpError(f"{self.source.name}: {count} {what}; at most {most} are supported")
        size = self.source.size
        if size is not None and offset + count * step > size:
            raise DumpError(
                f"{self.source.name}: {count} {what} at byte {offset} reach beyond the end of the "
                "file; it is truncated or corrupt"
            )
        for first in range(0, count, _CHUNK_HEADERS):
            number = min(_CHUNK_HEADERS, count - first)
            data = exactly(
                self.source, offset + first * step, number * step, f"the table of {what}"
            )
            view = memoryview(data)
            for index in range(number):
                yield view[index * step : index * step + least]


def open_elf(source: Source) -> Elf:
    """The headers of an ELF file. Raises DumpError."""
    ident = exactly(source, 0, 16, "the ELF header")
    layout = _CLASSES.get(ident[4])
    order = {1: "<", 2: ">"}.get(ident[5])
    if ident[:4] != MAGIC:
        raise DumpError(f"{source.name}: not an ELF file (it starts with {ident[:4].hex(' ')})")
    if layout is None or order is None:
        raise DumpError(
            f"{source.name}: an ELF header of class {ident[4]} and byte order {ident[5]}; it is "
            "corrupt"
        )
    data = exactly(source, 16, layout.header_size - 16, "the ELF header")
    (type_, machine, _, _, phoff, shoff, flags, _, phentsize, phnum, shentsize, shnum, shstrndx) = (
        struct.unpack(order + layout.header, data)
    )
    unpack = struct.Struct(order + layout.section)
    if shoff and (phnum == PN_XNUM or not shnum):
        # Numbers that do not fit in the header are in section 0, which has no other use (gABI).
        first = unpack.unpack(exactly(source, shoff, unpack.size, "section header 0"))
        shnum = shnum or first[5]
        phnum = first[7] if phnum == PN_XNUM and first[7] else phnum
        shstrndx = first[6] if shstrndx == _SHN_XINDEX else shstrndx
    return Elf(
        source,
        32 * ident[4],
        order,
        type_,
        machine,
        flags,
        phoff,
        phentsize,
        phnum,
        shoff,
        shentsize,
        shnum,
        shstrndx,
    )


def core_of(source: Source, bits: int, order: str, machine: int) -> Elf:
    """A core that has no headers yet, to build headers for."""
    return Elf(source, bits, order, ET_CORE, machine, 0, 0, 0, 0, 0, 0, 0, 0)


def coverage(file: Elf, segments: Iterable[Segment]) -> Coverage:
    """How much of the described memory the file holds; all of it if the file's size is unknown."""
    size = file.source.size
    described = held = cut = 0
    for segment in segments:
        end = segment.offset + segment.file_size
        if segment.type == PT_LOAD:
            described += segment.file_size
            behind = 0 if size is None else min(segment.file_size, max(0, end - size))
            held += segment.file_size - behind
        if size is not None:
            cut = max(cut, end - size)
    return Coverage(described, held, cut)


def header_size(file: Elf) -> int:
    return file.layout.header_size


def segment_size(file: Elf) -> int:
    return struct.calcsize(file.order + file.layout.segment)


def section_size(file: Elf) -> int:
    return struct.calcsize(file.order + file.layout.section)


def build_headers(file: Elf, segments: list[Segment], section_at: int) -> bytes:
    """The ELF header of a core like `file`, directly followed by the program headers.

    `section_at` is the offset for section 0, which has the number of program headers if it does not
    fit in the header; 0 for no sections.
    """
    layout, order = file.layout, file.order
    count = PN_XNUM if section_at else len(segments)
    ident = MAGIC + bytes([file.bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    fields = (
        file.type, file.machine, 1, 0, layout.header_size, section_at, file.flags,
        layout.header_size, segment_size(file), count,
        section_size(file) if section_at else 0, int(bool(section_at)), 0,
    )  # fmt: skip
    data = bytearray(ident + struct.pack(order + layout.header, *fields))
    pack = struct.Struct(order + layout.segment).pack
    for s in segments:
        if file.bits == 64:
            data += pack(*s)
        else:
            data += pack(
                s.type,
                s.offset,
                s.virtual,
                s.physical,
                s.file_size,
                s.memory_size,
                s.flags,
                s.align,
            )
    if section_at:
        section = [0] * 10
        section[7] = len(segments)
        data += struct.pack(order + layout.section, *section)
    return bytes(data)
