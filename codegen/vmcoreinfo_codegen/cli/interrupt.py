# SPDX-License-Identifier: MIT
"""Ctrl-C during a write ends the command after the write, so that no line is truncated."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[None]:
    """Block interrupts until the block ends.

    Not with a handler: if one runs during a write to a pipe, Python 3.11 loses a part of the data.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
