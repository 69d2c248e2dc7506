# SPDX-License-Identifier: MIT
"""The same interface with the C parser, if libvmcoreinfo is available.

    library = vmcoreinfo.native.Library()
    info = library.parse(data)

Values come from the C parser; lines, diagnostics and unknown keys are read in Python when
requested.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any, Dict, List, Optional, Tuple

from .entries import ENTRIES
from .note import note_text
from .properties import VmcoreInfo

# `enum vmcoreinfo_format`, and what of `enum vmcoreinfo_status` a key can have.
_FORMATS = ("decimal", "signed", "hex", "0x-hex", "string", "hexbytes", "flag")
# How a value is read: a later library may know kernels that print a number differently.
_TYPES = ("number",) * 4 + _FORMATS[4:]
_TYPE_OF: Dict[str, str] = dict(zip(_FORMATS, _TYPES))
_STATUSES = ("ok", "absent", "malformed", "out-of-range", "garbage")
_ROOM = 512
_KEYS = tuple(ENTRIES)
_PLACES = {key: place for place, key in enumerate(_KEYS)}


class _Value(ctypes.Structure):
    _fields_ = [("bits", ctypes.c_uint64), ("offset", ctypes.c_size_t)]


class _Info(ctypes.Structure):
    """`struct vmcoreinfo`"""

    _fields_ = [
        ("text", ctypes.c_void_p),
        ("length", ctypes.c_size_t),
        ("statuses", ctypes.c_uint8 * _ROOM),
        ("values", _Value * _ROOM),
    ]


class _Entry(ctypes.Structure):
    """`struct vmcoreinfo_entry`"""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("since", ctypes.c_char_p),
        ("until", ctypes.c_char_p),
        ("replaced_by", ctypes.c_void_p),
        ("quirks", ctypes.c_void_p),
        ("replaced_by_count", ctypes.c_uint),
        ("quirk_count", ctypes.c_uint),
        ("name_length", ctypes.c_uint),
        ("kind", ctypes.c_int),
        ("format", ctypes.c_int),
        ("unit", ctypes.c_int),
    ]


class Library:
    """libvmcoreinfo, from a path or as installed.

    Raises OSError if there is none, or if it lacks keys of this module. It may know more, as key
    numbers never change.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        name = path or ctypes.util.find_library("vmcoreinfo")
        if name is None:
            raise OSError("libvmcoreinfo is not installed; give its path")
        library = ctypes.CDLL(name)
        library.vmcoreinfo_entry_of.restype = ctypes.POINTER(_Entry)
        if _entries(library) != [(key, _TYPE_OF[entry.format]) for key, entry in ENTRIES.items()]:
            raise OSError(
                "%s: the library lacks keys of this module; install one at least as new" % name
            )
        self._parse = library.vmcoreinfo_parse
        self._parse.restype = ctypes.c_size_t
        self._parse.argtypes = [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_void_p,
            ctypes.c_void_p,
        ]

    def parse(self, data: bytes) -> NativeInfo:
        """Like `vmcoreinfo.parse()`."""
        info = _Info()
        text = note_text(data)
        self._parse(ctypes.byref(info), text, len(text), None, None)
        return NativeInfo(text, info)


def _entries(library: ctypes.CDLL) -> List[Tuple[str, str]]:
    """The keys and value types that a library has for this module's numbers."""
    found: List[Tuple[str, str]] = []
    for number in range(len(_KEYS)):
        pointer = library.vmcoreinfo_entry_of(number)
        if not pointer:
            break
        entry = pointer.contents
        place = int(entry.format)
        type_ = _TYPES[place] if 0 <= place < len(_TYPES) else "?"
        found.append((bytes(entry.name).decode("latin-1"), type_))
    return found


class NativeInfo(VmcoreInfo):
    """A note parsed by the C library."""

    def __init__(self, text: bytes, info: _Info) -> None:
        # The C structure points into the text, so the text must live as long.
        self._whole = text
        self._info = info

    def __getattr__(self, name: str) -> object:
        # What VmcoreInfo has from the start, here when it is asked for.
        if name in ("text", "_behind"):
            super().__init__(self._whole)
            return self.__dict__[name]
        raise AttributeError(name)

    def _is_ok(self, place: int) -> bool:
        return int(self._info.statuses[place]) == 0

    def status(self, key: str) -> str:
        place = _PLACES.get(key)
        return super().status(key) if place is None else _STATUSES[int(self._info.statuses[place])]

    def __contains__(self, key: object) -> bool:
        place = _PLACES.get(key) if isinstance(key, str) else None
        return key in self._values if place is None else self._is_ok(place)

    def __getitem__(self, key: Any) -> Any:
        place = _PLACES.get(key)
        if place is None or ENTRIES[key].format in ("string", "hexbytes"):
            return self._values[key]
        if not self._is_ok(place):
            raise KeyError(key)
        return True if ENTRIES[key].format == "flag" else self._of(place, key)

    def _of(self, place: int, key: str) -> int:
        bits = int(self._info.values[place].bits)
        is_negative = bits >> 63 and ENTRIES[key].format == "signed"
        return bits - (1 << 64) if is_negative else bits

    def _number(self, key: str) -> Optional[int]:
        place = _PLACES[key]
        return self._of(place, key) if self._is_ok(place) else None
