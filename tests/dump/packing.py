# SPDX-License-Identifier: MIT
"""Compresses pages like makedumpfile and QEMU, with the same libraries."""

from __future__ import annotations

import ctypes
import zlib
from collections.abc import Callable

import pytest

from vmcoreinfo_codegen.dump.decompress import LZO, SNAPPY, ZLIB, ZSTD

WAYS = {"raw": 0, "zlib": ZLIB, "lzo": LZO, "snappy": SNAPPY, "zstd": ZSTD}


def packed(way: int, page: bytes) -> tuple[int, bytes]:
    """Compression and data; the unchanged page if that is not smaller. Skips without the
    library.
    """
    if not way:
        return 0, page
    data = _PACKERS[way](page)
    return (way, data) if len(data) < len(page) else (0, page)


def _library(file: str) -> ctypes.CDLL:
    try:
        return ctypes.CDLL(file)
    except OSError:
        pytest.skip(f"{file} is not here")


def _lzo(page: bytes) -> bytes:
    function = _library("liblzo2.so.2").lzo1x_1_compress
    room, size = ctypes.create_string_buffer(2 * len(page) + 128), ctypes.c_size_t()
    assert not function(
        page,
        ctypes.c_size_t(len(page)),
        room,
        ctypes.byref(size),
        ctypes.create_string_buffer(1 << 18),
    )
    return room.raw[: size.value]


def _snappy(page: bytes) -> bytes:
    function = _library("libsnappy.so.1").snappy_compress
    room, size = (
        ctypes.create_string_buffer(2 * len(page) + 128),
        ctypes.c_size_t(2 * len(page) + 128),
    )
    assert not function(page, ctypes.c_size_t(len(page)), room, ctypes.byref(size))
    return room.raw[: size.value]


def _zstd(page: bytes) -> bytes:
    function = _library("libzstd.so.1").ZSTD_compress
    function.restype = ctypes.c_size_t
    room = ctypes.create_string_buffer(2 * len(page) + 128)
    size = function(room, ctypes.c_size_t(len(room)), page, ctypes.c_size_t(len(page)), 1)
    return room.raw[:size]


_PACKERS: dict[int, Callable[[bytes], bytes]] = {
    ZLIB: zlib.compress, LZO: _lzo, SNAPPY: _snappy, ZSTD: _zstd,
}  # fmt: skip
