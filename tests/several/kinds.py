# SPDX-License-Identifier: MIT
"""Dumps to make with more than one kernel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Several:
    """Two guests of tests/guest_kinds.py whose kernels are in one dump.

    `how` says what happens with the second: `kexec` boots it instead of the first; `load` only
    loads it for a crash; `crash` boots it when the first crashes; `nest` and `nest-huge` boot it in
    a virtual machine of the first, whose memory is in small or in huge pages.
    """

    name: str
    first: str
    second: str
    how: str
    memory: int = 512
    "MiB."
    reserved: int = 0
    "MiB of those, for the capture kernel."
    processors: int = 1


SEVERAL = {
    one.name: one
    for one in (
        Several("kexec", "x86_64-6.1", "x86_64-7.3", "kexec"),
        Several("kexec-same", "x86_64-6.12", "x86_64-6.12", "kexec"),
        Several("loaded", "x86_64-6.12", "x86_64-7.3", "load", 576, 224),
        Several("crashed", "x86_64-6.12", "x86_64-7.3", "crash", 576, 224, 2),
        Several("crashed-same", "x86_64-7.3", "x86_64-7.3", "crash", 576, 224),
        Several("nested", "x86_64-6.12", "x86_64-7.3", "nest", 768),
        Several("nested-huge", "x86_64-7.3", "x86_64-6.1", "nest-huge", 768),
        Several("kexec-arm64", "arm64-7.3", "arm64-6.12", "kexec"),
        Several("kexec-arm64-same", "arm64-6.12", "arm64-6.12", "kexec"),
        Several("loaded-arm64", "arm64-6.12", "arm64-7.3", "load", 640, 256),
        Several("crashed-arm64", "arm64-7.3", "arm64-7.3", "crash", 640, 256),
    )
}
