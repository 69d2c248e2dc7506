# SPDX-License-Identifier: MIT
"""crash: whether it starts on a dump with its vmlinux, and what it answers; log and release
without one.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..core.tool import ToolRelease
from ..model.vocabulary import DumpFormat, Verdict
from . import log, running
from .binary import Binary, binaries
from .build import build_of
from .outcome import FailsItself, Measure, Outcome, ProveError, Run
from .running import Limits, Patience, Ran
from .subject import Subject
from .wanted import Wanted

START = "start"
SESSION = "session"
LOG = "log"
OSRELEASE = "osrelease"
COMMANDS = (START, SESSION, LOG, OSRELEASE)

# Reads the kernel's banner in its image as text.
_BANNER = "rd -8 linux_banner 80"
_ASKED = ("log", "ps", "kmem -i", "kmem -v", "kmem -n", "mod", "vtop linux_banner")
_MARK = "answer"
_BYTES = re.compile(r"(?m)^[0-9a-f]{8,16}: +(?:[0-9a-f]{2} ){1,16} *(.*)$")
_REASON = re.compile(r"(?m)^crash: (.*\S)")
_COMPLAINT = re.compile(r"(?m)^(?:crash|[a-z]+): +[a-z].*$")
_FILE_BYTES = 1 << 30
_TRIES = 3


class Crash:
    """A release of crash, judged by another release, or by itself with the complete note."""

    consumer = "crash"
    formats: tuple[DumpFormat, ...] = tuple(DumpFormat)
    judge: ToolRelease | None = None
    judges_itself = False

    def __init__(
        self,
        own: Binary,
        build: str,
        runs: tuple[Run, ...],
        reference: Binary | None,
        vmlinux: Path | None,
        patience: Patience,
    ) -> None:
        self.release = own.release
        self.build = build
        self.runs = runs
        self._own = own
        self._reference = reference
        self._vmlinux = vmlinux
        self._patience = patience

    def measure(self, dump: Path, subject: Subject, run: Run) -> Measure:
        """The release in the note, or answers and log with the complete note."""
        if run.name in (START, OSRELEASE):
            # If it can't start with the complete note, a run without entries tells nothing.
            ran = self._run(self._own, run, dump, self._patience)
            if (bad := _failed(ran)) is not None:
                raise FailsItself(bad)
            return Measure("the release in the note", subject.observed.kernel, True, ran.busy)
        # Formats of answers differ between releases.
        binary = self._own if run.name == SESSION or not self._reference else self._reference
        ran = self._run(binary, run, dump, self._patience)
        bad = _failed(ran)
        by = f"{self.consumer} {binary.release}"
        found = log.lines_of(ran.out.encode()) if run.name == LOG else _answers(ran.out)
        if bad is not None and binary is self._own:
            raise FailsItself(bad)
        if bad is not None or not found:
            seen = bad.seen if bad is not None else "it printed nothing"
            raise ProveError(f"{subject.path}: {by} can't be the reference for {run}: {seen}")
        is_other = binary is not self._own
        return Measure(by if is_other else f"{by} with the whole note", found, is_other, ran.busy)

    def outcome(self, dump: Path, run: Run, measure: Measure | None) -> Outcome | None:
        patience = self._patience if measure is None else measure.patience(self._patience)
        ran = self._run(self._own, run, dump, patience)
        bad = _failed(ran)
        if bad is not None or measure is None:
            return bad
        if run.name == LOG:
            return log.compared(measure.right, log.lines_of(ran.out.encode()))
        if run.name == START:
            return _of_banner(ran, measure.right)
        if run.name == OSRELEASE:
            return _of_release(ran, measure.right)
        return _of_answers(measure.right, _answers(ran.out))

    def _run(self, binary: Binary, run: Run, dump: Path, patience: Patience) -> Ran:
        if run.name in (LOG, OSRELEASE):
            return _run(binary, [f"--{run.name}", dump], dump.parent, patience, "")
        assert self._vmlinux is not None
        asked = [_BANNER]
        if run.name == SESSION:
            asked = [line for word in _ASKED for line in (f'echo "{_MARK} {word}"', word)]
        script = "".join(f"{line}\n" for line in [*asked, "quit"])
        return _run(binary, ["-s", self._vmlinux, dump], dump.parent, patience, script)


def tool(wanted: Wanted, folder: Path) -> Crash:
    """The tool that the user named. Raises ProveError."""
    own, reference = binaries(wanted, folder)
    names = wanted.chosen([LOG, OSRELEASE] if wanted.vmlinux is None else COMMANDS)
    return Crash(
        own,
        wanted.build or build_of(wanted.binary),
        tuple(map(Run, names)),
        reference,
        wanted.vmlinux,
        wanted.patience,
    )


def _run(
    binary: Binary, arguments: Sequence[str | Path], folder: Path, patience: Patience, asked: str
) -> Ran:
    """Run crash, again if it aborts: now and then it finds its heap corrupted, with any note."""
    command = [binary.path, *arguments]
    for _ in range(_TRIES):
        ran = running.run(command, folder, Limits(patience, _FILE_BYTES), stdin=asked)
        if ran.code != -signal.SIGABRT:
            break
    return ran


def _failed(ran: Ran) -> Outcome | None:
    """The outcome of a failed run, with the last reason it gave, else its last line; None if it did
    not fail.
    """
    if not ran.ending:
        return None
    reasons = _REASON.findall(ran.without_paths(ran.out + ran.err)) or ran.lines()
    told = f": {running.shown(reasons[-1])}" if reasons else ""
    return Outcome(Verdict.FATAL, ran.ending + told)


def _of_banner(ran: Ran, release: str) -> Outcome:
    banner = "".join(_BYTES.findall(ran.out))
    if f"Linux version {release}" in banner:
        return Outcome(Verdict.OK, "it reads the kernel's banner")
    reasons = _REASON.findall(ran.without_paths(ran.out + ran.err))
    if reasons:
        return Outcome(Verdict.FATAL, running.shown(reasons[-1]))
    return Outcome(Verdict.WRONG, "it reads something else where the kernel's banner is")


def _of_release(ran: Ran, release: str) -> Outcome:
    told = ran.out.strip()
    if told == release:
        return Outcome(Verdict.OK, "it prints the release")
    return Outcome(Verdict.WRONG, f"it prints {running.shown(told)}")


def _answers(text: str) -> dict[str, list[str]]:
    """The lines of the answer to each command."""
    found: dict[str, list[str]] = {}
    for name, answer in _parts(text):
        found[name] = [line.rstrip() for line in answer.splitlines() if line.strip()]
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    marks = re.split(rf"(?m)^{_MARK} (.*)$", text)
    yield from zip(marks[1::2], marks[2::2])


def _of_answers(right: dict[str, list[str]], found: dict[str, list[str]]) -> Outcome:
    other = [name for name, lines in right.items() if found.get(name) != lines]
    if not other:
        return Outcome(Verdict.OK, f"{len(right)} answers")
    seen = f"other answers to {', '.join(other)}"
    silent = [name for name in other if not _complaints(found, name) - _complaints(right, name)]
    return Outcome(Verdict.WRONG if silent else Verdict.DEGRADED, seen)


def _complaints(found: dict[str, list[str]], name: str) -> set[str]:
    return set(_COMPLAINT.findall("\n".join(found.get(name, ()))))
