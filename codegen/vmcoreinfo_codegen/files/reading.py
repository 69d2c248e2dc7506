# SPDX-License-Identifier: MIT
"""Reads small files completely, up to a limit: schema files, patches, lists of keys."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from .opening import open_at_once, open_to_read

STDIN = "<stdin>"
"""The name of standard input in messages."""


# Memory of this size is reused, not requested from the system each time.
_BLOCK = 1 << 16


class InputError(Exception):
    """An input that can't be used; the message names the file and what to do."""


def read_argument(path: str, most: int) -> bytes:
    """The contents of a file named on the command line, `-` for standard input.

    Raises InputError for more than `most` bytes, OSError.
    """
    if path == "-":
        return _within(sys.stdin.buffer.read(most + 1), most, STDIN)
    with open(open_to_read(path), "rb") as file:
        return _within(file.read(most + 1), most, path)


def read_text(path: str, most: int) -> str:
    """The contents of such a file as text. Raises InputError if it is not UTF-8."""
    return decoded(read_argument(path, most), STDIN if path == "-" else path)


def decoded(data: bytes, name: str) -> str:
    """Bytes decoded as UTF-8, with plain newlines. Raises InputError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 at byte {error.start}") from error
    return text.replace("\r\n", "\n")


def read_regular(path: Path, most: int, error: Callable[[str], Exception]) -> bytes:
    """The contents of a file that is no device or pipe, which could be endless.

    Raises `error` with what is wrong, OSError.
    """
    with _open_regular(path, error) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise error(f"more than {most} bytes")
    return data


def lines_in_blocks(path: Path, most: int, error: Callable[[str], Exception]) -> Iterator[bytes]:
    """The same contents in blocks of complete lines, for searching a file of megabytes for a
    few.
    """
    left = most
    # A line may be as long as the file, so its parts are joined only once.
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
