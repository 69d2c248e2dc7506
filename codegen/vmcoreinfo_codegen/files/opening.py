# SPDX-License-Identifier: MIT
"""Opens files for reading, without waiting forever for the writer of a pipe."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import BinaryIO

PATIENCE = 10.0
"""Seconds within which a named pipe has to be opened for writing."""


def open_to_read(path: str) -> int:
    """A descriptor of the file. Raises OSError, TimeoutError if a named pipe gets no writer.

    A shell's `<(zcat FILE)` has a writer, so it never waits.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC
    if not stat.S_ISFIFO(os.stat(path).st_mode):
        return os.open(path, flags)
    import threading

    opened: list[int | OSError] = []

    def wait() -> None:
        # open() of a named pipe returns when its other end is opened.
        try:
            opened.append(os.open(path, flags))
        except OSError as error:
            opened.append(error)

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    waiting.join(PATIENCE)
    if not opened:
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))  # so that the thread ends
        raise TimeoutError(
            errno.ETIMEDOUT,
            f"a pipe that was not opened for writing within {PATIENCE:.0f} seconds; start the "
            "writer first",
            path,
        )
    answer = opened[0]
    if isinstance(answer, OSError):
        raise answer
    return answer


def open_at_once(path: str | os.PathLike[str], follow: bool = True) -> BinaryIO:
    """Open a file that the user did not name, without waiting: a named pipe is read as empty.

    Raises OSError.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    return os.fdopen(os.open(path, flags if follow else flags | os.O_NOFOLLOW), "rb")
