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
"""No rule of its own: an input without a note, or that can't be read."""


@dataclass(frozen=True)
class Audited:
    """What came of one input; `is_readable` False if there was no note to look at.

    `checked_as` is the release that the user said, if that is not the note's own.

    `format` is what it was read as, None if it was not; `remarks` tell how a posted note was read.

    `build_id` is that of the kernel, where it can be used, `crash_time` in seconds since the Unix epoch,
    `keys` are all that the note has, in its order; `known` counts findings that a baseline has
    too, which are not among `findings`.

    `compared_types` and `compared_symbols` count the values that the kernel's types and symbols
    could answer, None if nobody gave them.
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
        """Remarks are not findings that count."""
        return all(finding.severity is Severity.INFO for finding in self.findings)

    def of_severity(self, least: Severity) -> list[Finding]:
        """Findings that are at least so severe."""
        return [f for f in self.findings if f.severity.rank <= least.rank]


@dataclass(frozen=True)
class Auditor:
    """What all inputs of a run share.

    `arch` and `kernel` are what the user said, None to let each note tell.
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
        """The same of a note that was found; `path` is what it is called."""
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
        """Whether nothing is known of the kernel but its note, so that each of a build is as the others."""
        return self.truth == Truth()

    def subject(self, found: Found, flaws: tuple[Flaw, ...] = ()) -> Subject:
        """A note with all that is known of its kernel."""
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
        # The names of a compressed dump have a finding of their own.
        marked = told.name if told is not None and found.names is None else None
        archs = architectures_of(kernel, subject.info)
        return replace(subject, archs=tuple(archs), marked=marked)


def unreadable(path: str, error: DumpError | OSError) -> Audited:
    """An input that can't be read, or has no note."""
    said = str(error) if isinstance(error, DumpError) else str(error.strerror)
    message = said.removeprefix(f"{path}: ")
    finding = Finding(UNREADABLE, Severity.ERROR, None, message, "")
    return Audited(path, None, None, (finding,), is_readable=False)


def killed(path: str) -> Audited:
    """An input whose audit ended the process that it ran in."""
    message = (
        "the process that read it was killed, perhaps for lack of memory; the other inputs "
        "were processed"
    )
    finding = Finding(UNREADABLE, Severity.ERROR, None, message, "audit this input alone")
    return Audited(path, None, None, (finding,), is_readable=False)


def _of_build(path: str, build: Build, asked: Asked) -> Audited:
    """A note like another one but for what differs from boot to boot."""
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
    """A finding at the line of the input, if that is not the note's."""
    if not found.lines or finding.line is None:
        return finding
    return replace(finding, line=found.line_of(finding.line))


def _count(lines: Iterable[object]) -> int:
    return sum(1 for _ in lines)


def truth_of(schema: Schema, files: KernelFiles, config: Mapping[str, bool | int] | None) -> Truth:
    """What is compared with, out of the files of a kernel."""
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
