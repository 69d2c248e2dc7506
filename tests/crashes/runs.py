# SPDX-License-Identifier: MIT
"""What the capture kernel is made to run, one after the other on the same /proc/vmcore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.crashes.kinds import Crash

VMCORE = "/proc/vmcore"
RESCUE = "vmcoreinfo-rescue"
LEVELS = (31, 1)
"""All that can be left out, and zero pages alone, which no note is needed for."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command in the root of a release of makedumpfile; where it writes `dump`, that is /var/crash/NAME/dump."""

    name: str
    tool: str
    command: tuple[str, ...]
    keep: bool = False
    "Whether the dump is kept, for tools of the host to read."

    @property
    def words(self) -> list[str]:
        return [self.name, self.tool, "keep" if self.keep else "drop", *self.command]


def runs_of(crash: Crash, with_rescue: frozenset[str]) -> Iterator[Run]:
    """All runs of a crash; `with_rescue` are the releases there is a rescue for."""
    for release in crash.tools:
        for level in LEVELS:
            name = f"{release}-d{level}"
            yield Run(name, release, filtered(name, level), level == 31)
            if release in with_rescue:
                name += "-rescue"
                yield Run(name, release, (RESCUE, *filtered(name, level)), level == 31)


def filtered(name: str, level: int, vmcore: str = VMCORE) -> tuple[str, ...]:
    """makedumpfile as Debian's kdump-tools calls it, and all that it can tell."""
    options = ("-c", "-d", str(level), "--message-level", "31")
    return ("makedumpfile", *options, vmcore, f"/var/crash/{name}/dump")
