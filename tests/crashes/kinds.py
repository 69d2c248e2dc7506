# SPDX-License-Identifier: MIT
"""Crashes to make: the guest, and the releases of makedumpfile that read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crash:
    """A guest of tests/guest_kinds.py that is crashed, and the tools of its capture kernel."""

    name: str
    guest: str
    tools: tuple[str, ...] = ("1.7.2", "1.7.6", "1.7.8")
    "Releases of makedumpfile."
    faults: tuple[str, ...] = ()
    "Those that are also run with faults."
    kernels: str = "6.1.."
    "The kernels that its rescues know."
    others: str = "5.4..5.10"
    "The kernels that the rescues for other kernels know."
    memory: int = 576
    "MiB."
    reserved: int = 224
    "MiB of those, for the capture kernel."


CRASHES = {
    crash.name: crash
    for crash in (
        Crash("x86_64-7.3", "x86_64-7.3", faults=("1.7.6", "1.7.8")),
        Crash("x86_64-6.12", "x86_64-6.12", faults=("1.7.2",)),
        Crash("x86_64-6.1", "x86_64-6.1"),
        Crash("arm64-7.3", "arm64-7.3"),
        Crash("arm64-6.12", "arm64-6.12"),
    )
}
