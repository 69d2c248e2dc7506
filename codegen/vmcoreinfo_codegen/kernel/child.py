# SPDX-License-Identifier: MIT
"""Runs other programs with limits of time, memory and output."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..limits import Limit

# Private memory; a repository's files that git maps do not count.
_MOST_MEMORY = 4 << 30
_MOST_SAID = 4096


class ChildError(Exception):
    """A program exceeded a limit; the message says which."""


@dataclass(frozen=True)
class Ran:
    """The exit code of a program, its standard output, and the beginning of its standard error."""

    code: int
    out: bytes
    said: str


def run(
    command: Sequence[str],
    folder: Path | None,
    environment: Mapping[str, str],
    stdin: bytes,
    most: int,
    seconds: float,
) -> Ran:
    """Run a command to its end; `most` limits the bytes that it prints.

    Raises ChildError if a limit is exceeded, FileNotFoundError, OSError.
    """
    with tempfile.TemporaryFile() as asked:
        asked.write(stdin)
        asked.seek(0)
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A process group of its own, so that its children end with it.
            start_new_session=True,
        )
    _bound_memory(process.pid)
    name = " ".join(command[:2])
    with process:
        try:
            return _followed(process, name, most, seconds)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _bound_memory(process: int) -> None:
    # Only Linux can do that to another process; in the child before exec it is unsafe with threads.
    if hasattr(resource, "prlimit"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            soft, hard = resource.prlimit(process, resource.RLIMIT_DATA)
            if soft == resource.RLIM_INFINITY or soft > _MOST_MEMORY:
                resource.prlimit(process, resource.RLIMIT_DATA, (_MOST_MEMORY, hard))


def _followed(process: subprocess.Popen[bytes], name: str, most: int, seconds: float) -> Ran:
    assert process.stdout is not None and process.stderr is not None
    limit = Limit(name, most, "bytes of output", ChildError)
    late = ChildError(f"{name}: passed the limit of {seconds:g} seconds")
    out, said = bytearray(), bytearray()
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as streams:
        streams.register(process.stdout, selectors.EVENT_READ, out)
        streams.register(process.stderr, selectors.EVENT_READ, said)
        while streams.get_map():
            ready = streams.select(max(0.0, end - time.monotonic()))
            if not ready or time.monotonic() > end:
                raise late
            for key, _ in ready:
                piece = os.read(key.fd, 1 << 16)
                if not piece:
                    streams.unregister(key.fileobj)
                elif key.data is out:
                    limit.spend(len(piece))
                    out += piece
                else:
                    said += piece[: max(0, _MOST_SAID - len(said))]
    try:
        code = process.wait(max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise late from None
    return Ran(code, bytes(out), said.decode("utf-8", "backslashreplace").strip())
