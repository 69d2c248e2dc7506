# SPDX-License-Identifier: MIT
"""Made-up tools: small scripts that behave like makedumpfile, and their output."""

from __future__ import annotations

import shlex
import struct
from collections.abc import Iterable
from pathlib import Path

from tests.dump import make

KEY = "SYMBOL(init_top_pgt)"
OTHER = "NUMBER(phys_base)"
NOTE = (
    b"OSRELEASE=6.12.0\nPAGESIZE=4096\nSYMBOL(init_uts_ns)=ffffffff82a18000\n"
    b"SYMBOL(init_top_pgt)=ffffffff82a26000\nNUMBER(phys_base)=0\nKERNELOFFSET=1000000\n"
    b"CRASHTIME=1\n"
)
BLOCK = 4096
_BITMAP_AT = 3 * BLOCK


def kdump_with(pages: Iterable[int], release: bytes = b"6.12.0") -> bytes:
    """A dump as written by makedumpfile: the headers, and a bit for each page that is kept."""
    data = bytearray(make.kdump(NOTE).replace(b"6.12.0", release, 1).ljust(_BITMAP_AT, b"\0"))
    bitmap = bytearray(BLOCK)
    for page in pages:
        bitmap[page // 8] |= 1 << page % 8
    return bytes(data[:_BITMAP_AT] + bitmap)


def makedumpfile(path: Path, *steps: str, version: str = "1.7.9", log: str = "") -> Path:
    """A tool that runs the shell commands `steps` for `filter`, and prints `log`.

    `$dump` is its input, `$out` its output; `has KEY` tells whether the dump's note has a key.
    """
    files = path.parent / f"{path.name}.files"
    files.mkdir()
    (files / "log").write_text(log)
    path.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = -v ]; then echo "makedumpfile: version {version} (released)"; exit; fi\n'
        'for word; do before="$out"; out="$word"; done; dump="$before"\n'
        'has() { grep -q -F "$1=" "$dump"; }\n'
        f'case "$*" in *--dump-dmesg*) cp {shlex.quote(str(files / "log"))} "$out"; exit;; esac\n'
        + "".join(f"{step}\n" for step in steps)
    )
    path.chmod(0o755)
    return path


def keeps(path: Path, pages: Iterable[int], release: bytes = b"6.12.0") -> str:
    """A step that writes a dump with these pages."""
    path.write_bytes(kdump_with(pages, release))
    return f'cp {shlex.quote(str(path))} "$out"'


def with_memory(note: bytes = NOTE) -> bytes:
    """An ELF dump with one page of memory."""
    return make.elf(note, virtual=0xFFFF888000000000) + struct.pack("<512Q", *range(512))
