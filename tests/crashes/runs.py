# SPDX-License-Identifier: MIT
"""The commands that the capture kernel runs, one after the other on the same /proc/vmcore."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.crashes.kinds import Crash
from tests.crashes.rescues import OTHER, RESCUE

VMCORE = "/proc/vmcore"
COPY = "/var/crash/copy"
ALL, ALL_BUT_USER, ZERO = 31, 23, 1
"""Levels: everything that can be left out, everything except pages of processes, only pages of
zeros.
"""
ON_COPY = ("cut-note", "no-note")
BY_HAND = f"""
if {RESCUE} --text >/tmp/text; then
	set -- -i /tmp/text "$@"
fi
makedumpfile -c -d $({RESCUE} --level {ALL} || echo {ALL}) "$@"
"""
"""The same without a program that runs another; it does not help if a line has to be removed."""
FAULTS = (
    "full-disk", "full-tmp", "exists", "killed-early", "killed", "killed-again", "killed-forced", "tool-killed",
    *ON_COPY, "no-ptrace",
)  # fmt: skip
"""Faults in tests/crashes/faults; permanent ones come last."""


@dataclass(frozen=True, slots=True)
class Run:
    """A command in the root of a release of makedumpfile; its dump is /var/crash/NAME/dump."""

    name: str
    tool: str
    command: tuple[str, ...]
    level: int | None = None
    fault: str = ""
    is_rescued: bool = False

    @property
    def words(self) -> list[str]:
        return [self.name, self.tool, *self.command]


def runs_of(crash: Crash, rescued: frozenset[str], other: frozenset[str]) -> Iterator[Run]:
    """All runs of a crash; `rescued` are the releases with rescues, `other` those with rescues for
    other kernels.
    """
    for release in crash.tools:
        for level in (ALL, ALL_BUT_USER):
            yield from _pair(f"{release}-d{level}", release, level, rescued)
        yield from _pair(f"{release}-threads", release, ALL, rescued, "--num-threads", "2")
        if release in rescued:
            yield from _asked(release)
        if release in other:
            name = f"{release}-d{ALL}-other"
            command = (OTHER, *filtered(name, ALL))
            yield Run(name, release, command, ALL, "other kernels", is_rescued=True)
    newest = crash.tools[-1]
    name = f"{newest}-d{ZERO}"
    words = (*([RESCUE] if newest in rescued else []), *filtered(name, ZERO))
    yield Run(name, newest, words, ZERO, is_rescued=newest in rescued)
    yield from _faults(crash, rescued)


def filtered(name: str, level: int, vmcore: str = VMCORE, *options: str) -> tuple[str, ...]:
    """makedumpfile as called by Debian's kdump-tools, with all messages."""
    shown = ("-c", "-d", str(level), "--message-level", "31", *options)
    return ("makedumpfile", *shown, vmcore, f"/var/crash/{name}/dump")


def _pair(
    name: str, release: str, level: int, rescued: frozenset[str], *options: str
) -> Iterator[Run]:
    """The same command alone and with its rescue."""
    yield Run(name, release, filtered(name, level, VMCORE, *options), level)
    if release in rescued:
        name += "-rescue"
        words = filtered(name, level, VMCORE, *options)
        yield Run(name, release, (RESCUE, *words), level, is_rescued=True)


def _asked(release: str) -> Iterator[Run]:
    """The queries to a rescue, which run nothing, and a run at the level that it prints."""
    for option, *level in (("text",), ("note",), ("level", str(ALL))):
        command: tuple[str, ...] = (RESCUE, f"--{option}", *level)
        yield Run(f"{release}-{option}", release, command, is_rescued=True)
    name = f"{release}-by-hand"
    command = ("sh", "-c", BY_HAND, "sh", *filtered(name, ALL)[4:])
    yield Run(name, release, command, ALL, is_rescued=True)
    name = f"{release}-exact"
    yield Run(name, release, (RESCUE, "--exact", *filtered(name, ALL)), ALL, is_rescued=True)
    name = f"{release}-dmesg"
    command = (RESCUE, "makedumpfile", "--dump-dmesg", VMCORE, f"/var/crash/{name}/dump")
    yield Run(name, release, command, is_rescued=True)
    name = f"{release}-flattened"
    words = ("makedumpfile", "-F", *filtered(name, ALL)[1:-1])
    command = ("sh", "-c", f'"$@" >/var/crash/{name}/dump', "sh", RESCUE, *words)
    yield Run(name, release, command, ALL, is_rescued=True)


def _faults(crash: Crash, rescued: frozenset[str]) -> Iterator[Run]:
    for release in crash.faults[:1]:
        yield Run(f"{release}-copy", release, ("faults", "copy", COPY))
    for fault in FAULTS:
        for release in crash.faults:
            for word in ("", RESCUE) if release in rescued else ("",):
                name = f"{release}-{fault}" + ("-rescue" if word else "")
                words = filtered(name, ALL, COPY if fault in ON_COPY else VMCORE)
                made = (
                    "faults",
                    fault,
                    f"/var/crash/{name}/dump",
                    *([word] if word else []),
                    *words,
                )
                yield Run(name, release, made, ALL, fault, is_rescued=bool(word))
