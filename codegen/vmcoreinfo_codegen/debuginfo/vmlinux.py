# SPDX-License-Identifier: MIT
"""A vmlinux: its BTF, its symbols and its build id, each out of its section."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from ..dump import elf, notes
from ..dump.problem import DumpError
from ..dump.source import File, exactly
from .btf import MOST_BYTES, Btf
from .problem import DebugInfoError

_GNU = b"GNU"
_BUILD_ID = 3
_SHT_NOTE = 7
_SHT_NOBITS = 8
_BANNER = re.compile(rb"Linux version ([!-~]+) ")
_MOST_TABLE = 256 << 20
_SYMBOL = {32: "IIIBBH", 64: "IBBHQQ"}


class Vmlinux:
    """An open vmlinux. Raises DebugInfoError, OSError."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            self._file = File(self.name)
        except DumpError as error:
            raise DebugInfoError(f"{path}: a folder; --vmlinux takes a file") from error
        try:
            self._elf = elf.open_elf(self._file)
        except DumpError as error:
            self._file.close()
            raise DebugInfoError(
                f"{error}; --vmlinux takes the uncompressed kernel, not /boot/vmlinuz"
            ) from error

    def close(self) -> None:
        self._file.close()

    @property
    def arch(self) -> str | None:
        return self._elf.arch

    def btf(self) -> Btf | None:
        """Its types; None where it was built without BTF."""
        data = self._section(".BTF", MOST_BYTES)
        return Btf(data, f"{self.name}(.BTF)") if data is not None else None

    def build_id(self) -> str | None:
        """Hexadecimal, as the note prints it."""
        try:
            for section in self._elf.sections():
                if section.type == _SHT_NOTE:
                    for note in notes.walk(
                        self._file, section.offset, section.size, self._elf.order
                    ):
                        if note.name == _GNU and note.type == _BUILD_ID and note.size <= 64:
                            return exactly(self._file, note.offset, note.size, "the build id").hex()
        except DumpError as error:
            raise DebugInfoError(str(error)) from error
        return None

    def release(self) -> str | None:
        """The release in its banner, `Linux version 6.12.117+deb13-amd64 (…`."""
        data = self._section(".rodata", _MOST_TABLE) or b""
        match = _BANNER.search(data)
        return match[1].decode("ascii") if match else None

    def addresses(self, names: set[str]) -> dict[str, int]:
        """Link-time addresses of those symbols that are there; empty where it was stripped."""
        table = self._section(".symtab", _MOST_TABLE)
        strings = self._section(".strtab", _MOST_TABLE)
        if table is None or strings is None:
            return {}
        wanted = {place: name for name in names for place in _places(strings, name)}
        found: dict[str, int] = {}
        entry = struct.Struct(self._elf.order + _SYMBOL[self._elf.bits])
        value = 4 if self._elf.bits == 64 else 1
        section = 3 if self._elf.bits == 64 else 5
        for fields in entry.iter_unpack(table[: len(table) // entry.size * entry.size]):
            if fields[0] in wanted and fields[section]:
                found.setdefault(wanted[fields[0]], fields[value])
        return found

    def _section(self, name: str, most: int) -> bytes | None:
        try:
            section = self._elf.section(name)
            if section is None or section.type == _SHT_NOBITS:
                return None
            if section.size > most:
                raise DebugInfoError(f"{self.name}: its {name} claims {section.size} bytes")
            step = 16 << 20
            return b"".join(
                exactly(self._file, section.offset + at, min(step, section.size - at), name)
                for at in range(0, section.size, step)
            )
        except DumpError as error:
            raise DebugInfoError(str(error)) from error


def _places(strings: bytes, name: str) -> Iterator[int]:
    """Offsets of a name in a string table; longer names may share its end."""
    wanted = name.encode() + b"\0"
    place = strings.find(wanted)
    while place >= 0:
        yield place
        place = strings.find(wanted, place + 1)
