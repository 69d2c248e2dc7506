# SPDX-License-Identifier: MIT
"""Decompression of kdump-compressed pages: zlib with Python, other formats with the libraries that
makedumpfile and crash use.

No Python package has all of them. drgn has, but opens no dump without a note.
"""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Callable
from typing import NamedTuple

from .problem import DumpError

ZLIB, LZO, SNAPPY, ZSTD = 0x1, 0x2, 0x4, 0x20
WAYS = {ZLIB: "zlib", LZO: "lzo", SNAPPY: "snappy", ZSTD: "zstd"}
KNOWN = ZLIB | LZO | SNAPPY | ZSTD

Unpack = Callable[[bytes], bytes | None]
"""Returns the contents of a page; None if it is damaged or has another size."""


class _Library(NamedTuple):
    file: str
    packages: str


_LIBRARIES = {
    LZO: _Library("liblzo2.so.2", "liblzo2-2 of Debian, lzo of Fedora"),
    SNAPPY: _Library("libsnappy.so.1", "libsnappy1v5 of Debian, snappy of Fedora"),
    ZSTD: _Library("libzstd.so.1", "libzstd1 of Debian, libzstd of Fedora"),
}


def unpacker_of(way: int, size: int, name: str) -> Unpack:
    """The function that unpacks pages of `size` bytes compressed in one way. `name` is the dump's.

    Raises DumpError if the library is not installed.
    """
    if way == ZLIB:
        return lambda data: _of_zlib(data, size)
    wanted = _LIBRARIES[way]
    try:
        library = ctypes.CDLL(wanted.file)
        return _MAKERS[way](library, size)
    except (OSError, AttributeError):
        raise DumpError(
            f"{name}: its pages are compressed with {WAYS[way]}, but {wanted.file} is not "
            f"installed; install the package with it: {wanted.packages}"
        ) from None


def _of_zlib(data: bytes, size: int) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        page = stream.decompress(data, size)
        # The end marker may follow the last byte of the page.
        if len(page) != size or not (stream.eof or _ends(stream)):
            return None
    except zlib.error:
        return None
    return page


def _ends(stream: zlib._Decompress) -> bool:
    return not stream.decompress(stream.unconsumed_tail, 1) and stream.eof


def _lzo(library: ctypes.CDLL, size: int) -> Unpack:
    function = library.lzo1x_decompress_safe
    function.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_void_p,
    ]  # fmt: skip
    function.restype = ctypes.c_int
    room = ctypes.create_string_buffer(size)

    def unpack(data: bytes) -> bytes | None:
        length = ctypes.c_size_t(size)
        failed = function(data, len(data), room, ctypes.byref(length), None)
        return None if failed or length.value != size else room.raw

    return unpack


def _snappy(library: ctypes.CDLL, size: int) -> Unpack:
    function = library.snappy_uncompress
    function.argtypes = [
        ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t),
    ]  # fmt: skip
    function.restype = ctypes.c_int
    room = ctypes.create_string_buffer(size)

    def unpack(data: bytes) -> bytes | None:
        length = ctypes.c_size_t(size)
        failed = function(data, len(data), room, ctypes.byref(length))
        return None if failed or length.value != size else room.raw

    return unpack


def _zstd(library: ctypes.CDLL, size: int) -> Unpack:
    function = library.ZSTD_decompress
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    function.restype = ctypes.c_size_t
    room = ctypes.create_string_buffer(size)
    # An error is a number far above any size.
    return lambda data: room.raw if function(room, size, data, len(data)) == size else None


_MAKERS = {LZO: _lzo, SNAPPY: _snappy, ZSTD: _zstd}
