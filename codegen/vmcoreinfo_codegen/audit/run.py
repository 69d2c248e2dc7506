# SPDX-License-Identifier: MIT
"""Audits of many inputs against the same schema, configuration and debug information."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import vmcoreinfo

from ..debuginfo.facts import Facts, Sources
from ..debuginfo.kernel import KernelFiles
from ..dump.problem import DumpError
from ..dump.reader import Found, find_note
from ..dump.whole import Flaw, flaws_of
from ..model import Architecture, Schema
from ..model.kernel import Kernel
from ..query.interface.answer import KernelLine
from ..query.kernel_line import kernel_line
from . import in_order, of_boot, of_build
from .builds import Asked, Build, Builds
from .compare import with_symbols, with_types
from .identify import architectures_of, is_likely, kernel_of
from .rule import Finding, Severity
from .subject import Subject, Truth

UNREADABLE = "VMCA000"
"""The id for an input that can't be read or has no note; not a rule of its own."""


@dataclass(frozen=True)
class Audited:
    """The result for one input; `is_readable` is False if there was no note to check.

    `checked_as` is the release that the user gave, if that is not the note's own.

    `format` is the format of the input, None if it was not recognised; `remarks` say how a posted
    note was read.

    `build_id` is that of the kernel, if it is usable, `crash_time` is in seconds since the Unix
    epoch, `keys` are all keys of the note, in order. `known` counts findings of the baseline, which
    are not in `findings`.

    `compared_types` and `compared_symbols` count the values that were compared with the kernel's
    types and symbols, None if those were not given.
    """

    path: str
    release: str | None
    arch: str | None
    findings: tuple[Finding, ...]
    is_readable: bool = True
    checked_as: str | None = None
    compared_types: int | None = None
    compared_symbols: int | None = None
    build_id: str | None = None
    crash_time: int | None = None
    keys: tuple[str, ...] = ()
    known: int = 0
    line: KernelLine | None = None
    format: str | None = None
    remarks: tuple[str, ...] = ()

    @property
    def is_fine(self) -> bool:
        """Whether there are no findings but remarks."""
        return all(finding.severity is Severity.INFO for finding in self.findings)

    def of_severity(self, least: Severity) -> list[Finding]:
        """The findings with at least that severity."""
        return [f for f in self.findings if f.severity.rank <= least.rank]


@dataclass(frozen=True)
class Auditor:
    """What all inputs of a run share.

    `arch` and `kernel` are what the user gave; None means that each note decides.
    """

    schema: Schema
    arch: Architecture | None = None
    kernel: Kernel | None = None
    config: Mapping[str, bool | int] | None = None
    truth: Truth = field(default_factory=Truth)

    def audited(self, path: str, format_: str | None) -> Audited:
        try:
            found = find_note(path, format_)
            flaws = tuple(flaws_of(found))
        except (DumpError, OSError) as error:
            return unreadable(path, error)
        return self.of_note(path, found, flaws)

    def of_note(self, path: str, found: Found, flaws: tuple[Flaw, ...] = ()) -> Audited:
        """The result for a note that was found; `path` is its name."""
        asked = None if flaws or not self._goes_by_notes else self._builds.asked(found)
        build = self._builds.get(asked.key) if asked else None
        if asked and build:
            return _of_build(path, build, asked)
        subject = self.subject(found, flaws)
        if not subject.info.known_lines and not vmcoreinfo.parse(found.text).known_lines:
            message = "no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0"
            finding = Finding(UNREADABLE, Severity.ERROR, None, message, "give a dump or a note")
            return Audited(path, None, None, (finding,), is_readable=False)
        release = subject.info.get("OSRELEASE")
        subject = subject.of_whole_lines()
        fixed = of_build(subject)
        audited = Audited(
            path,
            str(release) if release is not None else None,
            subject.arch.name if subject.arch else None,
            tuple(
                _in_input(found, finding)
                for finding in in_order([*fixed, *of_boot(subject, subject.boot)])
            ),
            checked_as=self.kernel.told if self.kernel else None,
            compared_types=_count(with_types(subject)) if self.truth.facts else None,
            compared_symbols=_count(with_symbols(subject)) if self.truth.symbols else None,
            build_id=_build_id(subject.info),
            crash_time=subject.number(_CRASH_TIME),
            keys=tuple(line.key for line in subject.info.lines),
            line=kernel_line(subject.kernel),
            format=found.format,
            remarks=found.remarks,
        )
        if asked:
            self._builds.keep(asked, Build(subject, subject.boot, tuple(fixed), audited))
        return audited

    @cached_property
    def _builds(self) -> Builds:
        return Builds(self.schema)

    @property
    def _goes_by_notes(self) -> bool:
        """Whether only the note is known about each kernel, so that findings apply to its whole
        build."""
        return self.truth == Truth()

    def subject(self, found: Found, flaws: tuple[Flaw, ...] = ()) -> Subject:
        """A note with everything that is known about its kernel."""
        info = vmcoreinfo.parse(found.text)
        kernel = self.kernel or kernel_of(self.schema, info)
        subject = Subject(
            found.text,
            info,
            kernel.schema if kernel is not None else self.schema,
            kernel,
            (self.arch,) if self.arch is not None else (),
            self.config,
            flaws,
            self.truth,
            found.names,
        ).of_whole_lines()
        if self.arch is not None:
            return subject
        told = self.schema.architecture(found.arch or "")
        if told is not None and is_likely(kernel, subject.info, told):
            return replace(subject, archs=(told,))
        # A mismatch of the names in a compressed dump has a finding of its own.
        marked = told.name if told is not None and found.names is None else None
        archs = architectures_of(kernel, subject.info)
        return replace(subject, archs=tuple(archs), marked=marked)


