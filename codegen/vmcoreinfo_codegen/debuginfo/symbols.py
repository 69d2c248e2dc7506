# SPDX-License-Identifier: MIT
"""Addresses of kernel symbols: System.map, or /proc/kallsyms of the same boot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..files.compressed import CompressedError, read_file
from .problem import DebugInfoError

_MOST_BYTES = 128 << 20
_PIECE = 1 << 20
_LINE = re.compile(rb"^([0-9a-fA-F]{8,16}) (\S) (\S+)", re.MULTILINE)
# Lines of modules end with a tab and the module's name in brackets.
_OF_IMAGE = re.compile(rb"^([0-9a-fA-F]{8,16}) \S (\S+)$", re.MULTILINE)


class Symbols:
    """Symbols of the kernel image by name; those of modules are left out."""

    def __init__(self, data: bytes, name: str = "symbols") -> None:
        """Raises DebugInfoError if `data` is not a symbol table, or has no addresses."""
        self.name = name
        self._data = data
        first = _LINE.match(data)
        if first is None:
            raise DebugInfoError(
                f"{name}:1: not a symbol table: expected lines like 'ffffffff81000000 T _stext'; "
                "use System.map, or /proc/kallsyms of the same boot"
            )
        if not self._has_addresses():
            raise DebugInfoError(
                f"{name}: every address is 0; read /proc/kallsyms as root, with "
                "kernel.kptr_restrict at 0 or 1"
            )

    @classmethod
    def read(cls, path: Path) -> Symbols:
        """Read a file, compressed or not. Raises DebugInfoError, OSError."""
        try:
            return cls(read_file(path, _MOST_BYTES), str(path))
        except CompressedError as error:
            raise DebugInfoError(str(error)) from error

    def _has_addresses(self) -> bool:
        return any(match[1].strip(b"0") for match in _LINE.finditer(self._data))

    def addresses(self, names: Iterable[str]) -> dict[str, int]:
        """Addresses of the symbols that exist; the first of a name counts."""
        wanted = {name.encode(): name for name in names}
        found: dict[str, int] = {}
        start = 0
        while start < len(self._data):
            # In pieces of whole lines, as the results of findall() take ten times the bytes.
            end = self._data.find(b"\n", start + _PIECE) + 1 or len(self._data)
            for address, symbol in _OF_IMAGE.findall(self._data, start, end):
                if symbol in wanted:
                    found.setdefault(wanted[symbol], int(address, 16))
            start = end
        return found
