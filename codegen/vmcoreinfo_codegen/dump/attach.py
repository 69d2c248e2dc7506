# SPDX-License-Identifier: MIT
"""A copy of an ELF vmcore with another note in it.

New headers and notes come in front, in whole blocks of the file system, and the old file
behind them as it is: so its blocks can be shared, and each PT_LOAD moves by the same
distance. The program headers stand right behind the ELF header, where makedumpfile reads
them whatever `e_phoff` says (it refuses QEMU's dumps for that).
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..files import writing
from . import elf, notes
from .problem import DumpError
from .reader import tell_format
from .source import File, exactly

_FICLONERANGE = 0x4020940D
_LEAST_BLOCK = 4096
_MOST_BLOCK = 1 << 20
_MOST_NOTES = 64 << 20
_COPY = 16 << 20

Progress = Callable[[int], object]


class Attached(NamedTuple):
    """What was written: bytes of the old file that the copy shares with it or has for itself.

    `replaced` is the text of the note that was there, None where there was none; `arch` is that
    of the dump, None where its machine is not known; `coverage` what of its memory it holds.
    """

    replaced: bytes | None
    arch: str | None
    coverage: elf.Coverage
    shared: int
    copied: int


class _Front(NamedTuple):
    """Headers and notes of the copy, up to where the old file begins, and what the old one has."""

    data: bytes
    replaced: bytes | None
    arch: str | None
    coverage: elf.Coverage


def attach(
    text: bytes | None,
    dump: str,
    out: str,
    progress: Progress = lambda size: None,
    inputs: Iterable[str] = (),
) -> Attached:
    """Write a copy of `dump` whose VMCOREINFO note has that text, None for no such note.

    `out` appears when it is whole, and replaces what was there, but for the dump and the other
    `inputs`; nobody may read it who may not read the dump. A dump that holds a part of its memory
    is copied as it is, one that holds none refused. Raises DumpError, OSError.
    """
    with File(dump) as source:
        if source.size is None or not source.seeks:
            raise DumpError(f"{dump}: a copy is made of a file, not of a pipe or a device")
        front = _front(source, text, _block_size(out))
        mode = os.fstat(source.fileno()).st_mode
        with writing.replacing(out, [dump, *inputs], mode) as target:
            if not target.seekable():
                raise DumpError(f"{out}: a copy is made into a file, not into a pipe or a device")
            target.write(front.data)
            target.flush()
            shared = _share(source, target.fileno(), len(front.data))
            copied = 0 if shared else _copy(source, target.fileno(), len(front.data), progress)
    return Attached(front.replaced, front.arch, front.coverage, shared, copied)


def _block_size(out: str) -> int:
    status = os.statvfs(os.path.dirname(os.path.abspath(out)))
    size = status.f_bsize
    return size if _LEAST_BLOCK <= size <= _MOST_BLOCK and size & (size - 1) == 0 else _LEAST_BLOCK


def _front(source: File, text: bytes | None, block: int) -> _Front:
    form = tell_format(source)
    if form != "elf":
        what = "no ELF dump" if form in ("text", "note") else f"a dump in the {form} format"
        raise DumpError(
            f"{source.name}: {what}, and a note is put into ELF dumps; filter or convert the dump "
            "once it has the note"
        )
    file = elf.open_elf(source)
    if file.type != elf.ET_CORE:
        raise DumpError(f"{source.name}: an ELF file that is no core dump (type {file.type})")
    segments = list(file.segments())
    coverage = elf.coverage(file, segments)
    if coverage.described and not coverage.held:
        raise DumpError(
            f"{source.name}: of the {coverage.described} bytes of memory that its program headers "
            "describe the file holds none; it was cut: copy it again"
        )
    kept, replaced = _notes(source, file, segments)
    if text is not None:
        kept += notes.build(text, file.order)
    loads = [s for s in segments if s.type != elf.PT_NOTE]
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
            f"{source.name}: with a note in front its offsets do not fit in {file.bits} bits"
        )
    moved = [s._replace(offset=s.offset + size) for s in loads]
    note = elf.Segment(elf.PT_NOTE, 0, start, 0, 0, len(kept), len(kept), 4)
    headers = elf.build_headers(file, [note, *moved], section if many else 0)
    data = (headers.ljust(start, b"\0") + kept).ljust(size, b"\0")
    return _Front(data, replaced, file.arch, coverage)


def _notes(source: File, file: elf.Elf, segments: list[elf.Segment]) -> tuple[bytes, bytes | None]:
    """All other notes as they are, and the text of the VMCOREINFO among them."""
    kept = bytearray()
    replaced: bytes | None = None
    budget = notes.Budget(source.name)
    for segment in segments:
        if segment.type != elf.PT_NOTE:
            continue
        for note in notes.walk(source, segment.offset, segment.file_size, file.order, budget):
            if note.name == notes.NAME:
                replaced = source.read(note.offset, min(note.size, notes.MOST_TEXT))
                continue
            first = note.offset - notes.HEADER_BYTES - notes.padded(note.name_size)
            size = note.offset - first + notes.padded(note.size)
            if size > _MOST_NOTES or len(kept) + size > _MOST_NOTES:
                raise DumpError(f"{source.name}: its notes claim more than {_MOST_NOTES} bytes")
            kept += exactly(source, first, size, "a note") if size <= _COPY else b""
    return bytes(kept), replaced


def _copy_piece(source: File, target: int, at: int, size: int, place: int) -> int:
    """Copy `size` bytes at `at`, or fewer; the kernel does it where both are in one file system."""
    try:
        return os.copy_file_range(source.fileno(), target, size, at, place + at)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
    return os.pwrite(target, source.read(at, size), place + at)


def _share(source: File, target: int, place: int) -> int:
    """Let the copy have the blocks of the old file; 0 where the file system can't."""
    size = source.size or 0
    request = struct.pack("qQQQ", source.fileno(), 0, 0, place)
    try:
        fcntl.ioctl(target, _FICLONERANGE, request)
    except OSError:
        return 0
    return size


def _copy(source: File, target: int, place: int, progress: Progress) -> int:
    """Copy the old file behind the front, holes as holes."""
    size = source.size or 0
    os.ftruncate(target, place + size)
    copied = at = 0
    while at < size:
        try:
            start = os.lseek(source.fileno(), at, os.SEEK_DATA)
        except OSError:
            break
        end = os.lseek(source.fileno(), start, os.SEEK_HOLE)
        progress(start - at)
        at = start
        while at < end:
            done = _copy_piece(source, target, at, min(_COPY, end - at), place)
            if not done:
                raise DumpError(f"{source.name}: it became shorter while it was copied")
            at += done
            copied += done
            progress(done)
    return copied
