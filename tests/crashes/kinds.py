# SPDX-License-Identifier: MIT
"""Crashes to make: which guest, which releases of makedumpfile read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Crash:
    """A guest of tests/guest_kinds.py that is made to crash, and the tools that its capture kernel has."""

    name: str
    guest: str
    tools: tuple[str, ...] = ("1.7.2", "1.7.6", "1.7.8")
    "Releases of makedumpfile."
    faults: tuple[str, ...] = ()
    "Of those the ones that are run when something goes wrong, too."
    kernels: str = "6.1.."
    "That its rescues know."
    others: str = "5.4..5.10"
    "Those that rescues of other kernels know."
    memory: int = 576
    "MiB."
    reserved: int = 224
    "Of those, for the capture kernel."


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
