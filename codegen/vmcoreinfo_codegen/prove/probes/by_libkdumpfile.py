# SPDX-License-Identifier: MIT
"""Reads memory of a dump with the libkdumpfile at a given path."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import places  # type: ignore[import-not-found] # which is beside this script

_NUMBER = 2
_STRING = 4
_KERNEL = 2


class _Value(ctypes.Union):
    _fields_ = [("number", ctypes.c_uint64), ("string", ctypes.c_char_p)]


class _Attribute(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("value", _Value)]


class _Dump:
    """A dump opened by the library."""

    def __init__(self, library: Any, path: str) -> None:
        self._library = library
        library.kdump_new.restype = ctypes.c_void_p
        library.kdump_get_err.restype = ctypes.c_char_p
        library.kdump_get_err.argtypes = [ctypes.c_void_p]
        self._context = ctypes.c_void_p(library.kdump_new())
        number = os.open(path, os.O_RDONLY)
        try:
            # Since 0.5; it opens several files as one dump.
            opened = library.kdump_open_fdset(
                self._context, ctypes.c_uint(1), ctypes.byref(ctypes.c_int(number))
            )
            self._check(opened)
        except AttributeError:
            self._set("file.fd", _NUMBER, _Value(number=number))
        self._set("addrxlat.ostype", _STRING, _Value(string=b"linux"))

    def read(self, address: int, size: int) -> bytes:
        data = ctypes.create_string_buffer(size)
        length = ctypes.c_size_t(size)
        read = self._library.kdump_read(
            self._context,
            ctypes.c_int(_KERNEL),
            ctypes.c_uint64(address),
            data,
            ctypes.byref(length),
        )
        self._check(read)
        return data.raw[: length.value]

    def _set(self, name: str, kind: int, value: _Value) -> None:
        attribute = _Attribute(kind, value)
        self._check(
            self._library.kdump_set_attr(
                self._context, name.encode("ascii"), ctypes.byref(attribute)
            )
        )

    def _check(self, status: int) -> None:
        if status:
            raise OSError(self._library.kdump_get_err(self._context).decode("utf-8", "replace"))


def main() -> None:
    path, asked = places.words()
    places.read_all(_Dump(ctypes.CDLL(asked["library"]), path).read, asked)


if __name__ == "__main__":
    main()
