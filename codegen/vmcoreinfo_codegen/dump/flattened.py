# SPDX-License-Identifier: MIT
"""makedumpfile's flattened format (`-F`): a dump as records that can be written to a pipe.

A header of 4096 bytes is followed by records: a big-endian (offset, size) and that
many bytes of the dump, up to an offset of -1 (makedumpfile, `makedumpfile.h`). QEMU
writes its kdump formats this way. A later record may overwrite an earlier one.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ..limits import Limit
from .problem import DumpError
from .source import PIPE_ROOM, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC = b"makedumpfile\0\0\0\0"
_HEADER = struct.Struct(">16sqq")
_HEADER_BYTES = 4096
_RECORD = struct.Struct(">qq")
_END = -1
_COPY_BYTES = 1 << 20

# makedumpfile and QEMU write whole blocks; only records of headers are smaller.
_SMALL_BYTES = 512
_MOST_SMALL = 1 << 20


class Reader(Protocol):
    """Reads a file from start to end."""

    def take(self, size: int) -> bytes: ...

    def skip(self, size: int) -> None: ...


class SeekingReader:
    """Skips by seeking."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._place = 0

    def take(self, size: int) -> bytes:
        data = self._source.read(self._place, size)
        self._place += len(data)
        return data

    def skip(self, size: int) -> None:
        self._place += size


class PipeReader:
    """Skips by reading; `start` has the bytes that were already read to detect the format."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start = start
        self._stream = stream

    def take(self, size: int) -> bytes:
        data, self._start = self._start[:size], self._start[size:]
        return data + self._stream.read(size - len(data)) if len(data) < size else data

    def skip(self, size: int) -> None:
        while size > 0:
            size -= len(self.take(min(size, _COPY_BYTES))) or size


class Flattened:
    """The first `PIPE_ROOM` bytes of the dump inside, assembled while records are read.

    Headers and note of a dump come first, so a read stops at the record with the last byte asked
    for; `read_on` reads the rest, whose records may overwrite earlier ones. `end` is the end of the
    dump according to the records read so far.
    """

    size = None

    def __init__(self, name: str, reader: Reader) -> None:
        self.name = name
        self._reader = reader
        self._data = bytearray()
        self._known = bytearray()
        self._place = _HEADER_BYTES
        self._ended = False
        self.end = 0
        self._watched = range(0)
        self._found: list[tuple[int, int, int]] = []
        self._small = Limit(
            name, _MOST_SMALL, f"records of less than {_SMALL_BYTES} bytes", DumpError
        )
        header = reader.take(_HEADER.size)
        if len(header) < _HEADER.size or _HEADER.unpack(header) != (MAGIC, 1, 1):
            raise DumpError(f"{name}: a flattened dump of an unknown type or version")
        reader.skip(_HEADER_BYTES - _HEADER.size)

    def read(self, offset: int, size: int) -> bytes:
        if offset < 0 or size < 0 or offset + size > PIPE_ROOM:
            raise DumpError(
                f"{self.name}: byte {offset} of the dump is needed, but only the first {PIPE_ROOM} "
                "of a flattened dump are read; rebuild it first: makedumpfile -R DUMP < FILE"
            )
        end = offset + size
        missing = offset
        while (missing := self._first_missing(missing, end)) < end and self._take_record():
            pass
        return bytes(self._data[offset:end])

    def read_on(self) -> bool:
        """Read the remaining records; False if there are none."""
        if self._ended:
            return False
        while self._take_record():
            pass
        return True

    def where(self, offset: int, size: int) -> Iterator[tuple[int, int, int]]:
        """Where bytes of the dump are in the file: (offset in the dump, offset in the file, size).

        Reads from the next record to the last; several records may have the same bytes.
        """
        self._watched = range(offset, offset + size)
        while self._found or self._take_record():
            yield from self._found
            self._found.clear()

    def _first_missing(self, start: int, end: int) -> int:
        """The first byte from `start` on that no record had yet; `end` if there is none."""
        place = self._known.find(0, start, end)
        return place if place >= 0 else max(start, min(end, len(self._known)))

    def _take_record(self) -> bool:
        if self._ended:
            return False
        self._ended = True
        header = self._reader.take(_RECORD.size)
        if len(header) < _RECORD.size:
            raise self._cut()
        start, size = _RECORD.unpack(header)
        if start == _END:
            return False
        if start < 0 or size <= 0 or start + size >= 1 << 63:
            raise DumpError(
                f"{self.name}: byte {self._place}: a flattened record of {size} bytes for byte "
                f"{start} of the dump; the file is corrupt"
            )
        if size < _SMALL_BYTES:
            self._small.spend()
        first, last = max(start, self._watched.start), min(start + size, self._watched.stop)
        if first < last:
            self._found.append((first, self._place + _RECORD.size + first - start, last - first))
        self.end = max(self.end, start + size)
        room = max(0, min(size, PIPE_ROOM - start))
        piece = self._reader.take(room)
        if len(piece) < room:
            raise self._cut()
        self._write(start, piece)
        self._reader.skip(size - room)
        self._place += _RECORD.size + size
        self._ended = False
        return True

    def _write(self, start: int, piece: bytes) -> None:
        if not piece:
            return
        for array, content in ((self._data, piece), (self._known, b"\1" * len(piece))):
            array.extend(bytes(max(0, start - len(array))))
            array[start : start + len(piece)] = content

    def _cut(self) -> DumpError:
        return DumpError(
            f"{self.name}: the flattened dump has no end mark: it is truncated in or after the "
            f"record at byte {self._place}; copy it again"
        )
