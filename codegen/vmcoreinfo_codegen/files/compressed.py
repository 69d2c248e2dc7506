# SPDX-License-Identifier: MIT
"""Files that are plain or compressed with gzip, bzip2 or xz (`/proc/config.gz`, tarballs)."""

from __future__ import annotations

import bz2
import lzma
import zlib
from pathlib import Path
from typing import BinaryIO, Protocol

from ..limits import Limit
from .opening import open_to_read

_CHUNK = 1 << 20
# `xz -9` needs 65 MiB. A malicious header may ask for 4 GiB.
_MOST_MEMORY = 256 << 20
_GZIP = b"\x1f\x8b"
_BZIP2 = b"BZh"
_XZ = (b"\xfd7zXZ", b"\x5d\x00\x00\x80")


class CompressedError(Exception):
    """A compressed file that is damaged, or larger than such a file can be."""


def read_file(path: Path, most: int) -> bytes:
    """The complete content, unpacked. Raises CompressedError for more than `most` bytes,
    OSError.
    """
    with open(open_to_read(str(path)), "rb") as file:
        data = Unpacked(file, str(path)).read(most + 1)
    if len(data) > most:
        raise CompressedError(f"{path}: more than {most} bytes; it is not such a file")
    return data


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gunzip:
    """zlib with the interface of bz2 and lzma."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(wbits=31)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._decoder.decompress(self._decoder.unconsumed_tail + data, max_length)
        self.needs_input = len(out) < max_length
        return out


def _decoder(start: bytes) -> _Decoder | None:
    if start.startswith(_GZIP):
        return _Gunzip()
    if start.startswith(_BZIP2):
        return bz2.BZ2Decompressor()
    if start.startswith(_XZ):
        return lzma.LZMADecompressor(memlimit=_MOST_MEMORY)
    return None


class Unpacked:
    """The content of a file, read sequentially and unpacked piece by piece.

    `limit` counts the unpacked bytes; each byte read allows `ratio` more. Raises CompressedError if
    the file is damaged or truncated, and the error of `limit`.
    """

    def __init__(
        self, file: BinaryIO, name: str, limit: Limit | None = None, ratio: int = 1
    ) -> None:
        self._file = file
        self.name = name
        self._limit = limit
        self._ratio = ratio
        self._packed = self._input()
        self._decoder = _decoder(self._packed)
        self._data = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end."""
        end = self._at + size
        if end <= len(self._data):
            found = self._data[self._at : end]
            self._at = end
            return found
        pieces = [self._data[self._at :]]
        missing = size - len(pieces[0])
        self._data, self._at = b"", 0
        while missing and (piece := self._piece()):
            pieces.append(piece[:missing])
            if len(piece) > missing:
                self._data, self._at = piece, missing
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def skip(self, size: int) -> bool:
        """Skip the next `size` bytes; returns whether there were that many."""
        while size > 0:
            passed = len(self.read(min(size, _CHUNK)))
            if not passed:
                return False
            size -= passed
        return True

    def _input(self) -> bytes:
        data = self._file.read(_CHUNK // 8)
        if self._limit is not None:
            self._limit.allow(self._ratio * len(data))
        return data

    def _piece(self) -> bytes:
        """The next unpacked bytes, b"" at the end."""
        try:
            piece = self._unpacked()
        except (lzma.LZMAError, zlib.error, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise CompressedError(f"{self.name}: damaged: {error}") from error
        if self._limit is not None:
            self._limit.spend(len(piece))
        return piece

    def _unpacked(self) -> bytes:
        if self._decoder is None:
            piece, self._packed = self._packed, b""
            return piece or self._input()
        while True:
            if self._decoder.eof:
                # A file may have several streams, with zeros between them.
                rest = (self._decoder.unused_data + self._packed).lstrip(b"\0") or self._input()
                following = _decoder(rest)
                if following is None:
                    return b""
                self._decoder, self._packed = following, rest
            if self._decoder.needs_input and not self._packed:
                self._packed = self._input()
                if not self._packed:
                    raise CompressedError(f"{self.name}: damaged: truncated")
            piece = self._decoder.decompress(self._packed, _CHUNK)
            self._packed = b""
            if piece:
                return piece
