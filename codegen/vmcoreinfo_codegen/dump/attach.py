# SPDX-License-Identifier: MIT
"""A copy of a dump with another note in it.

New headers and notes come before an ELF vmcore and of a raw image, in whole blocks of the file
system, and the old file behind them as it is: so its blocks can be shared, and each PT_LOAD moves
by the same distance. The program headers stand right behind the ELF header, where makedumpfile
reads them whatever `e_phoff` says (it refuses QEMU's dumps for that).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from ..files import writing
from . import copying, elf, kdump_copy, notes
from .foreign import check_raw
from .kdump_copy import Plan
from .other_notes import other_notes
from .problem import DumpError
from .raw import RawImage
from .reader import tell_format
from .source import File

COPIED = ("elf", "kdump")
"""The formats of dumps that get another note."""

_LEAST_BLOCK = 4096
_MOST_BLOCK = 1 << 20


class Attached(NamedTuple):
    """What was written: bytes of the old file that the copy shares with it or has for itself.

    `replaced` is the text of the note that was there, None if there was none; `arch` is that of the
    dump, None if its machine is not known; `coverage` what of its memory it holds; `mended` are the
    fields of a kdump's headers that differed from the note.
    """

    replaced: bytes | None
    arch: str | None
    coverage: elf.Coverage
    shared: int
    copied: int
    mended: tuple[str, ...] = ()


def attach(
    text: bytes | None,
    dump: str,
    out: str,
    progress: copying.Progress = lambda size: None,
    inputs: Iterable[str] = (),
    raw: RawImage | None = None,
    mends: bool = False,
) -> Attached:
    """Write a copy of `dump` whose VMCOREINFO note has that text, None for no such note.

    `out` appears when it is whole, and replaces what was there, but for the dump and the other
    `inputs`; nobody may read it who may not read the dump. A dump that holds a part of its memory
    is copied as it is, one that holds none refused. With `raw`, a file that is not a dump of a
    known format is a raw image. With `mends` the headers of a kdump say what the note says. Raises
    DumpError, OSError.
    """
    with File(dump) as source:
        if source.size is None or not source.seeks:
            raise DumpError(f"{dump}: only a file can be copied, not a pipe or a device")
        form = tell_format(source)
        if form == "text" and raw is None:
            check_raw(source)
        if form == "kdump":
            made = kdump_copy.plan(source, text, mends)
        elif form == "elf":
            made = _in_front(source, text, _block_size(out))
        elif form != "flattened" and raw is not None:
            made = _before_raw(source, text, _block_size(out), raw)
        else:
            raise DumpError(f"{dump}: {_refusal(form)}")
        mode = os.fstat(source.fileno()).st_mode
        with writing.replacing(out, [dump, *inputs], mode) as target:
            if not target.seekable():
                raise DumpError(f"{out}: the copy must be a file, not a pipe or a device")
            if made.moved:
                os.ftruncate(target.fileno(), made.moved)
            shared = copying.share(source, target.fileno(), made.moved)
            copied = 0 if shared else copying.copy(source, target.fileno(), made.moved, progress)
            for offset, data in made.patches:
                target.seek(offset)
                target.write(data)
    return Attached(made.replaced, made.arch, made.coverage, shared, copied, made.mended)


def _refusal(form: str) -> str:
    if form == "flattened":
        return "a flattened dump; rebuild it first: makedumpfile -R DUMP < FILE"
    return (
        "not a dump; a note can be put into ELF and kdump-compressed dumps, and before a raw image "
        "of whole pages"
    )


def _block_size(out: str) -> int:
    status = os.statvfs(os.path.dirname(os.path.abspath(out)))
    size = status.f_bsize
    return size if _LEAST_BLOCK <= size <= _MOST_BLOCK and size & (size - 1) == 0 else _LEAST_BLOCK


def _in_front(source: File, text: bytes | None, block: int) -> Plan:
    file = elf.open_elf(source)
    if file.type != elf.ET_CORE:
        raise DumpError(f"{source.name}: an ELF file, but not a core dump (type {file.type})")
    segments = list(file.segments())
    coverage = elf.coverage(file, segments)
    if coverage.described and not coverage.held:
        raise DumpError(
            f"{source.name}: truncated: its program headers describe {coverage.described} bytes of "
            "memory, but the file has none of them; copy it again"
        )
    places = [(s.offset, s.file_size) for s in segments if s.type == elf.PT_NOTE]
    kept, replaced = other_notes(source, places, file.order)
    loads = [s for s in segments if s.type != elf.PT_NOTE]
    data = _headers(file, loads, kept, text, block)
    return Plan(((0, data),), len(data), replaced, file.arch, coverage)


def _before_raw(source: File, text: bytes | None, block: int, raw: RawImage) -> Plan:
    """A segment for each stretch, with the physical address for the virtual one, as in a dump by QEMU."""
    file = elf.core_of(source, raw.bits, raw.order, raw.machine)
    loads = [
        elf.Segment(elf.PT_LOAD, 0, one.target, one.start, one.start, one.size, one.size, 0)
        for one in raw.ranges
    ]
    data = _headers(file, loads, b"", text, block)
    return Plan(((0, data),), len(data), None, file.arch, elf.coverage(file, loads))


def _headers(
    file: elf.Elf, loads: list[elf.Segment], kept: bytes, text: bytes | None, block: int
) -> bytes:
    """Headers and notes in whole blocks, for segments that come to be behind them."""
    if text is not None:
        kept += notes.build(text, file.order)
    count = len(loads) + 1
    header_size, segment_size = elf.header_size(file), elf.segment_size(file)
    section = header_size + count * segment_size
    many = count >= elf.PN_XNUM
    start = section + (elf.section_size(file) if many else 0)
    start = (start + 7) & ~7
    size = -(-(start + len(kept)) // block) * block
    end = max((s.offset + s.file_size for s in loads), default=0) + size
    if end >= 1 << file.bits:
        raise DumpError(
            f"{file.source.name}: with a note in front, its offsets do not fit in {file.bits} bits"
        )
    moved = [s._replace(offset=s.offset + size) for s in loads]
    note = elf.Segment(elf.PT_NOTE, 0, start, 0, 0, len(kept), len(kept), 4)
    headers = elf.build_headers(file, [note, *moved], section if many else 0)
    return (headers.ljust(start, b"\0") + kept).ljust(size, b"\0")
