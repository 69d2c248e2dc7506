# SPDX-License-Identifier: MIT
"""Copying a dump's bytes: blocks are shared if possible, holes stay holes."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from collections.abc import Callable

from .problem import DumpError
from .source import File

_FICLONERANGE = 0x4020940D
_COPY = 16 << 20

Progress = Callable[[int], object]


def share(source: File, target: int, place: int) -> int:
    """Share the blocks of a dump with another file, at `place`; 0 if the file system can't."""
    size = source.size or 0
    request = struct.pack("qQQQ", source.fileno(), 0, 0, place)
    try:
        fcntl.ioctl(target, _FICLONERANGE, request)
    except OSError:
        return 0
    return size


def copy(source: File, target: int, place: int, progress: Progress) -> int:
    """Copy a dump into another file at `place`. Raises DumpError, OSError."""
    size = source.size or 0
    os.ftruncate(target, place + size)
    copied = at = 0
    while at < size:
        try:
            start = os.lseek(source.fileno(), at, os.SEEK_DATA)
        except OSError:
            break
        end = os.lseek(source.fileno(), start, os.SEEK_HOLE)
        progress(start - at)
        at = start
        while at < end:
            done = _copy_piece(source, target, at, min(_COPY, end - at), place)
            if not done:
                raise DumpError(f"{source.name}: it shrank while it was copied")
            at += done
            copied += done
            progress(done)
    return copied


def _copy_piece(source: File, target: int, at: int, size: int, place: int) -> int:
    """Copy up to `size` bytes at `at`; the kernel does it if both files are in one file system."""
    try:
        return os.copy_file_range(source.fileno(), target, size, at, place + at)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS):
            raise
    return os.pwrite(target, source.read(at, size), place + at)
