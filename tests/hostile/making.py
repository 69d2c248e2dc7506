# SPDX-License-Identifier: MIT
"""Common parts of the makers of hostile input: files, commands on them, ELF files."""

from __future__ import annotations

import os
import struct
from pathlib import Path

from tests.conftest import CORPUS

from .case import Case

ARCH = ("--arch", "x86_64")
NOTE = CORPUS / "notes" / "x86_64-6.12.117+deb13-amd64.note"
TEXT = NOTE.with_suffix(".txt").read_bytes()
# Values of fields that may break readers, if they fit.
NUMBERS = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)
FINE, FINDINGS, UNREADABLE = 0, 1, 2
ANY = (FINE, FINDINGS, UNREADABLE)
SECONDS = 5.0
MEGABYTES = 600
MIB = 1 << 20


def case(
    name: str,
    *arguments: str | Path,
    codes: tuple[int, ...] = (UNREADABLE,),
    seconds: float = SECONDS,
    megabytes: int = MEGABYTES,
    stdin: bytes | None = None,
) -> Case:
    words = tuple(os.fspath(word) for word in arguments)
    return Case(f"{words[0]}: {name}", words, stdin, seconds, megabytes, codes)


def put(path: Path, *pieces: bytes | bytearray, size: int = 0) -> Path:
    """A file of these pieces, sparse up to `size`."""
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        if size:
            file.truncate(size)
    return path


def synth(types_: Path | None, symbols: Path | None, *more: str | Path) -> tuple[str | Path, ...]:
    btf = ("--btf", types_) if types_ else ()
    table = ("--symbols", symbols) if symbols else ()
    return ("synth", "--kernel", "6.12.0", *ARCH, *btf, *table, *more)


def system_map(folder: Path) -> Path:
    path = folder / "System.map"
    lines = (
        b"ffffffff81000000 T _stext\nffffffff82002080 R linux_banner\nffffffff82a00000 D init_mm\n"
    )
    return path if path.exists() else put(path, lines)


def makedumpfile(folder: Path) -> Path:
    """A tool whose output is the dump itself, and whose messages have characters unfit for a
    terminal.
    """
    path = folder / "makedumpfile"
    if not path.exists():
        put(
            path,
            b"#!/bin/sh\n"
            b'if [ "$1" = -v ]; then echo "makedumpfile: version 1.7.9"; exit; fi\n'
            b'for word; do before="$out"; out="$word"; done\n'
            b"printf '\\033[2J\\000\\377%s\\n' \"$*\"\n"
            b'grep -q -F OSRELEASE= "$before" || exit 1\n'
            b'cp "$before" "$out"\n',
        )
        path.chmod(0o755)
    return path


def elf_with_sections(
    sections: list[tuple[int, int, int, int]], content: bytes, names: bytes
) -> bytes:
    """An x86_64 executable with these sections (name, type, offset, size); the last has the
    names.
    """
    end = 64 + 64 * (len(sections) + 1)
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack(
        "<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 64, 0, 64, 56, 0, 64, 0, 0xFFFF,
    )  # fmt: skip
    pack = struct.Struct("<IIQQQQIIQQ").pack
    first = pack(0, 0, 0, 0, 0, len(sections) + 2, len(sections) + 1, 0, 0, 0)
    rows = b"".join(
        pack(name, kind, 0, 0, place + end + 64, size, 0, 0, 0, 24)
        for name, kind, place, size in sections
    )
    last = pack(0, 3, 0, 0, end + 64 + len(content), len(names), 0, 0, 0, 0)
    return header + first + rows + last + content + names
