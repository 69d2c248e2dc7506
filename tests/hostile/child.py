# SPDX-License-Identifier: MIT
"""Runs a case in a separate process, under its limits.

The processes are forked from a server that has the command loaded, so that a case does not include
the start of Python.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from .case import Case

_LOADED = [
    "vmcoreinfo_codegen.cli.main",
    "vmcoreinfo_codegen.compat.impact",
    "vmcoreinfo_codegen.emit.product",
    "vmcoreinfo_codegen.model.builder",
    "vmcoreinfo_codegen.sync.plan",
    "vmcoreinfo_codegen.synth.synthesis",
    "tests.hostile.case",
]
# The machine may be busy: the wall time of a case may be this many times its CPU limit. This ends
# cases that hang without using CPU time.
_CLOCK = 8
_LEAST_CLOCK = 30
_MOST_OUTPUT = 64 << 20


@dataclass(frozen=True)
class Ended:
    """How a case ended: exit code, or the negative signal number; its output; seconds."""

    code: int
    out: bytes
    err: bytes
    seconds: float


def ended(case: Case, folder: Path) -> Ended:
    """Run a case in a folder, with its output in files there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    process = context.Process(target=_run, args=(case, str(folder)))
    started = time.monotonic()
    process.start()
    process.join(max(_CLOCK * case.seconds, _LEAST_CLOCK))
    if process.is_alive():
        # With all its children.
        os.killpg(process.pid or 0, signal.SIGKILL)
        process.join()
    code = process.exitcode
    assert code is not None
    texts = [(folder / name).read_bytes() for name in ("out", "err")]
    return Ended(code, texts[0], texts[1], time.monotonic() - started)


def _run(case: Case, folder: str) -> None:
    os.setsid()
    os.chdir(folder)
    Path("in").write_bytes(case.stdin or b"")
    # The server's own Python streams are not used again. The new ones live as long as the process,
    # so no `with` (SIM115).
    for number, name, flags in ((0, "in", os.O_RDONLY), (1, "out", _NEW), (2, "err", _NEW)):
        descriptor = os.open(name, flags, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, errors="backslashreplace", closefd=False)  # noqa: SIM115
        for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    seconds = int(case.seconds + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_OUTPUT, _MOST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    memory = _address_space() + (case.megabytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    from vmcoreinfo_codegen.cli.main import main

    code = main(case.arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
