# SPDX-License-Identifier: MIT
"""Small files read whole, up to a limit: schema files, patches, lists of keys."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from .opening import open_at_once, open_to_read

STDIN = "<stdin>"
"""What standard input is called in messages."""


# Memory of that size is used again, and not asked of the system for each.
_BLOCK = 1 << 16


class InputError(Exception):
    """An input that can't be used; names the file and what to do."""


def read_argument(path: str, most: int) -> bytes:
    """What a file of the command line has, `-` for standard input.

    Raises InputError for more than `most` bytes, OSError.
    """
    if path == "-":
        return _within(sys.stdin.buffer.read(most + 1), most, STDIN)
    with open(open_to_read(path), "rb") as file:
        return _within(file.read(most + 1), most, path)


def read_text(path: str, most: int) -> str:
    """The same as UTF-8. Raises InputError if it is something else."""
    return decoded(read_argument(path, most), STDIN if path == "-" else path)


def decoded(data: bytes, name: str) -> str:
    """Bytes as UTF-8, lines ending in a newline alone. Raises InputError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 at byte {error.start}") from error
    return text.replace("\r\n", "\n")


def read_regular(path: Path, most: int, error: Callable[[str], Exception]) -> bytes:
    """What a file has that is neither a device nor a pipe, which could go on for ever.

    Raises `error` with what is wrong, OSError.
    """
    with _open_regular(path, error) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise error(f"more than {most} bytes")
    return data


def lines_in_blocks(path: Path, most: int, error: Callable[[str], Exception]) -> Iterator[bytes]:
    """The same in blocks of whole lines, which a file of megabytes is looked through in for a few."""
    left = most
    # A line may be as long as the file: what there is of it is put together once.
    begun: list[bytes] = []
    with _open_regular(path, error) as file:
        while block := file.read(_BLOCK):
            left -= len(block)
            if left < 0:
                raise error(f"more than {most} bytes")
            end = block.rfind(b"\n") + 1
            if end:
                yield b"".join([*begun, block[:end]])
                begun = []
            begun.append(block[end:])
    if rest := b"".join(begun):
        yield rest


def _open_regular(path: Path, error: Callable[[str], Exception]) -> BinaryIO:
    file = open_at_once(path)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise error("a device or a pipe, not a file")
    return file


def _within(data: bytes, most: int, name: str) -> bytes:
    if len(data) > most:
        raise InputError(f"{name}: more than {most} bytes")
    return data
