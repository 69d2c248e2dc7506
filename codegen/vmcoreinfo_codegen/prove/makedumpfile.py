# SPDX-License-Identifier: MIT
"""makedumpfile: compares the pages that it keeps and the log that it prints with a reference."""

from __future__ import annotations

from pathlib import Path

from ..core.tool import ToolRelease
from ..dump.pages import Pages, read_pages
from ..dump.problem import DumpError
from ..model.vocabulary import DumpFormat, Verdict
from . import log, running
from .binary import Binary, binaries
from .build import build_of
from .outcome import FailsItself, Measure, Outcome, ProveError, Run, failed
from .running import Limits, Patience, Ran
from .subject import Subject
from .wanted import Wanted

LEVEL = 31
FILTER = "filter"
DMESG = "dmesg"
PARTIAL_DMESG = "partial-dmesg"
COMMANDS = (FILTER, DMESG, PARTIAL_DMESG)

_USUAL = (FILTER, DMESG)

# Common messages, errors and the report, without progress.
_MESSAGES = ["--message-level", "22"]
_NOISE = (
    "makedumpfile Failed",
    "The kernel version is not supported",
    "The makedumpfile operation may be incomplete",
    "Copyright",
    "The dumpfile is saved to",
    "makedumpfile Completed",
)
_LOGS = {DMESG: ["--dump-dmesg"], PARTIAL_DMESG: ["--dump-dmesg", "--partial-dmesg"]}
_ROOM = 256 << 20
_LOG_BYTES = 64 << 20


def tool(wanted: Wanted, folder: Path) -> Makedumpfile:
    """The tool that the user named. Raises ProveError."""
    own, reference = binaries(wanted, folder)
    runs: list[Run] = []
    for name in wanted.chosen(COMMANDS, _USUAL):
        levels = wanted.levels or (LEVEL,)
        runs += [Run(name, level) for level in levels] if name == FILTER else [Run(name)]
    return Makedumpfile(
        own,
        wanted.build or build_of(wanted.binary),
        tuple(runs),
        reference,
        wanted.patience,
    )


class Makedumpfile:
    """A release of makedumpfile, judged by another one, or by itself with the complete note."""

    consumer = "makedumpfile"
    formats: tuple[DumpFormat, ...] = (DumpFormat.ELF, DumpFormat.KDUMP)

    def __init__(
        self,
        own: Binary,
        build: str,
        runs: tuple[Run, ...],
        reference: Binary | None,
        patience: Patience,
    ) -> None:
        self.release = own.release
        self.build = build
        self.runs = runs
        self._own = own
        self._reference = reference
        self._patience = patience

    @property
    def judge(self) -> ToolRelease:
        """The release of the judge."""
        return (self._reference or self._own).release

    @property
    def judges_itself(self) -> bool:
        return self._reference is None

    def measure(self, dump: Path, subject: Subject, run: Run) -> Measure:
        """The result of the reference with the complete note."""
        binary = self._reference or self._own
        ran, out = _run(binary, run, dump, self._patience)
        by = f"{self.consumer} {binary.release}"
        bad = failed(ran, _NOISE)
        if bad is not None and self.judges_itself:
            raise FailsItself(bad)
        if bad is not None:
            raise ProveError(f"{subject.path}: {by} can't be the reference for {run}: {bad.seen}")
        try:
            right = _log(out) if run.name in _LOGS else read_pages(str(out), subject.bits)
        except (OSError, DumpError) as error:
            raise ProveError(
                f"{subject.path}: {by} can't be the reference for {run}: {error}"
            ) from error
        finally:
            out.unlink(missing_ok=True)
        if isinstance(right, Pages) and right.release != subject.observed.kernel:
            raise ProveError(
                f"{subject.path}: {by} can't be the reference: it writes "
                f"{running.shown(right.release)!r} "
                f"as the kernel's release, but the note has {subject.observed.kernel!r}"
            )
        if self._reference is None:
            return Measure(f"{by} with the whole note", right, False, ran.busy)
        is_other = binary.path.resolve() != self._own.path.resolve()
        return Measure(by, right, is_other, ran.busy)

    def outcome(self, dump: Path, run: Run, measure: Measure | None) -> Outcome | None:
        patience = self._patience if measure is None else measure.patience(self._patience)
        ran, out = _run(self._own, run, dump, patience)
        try:
            bad = failed(ran, _NOISE)
            if bad is not None or measure is None:
                return bad
            if run.name in _LOGS:
                return log.compared(measure.right, _log(out))
            return _of_pages(measure.right, out)
        finally:
            out.unlink(missing_ok=True)


def _run(binary: Binary, run: Run, dump: Path, patience: Patience) -> tuple[Ran, Path]:
    """Run the command in the folder of the dump; also returns the path of its output, if any."""
    out = dump.with_name("out")
    out.unlink(missing_ok=True)
    if run.name in _LOGS:
        options, most = _LOGS[run.name], _LOG_BYTES
    else:
        options, most = ["-d", str(run.level)], dump.stat().st_size + _ROOM
    command: list[str | Path] = [binary.path, *_MESSAGES, *options, dump, out]
    return running.run(command, dump.parent, Limits(patience, most)), out


def _of_pages(right: Pages, out: Path) -> Outcome:
    try:
        found = read_pages(str(out), right.bits)
    except (OSError, DumpError):
        return Outcome(Verdict.WRONG, "what it writes can't be read as a dump")
    names = [
        f"{what} {running.shown(mine)!r} in the header"
        for what, mine, its in (
            ("release", found.release, right.release),
            ("machine", found.machine, right.machine),
        )
        if mine != its
    ]
    missing, more = right.without(found), found.without(right)
    counts = f"{missing} of {right.number} pages missing" if missing else ""
    more_text = f"{more} pages more than {right.number}" if more else ""
    seen = ", ".join(part for part in (*names, counts, more_text) if part)
    if names or missing:
        return Outcome(Verdict.WRONG, seen)
    if more:
        return Outcome(Verdict.DEGRADED, seen)
    return Outcome(Verdict.OK, f"{right.number} pages")


def _log(out: Path) -> list[bytes]:
    with out.open("rb") as file:
        return log.lines_of(file.read(_LOG_BYTES))
