# SPDX-License-Identifier: MIT
"""Bytes by offset: of a seekable file, or of the start of a pipe."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ..files.opening import open_to_read
from .problem import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

MOST_AT_ONCE = 16 << 20
"""Most bytes of one read; no table or note of a dump needs more."""

PIPE_ROOM = 16 << 20
"""Bytes kept of the start of a pipe: every known dump has its headers and note there."""


class Source(Protocol):
    """Bytes by offset; `size` is None if it can't be known (a pipe, `/proc/kcore`)."""

    @property
    def name(self) -> str: ...

    @property
    def size(self) -> int | None: ...

    def read(self, offset: int, size: int) -> bytes:
        """`size` bytes at `offset`, fewer if the input ends before. Raises DumpError."""
        ...


def exactly(source: Source, offset: int, size: int, what: str) -> bytes:
    """`size` bytes at `offset`; raises DumpError that names `what` if the input is too short."""
    data = source.read(offset, size)
    if len(data) < size:
        raise DumpError(
            f"{source.name}: {what} is truncated: expected {size} bytes at byte {offset}, got "
            f"{len(data)}; copy the file again"
        )
    return data


class File:
    """A seekable file. Close it, or use it in a `with`."""

    def __init__(self, path: str) -> None:
        self.name = path
        self._descriptor = open_to_read(path)
        status = os.fstat(self._descriptor)
        if stat.S_ISDIR(status.st_mode):
            self.close()
            raise DumpError(f"{path}: a folder; expected a dump, a note or an image")
        # Devices have no size; that of /proc/kcore is the size of the address space.
        self.size = status.st_size or None
        self.bytes_read = 0

    def fileno(self) -> int:
        return self._descriptor

    @property
    def seeks(self) -> bool:
        try:
            os.lseek(self._descriptor, 0, os.SEEK_CUR)
        except OSError:
            return False
        return True

    def stream(self) -> BinaryIO:
        """The file as a separate stream, for sequential readers."""
        return os.fdopen(os.dup(self._descriptor), "rb")

    def read(self, offset: int, size: int) -> bytes:
        if offset < 0 or size < 0 or size > MOST_AT_ONCE or offset + size >= 1 << 63:
            raise DumpError(f"{self.name}: {size} bytes at byte {offset} are out of range")
        pieces = []
        while size:
            try:
                piece = os.pread(self._descriptor, size, offset)
            except OSError as error:
                raise DumpError(f"{self.name}: byte {offset}: {error.strerror}") from error
            if not piece:
                break
            pieces.append(piece)
            offset += len(piece)
            size -= len(piece)
            self.bytes_read += len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        os.close(self._descriptor)

    def __enter__(self) -> File:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def data_in(descriptor: int, start: int, end: int | None) -> Iterator[tuple[int, int | None]]:
    """The ranges in [`start`, `end`) that are not holes; `end` is None for the end of the file.

    The whole range if holes are unknown (a pipe, a device).
    """
    size: int | None = None
    place = start
    try:
        size = os.fstat(descriptor).st_size
        if size:
            place = os.lseek(descriptor, start, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO and size:
            return  # nothing but a hole
        size = None
    if not size:
        yield start, end
        return
    end = size if end is None else min(end, size)
    while place < end:
        hole = os.lseek(descriptor, place, os.SEEK_HOLE)
        yield place, min(hole, end)
        try:
            place = os.lseek(descriptor, hole, os.SEEK_DATA)
        except OSError:
            return


class Memory:
    """Bytes that are in memory."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        self.size: int | None = len(data)

    def read(self, offset: int, size: int) -> bytes:
        return self.data[offset : offset + size] if offset >= 0 else b""


class Pipe:
    """The start of a stream that can't seek; read as far as needed, and kept."""

    size = None

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name
        self.stream = stream
        self._kept = bytearray()
        self._ended = False

    def read(self, offset: int, size: int) -> bytes:
        end = offset + size
        if offset < 0 or end > PIPE_ROOM:
            raise DumpError(
                f"{self.name}: byte {offset} is needed, but only the first {PIPE_ROOM} of a pipe "
                "are kept; save the dump to a file first"
            )
        while len(self._kept) < end and not self._ended:
            piece = self.stream.read(max(end - len(self._kept), 1 << 16))
            self._ended = not piece
            self._kept += piece
        return bytes(self._kept[offset:end])

    def kept(self) -> bytes:
        """The bytes read so far; the stream continues after them."""
        return bytes(self._kept)