def unreadable(path: str, error: DumpError | OSError) -> Audited:
    """The result for an input that can't be read, or has no note."""
    said = str(error) if isinstance(error, DumpError) else str(error.strerror)
    message = said.removeprefix(f"{path}: ")
    finding = Finding(UNREADABLE, Severity.ERROR, None, message, "")
    return Audited(path, None, None, (finding,), is_readable=False)


def killed(path: str) -> Audited:
    """The result for an input whose audit killed its process."""
    message = (
        "the process that read it was killed, perhaps for lack of memory; the other inputs "
        "were processed"
    )
    finding = Finding(UNREADABLE, Severity.ERROR, None, message, "audit this input alone")
    return Audited(path, None, None, (finding,), is_readable=False)


def _of_build(path: str, build: Build, asked: Asked) -> Audited:
    """The result for another note of an audited build."""
    boot = build.boot.with_lines(asked.lines)
    found = of_boot(build.subject, boot)
    crash_time = boot.value(build.subject, _CRASH_TIME)
    if not found and len(build.findings) == len(build.audited.findings):
        return replace(build.audited, path=path, crash_time=crash_time)
    findings = tuple(in_order([*build.findings, *found]))
    return replace(build.audited, path=path, crash_time=crash_time, findings=findings)


_CRASH_TIME = "CRASHTIME"


def _build_id(info: vmcoreinfo.VmcoreInfo) -> str | None:
    line = info.line("BUILD-ID")
    return line.text if line is not None and line.status == "ok" else None


def _in_input(found: Found, finding: Finding) -> Finding:
    """A finding with the line of the input, if that differs from the note's."""
    if not found.lines or finding.line is None:
        return finding
    return replace(finding, line=found.line_of(finding.line))


def _count(lines: Iterable[object]) -> int:
    return sum(1 for _ in lines)


def truth_of(schema: Schema, files: KernelFiles, config: Mapping[str, bool | int] | None) -> Truth:
    """The information to compare with, from the files of a kernel."""
    sources = Sources(types=files.types, config=config)
    return Truth(
        facts=Facts(schema.questions(), sources) if files.types is not None else None,
        facts_name=files.types_name,
        symbols=files.symbols,
        symbols_name=files.symbols_name,
        release=files.release,
        build_id=files.build_id,
        vmlinux_name=files.vmlinux_name,
    )
