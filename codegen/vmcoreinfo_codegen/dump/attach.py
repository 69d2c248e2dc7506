# SPDX-License-Identifier: MIT
"""A copy of a dump with another note in it.

New headers and notes go before an ELF vmcore or a raw image, in whole blocks of the file system,
followed by the unchanged old file. So its blocks can be shared, and each PT_LOAD moves by the same
distance. The program headers directly follow the ELF header: makedumpfile reads them there,
whatever `e_phoff` says, and so refuses QEMU's dumps.
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
"""The dump formats that can get another note."""

_LEAST_BLOCK = 4096
_MOST_BLOCK = 1 << 20


class Attached(NamedTuple):
    """What was written: how many bytes the copy shares with the old file, and how many were copied.

    `replaced` is the text of the old note, None if there was none; `arch` the architecture of the
    dump, None if its machine is not known; `coverage` how much of its memory it holds; `mended` the
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
    """Write a copy of `dump` whose VMCOREINFO note is `text`; None for no note.

    `out` appears only when complete. It replaces an existing file, but never the dump or one of the
    other `inputs`, and only those who may read the dump may read it. A dump that holds part of its
    memory is copied as it is, one that holds none is refused. With `raw`, a file of no known dump
    format is treated as a raw image. With `mends`, the headers of a kdump are changed to agree with
    the note. Raises DumpError, OSError.
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
    """One segment per range, whose virtual address is the physical one, as in QEMU's dumps."""
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
    """Headers and notes in whole blocks, for segments that follow them."""
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
