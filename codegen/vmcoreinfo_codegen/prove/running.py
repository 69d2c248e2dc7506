# SPDX-License-Identifier: MIT
"""Runs tools as untrusted programs: limited in time, memory and disk space, without a network,
killed with all their children."""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import re
import resource
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

_KEPT = 1 << 20
_PIECE = 1 << 16
_LEAST_MEMORY = 2 << 30
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_LAST_WORDS = 5.0
# A shell adds 128 if its command ended with a signal.
_TOO_BUSY = (-signal.SIGXCPU, 128 + signal.SIGXCPU)

_BELOW = r"(?:/[\w.+:~-]*[\w+~-])*/?"
_PATHS = re.compile(r"(?<![\w.])/[\w.+:~-]*[\w+~-]" + _BELOW)
_PROGRESS = re.compile(r"^.*\r(?=.)", re.MULTILINE)
_LONGEST = 200


class Patience(NamedTuple):
    """Seconds that a run may take, and seconds of CPU time, None for the same number.

    CPU time does not depend on how busy the machine is.
    """

    seconds: float
    busy: float | None = None


@dataclass(frozen=True)
class Limits:
    """How long a run may take, and the largest size of a file that it writes, in bytes."""

    patience: Patience
    file_bytes: int


@dataclass(frozen=True)
class Ran:
    """How a run ended: its exit code, negative for a signal, None if it timed out.

    `busy` is its CPU time in seconds, `names` are the files in its arguments.
    """

    code: int | None
    out: str
    err: str
    busy: float
    names: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        """How the run failed, empty if it did not."""
        if self.code is None:
            return "timed out"
        if self.code < 0:
            with contextlib.suppress(ValueError):
                return f"killed by {signal.Signals(-self.code).name}"
            return f"killed by signal {-self.code}"
        return f"exit code {self.code}" if self.code else ""

    def lines(self) -> list[str]:
        """The output, standard error first, without paths and overwritten progress."""
        found = []
        for text in (self.err, self.out):
            text = self.without_paths(_PROGRESS.sub("", text.replace("\r\n", "\n")))
            found += [" ".join(shown(line).split()) for line in text.splitlines()]
        return [line[:_LONGEST] for line in found if line]

    def without_paths(self, text: str) -> str:
        """The text with names of files replaced, as they differ from run to run.

        A name with a blank is recognised only if it was an argument.
        """
        for name in self.names:
            text = re.sub(re.escape(name) + _BELOW, "FILE", text)
        return _PATHS.sub("FILE", text)


def shown(text: str) -> str:
    """The text with a blank for each unprintable character."""
    return "".join(c if c.isprintable() else " " for c in text)


def run(
    command: Sequence[str | Path],
    folder: Path,
    limits: Limits,
    environment: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Ran:
    """Run a command in `folder`. Raises OSError if it can't be started."""
    before = _busy()
    words = [os.fspath(word) for word in command]
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=_environment(folder) | dict(environment or {}),
        start_new_session=True,
        preexec_fn=lambda: _confine(limits),
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        out, err = _Kept(process.stdout), _Kept(process.stderr)
        try:
            if process.stdin is not None:
                with contextlib.suppress(BrokenPipeError), process.stdin:
                    process.stdin.write(stdin.encode())
            try:
                process.wait(limits.patience.seconds)
                in_time = True
            except subprocess.TimeoutExpired:
                in_time = False
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
        texts = out.text(), err.text()
    in_time = in_time and code not in _TOO_BUSY
    return Ran(code if in_time else None, *texts, _busy() - before, _names([*words, str(folder)]))


def _names(words: Iterable[str]) -> tuple[str, ...]:
    """The arguments that are absolute paths, the longest first."""
    return tuple(sorted({word for word in words if word.startswith("/")}, key=len, reverse=True))


def _busy() -> float:
    """CPU time in seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Kept(threading.Thread):
    """Keeps the beginning and the end of what comes through a pipe."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._first = bytearray()
        self._last = bytearray()
        self.start()

    def run(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(self._pipe.fileno(), _PIECE):
                room = max(0, _KEPT - len(self._first))
                self._first += piece[:room]
                self._last += piece[room:]
                del self._last[:-_KEPT]

    def text(self) -> str:
        # A process that left the group may hold the pipe open.
        self.join(_LAST_WORDS)
        return bytes(self._first + self._last).decode("utf-8", "replace")


def _environment(folder: Path) -> dict[str, str]:
    """An environment without the user's settings, such as debuginfod servers."""
    path = os.environ.get("PATH", os.defpath)
    where = os.fspath(folder)
    return {"PATH": path, "HOME": where, "TMPDIR": where, "LC_ALL": "C", "TZ": "UTC"}


def _confine(limits: Limits) -> None:
    """Runs in the child before exec: sets its limits."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    seconds, used = limits.patience
    busy = math.ceil(seconds if used is None else used)
    for what, most, last in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_AS, *[max(_LEAST_MEMORY, memory // 2)] * 2),
        # SIGXCPU comes first, and tells the reason.
        (resource.RLIMIT_CPU, busy, busy + 5),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, last))
    _leave_network()


def _leave_network() -> None:
    """Move to an empty network namespace; keep the network if the system doesn't allow that."""
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is None or unshare(_CLONE_NEWNET) == 0:
        return
    user, group = os.geteuid(), os.getegid()
    if unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return
    # Without a map of IDs it could create no files.
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with contextlib.suppress(OSError):
            Path(f"/proc/self/{name}").write_text(text)
