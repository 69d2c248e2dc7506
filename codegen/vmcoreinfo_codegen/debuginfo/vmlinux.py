# SPDX-License-Identifier: MIT
"""A vmlinux: its BTF, symbols and build ID, each from its section."""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
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
_MOST_SYMBOLS = 256 << 20
_MOST_STRINGS = 128 << 20
_MOST_DATA = 1 << 30
_PIECE = 1 << 20
_LONGEST_BANNER = 256
_SYMBOL = {32: "IIIBBH", 64: "IBBHQQ"}


class Vmlinux:
    """An open vmlinux. Raises DebugInfoError, OSError."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        if stat.S_ISFIFO(os.stat(path).st_mode):
            raise DebugInfoError(f"{path}: a vmlinux can't be read from a pipe; save it to a file")
        try:
            self._file = File(self.name)
        except DumpError as error:
            raise DebugInfoError(f"{path}: a folder; --vmlinux needs a file") from error
        try:
            self._elf = elf.open_elf(self._file)
        except DumpError as error:
            self._file.close()
            raise DebugInfoError(
                f"{error}; --vmlinux needs the uncompressed kernel, not /boot/vmlinuz"
            ) from error

    def close(self) -> None:
        self._file.close()

    @property
    def arch(self) -> str | None:
        return self._elf.arch

    def btf(self) -> Btf | None:
        """The types; None if the kernel was built without BTF."""
        pieces = self._pieces(".BTF", MOST_BYTES)
        data = b"".join(pieces) if pieces is not None else None
        return Btf(data, f"{self.name}(.BTF)") if data is not None else None

    def build_id(self) -> str | None:
        """The build ID in hexadecimal, as in the note."""
        budget = notes.Budget(self.name)
        with _words():
            for section in self._elf.sections():
                if section.type == _SHT_NOTE:
                    for note in notes.walk(
                        self._file, section.offset, section.size, self._elf.order, budget
                    ):
                        if note.name == _GNU and note.type == _BUILD_ID and note.size <= 64:
                            return exactly(self._file, note.offset, note.size, "the build id").hex()
        return None

    def release(self) -> str | None:
        """The release in the banner, `Linux version 6.12.117+deb13-amd64 (…`."""
        before = b""
        for piece in self._pieces(".rodata", _MOST_DATA) or ():
            match = _BANNER.search(before + piece)
            if match:
                return match[1].decode("ascii")
            before = piece[-_LONGEST_BANNER:]
        return None

    def addresses(self, names: set[str]) -> dict[str, int]:
        """Link-time addresses of the symbols that exist; empty if the vmlinux is stripped."""
        table = self._pieces(".symtab", _MOST_SYMBOLS)
        strings = self._pieces(".strtab", _MOST_STRINGS)
        if table is None or strings is None:
            return {}
        texts = b"".join(strings)
        wanted = {name.encode(): name for name in names}
        longest = max(map(len, wanted), default=0) + 1
        found: dict[str, int] = {}
        entry = struct.Struct(self._elf.order + _SYMBOL[self._elf.bits])
        value = 4 if self._elf.bits == 64 else 1
        section = 3 if self._elf.bits == 64 else 5
        rest = b""
        for piece in table:
            data = rest + piece
            whole = len(data) // entry.size * entry.size
            rest = data[whole:]
            for fields in entry.iter_unpack(data[:whole]):
                name, end, _ = texts[fields[0] : fields[0] + longest].partition(b"\0")
                if end and name in wanted and fields[section]:
                    found.setdefault(wanted[name], fields[value])
        return found

    def _pieces(self, name: str, most: int) -> Iterator[bytes] | None:
        """A section piece by piece; None if it is missing or has no content."""
        with _words():
            section = self._elf.section(name)
        if section is None or section.type == _SHT_NOBITS:
            return None
        if section.size > most:
            raise DebugInfoError(
                f"{self.name}: its {name} claims {section.size} bytes; at most {most} are supported"
            )
        return self._read(name, section)

    def _read(self, name: str, section: elf.Section) -> Iterator[bytes]:
        for at in range(0, section.size, _PIECE):
            with _words():
                piece = exactly(
                    self._file, section.offset + at, min(_PIECE, section.size - at), name
                )
            yield piece


@contextmanager
def _words() -> Iterator[None]:
    """Turns DumpError into DebugInfoError."""
    try:
        yield
    except DumpError as error:
        raise DebugInfoError(str(error)) from error
