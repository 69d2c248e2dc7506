# SPDX-License-Identifier: MIT
"""Answers about notes and dumps.

`parse` and `note` build their answers by hand, because they run without pydantic; tests check them
against `Parse` and `FoundNote`.
"""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import FORMAT, LINE, REMARKS, Answer, KernelLine

PHYSICAL = "physical address; null in a raw image, which does not record where its memory begins"
OFFSET = "from the start of a raw image; null in a dump"


class ParsedEntry(Answer):
    """One line `key=text` of a note."""

    key: str
    kind: Literal["SYMBOL", "SIZE", "OFFSET", "LENGTH", "NUMBER", "CONFIG", "bare"]
    value: int | bool | str | None = described(
        "a number if the format is a number, true for a flag, else the text; null unless the "
        "status is ok"
    )
    text: str = described("the value as printed")
    format: str | None = described("null for an unknown key")
    line: int = described("the line of the text; for a posted note, of the posting", ge=1)
    status: Literal["ok", "malformed", "out-of-range", "garbage"] = described(
        "whether the value is usable; garbage is a meaningless value that some kernels print"
    )


class ParsedDiagnostic(Answer):
    """A problem with a line of a note."""

    id: Literal[
        "unknown",
        "duplicate",
        "malformed",
        "overflow",
        "truncated",
        "not-text",
        "other-base",
        "garbage",
    ]
    severity: Literal["info", "warning", "error"]
    line: int = described(ge=1)
    offset: int = described("offset of the byte at fault from the start of the text", ge=0)
    key: str | None
    message: str


class Parse(Answer):
    """`vmcoreinfo parse --format json`"""

    format: str = described(FORMAT)
    remarks: list[str] = described(REMARKS)
    entries: list[ParsedEntry]
    diagnostics: list[ParsedDiagnostic]


class FoundNote(Answer):
    """`vmcoreinfo note --where --format json`"""

    input: str
    format: str = described(FORMAT)
    offset: int | None = described(
        "of the text in the file, in bytes; in a flattened file, of the dump inside; null if "
        "it was posted"
    )
    bytes: int = described("size of the text")
    arch: str | None = described("according to the dump; null if it does not say")
    bits: int | None
    byte_order: Literal["little", "big"] | None
    beside: list[str] = described("names of similar notes beside it: VMCOREINFO_XEN")
    remarks: list[str] = described(REMARKS)


class CarvedNote(Answer):
    """A note found in an image, where it starts, and the number of its usable lines."""

    offset: int
    physical: int | None = described("physical address, if an ELF dump gives it")
    bytes: int
    release: str
    known: int
    lines: int
    place: Literal["note", "page", "copy"] = described(
        "note: after the header of an ELF note; page: at the start of a page; copy: anywhere else"
    )
    same_as: int | None = described("number, from 1, of the first note with the same text")


class NoteFinds(Answer):
    """`vmcoreinfo find --format json`, the likeliest note first"""

    image: str
    notes: list[CarvedNote]


class InMemory(Answer):
    """A place in memory."""

    physical: int | None = described(PHYSICAL)
    offset: int | None = described(OFFSET)


class CarvedBtf(InMemory):
    """The BTF of a kernel, and what distinguishes it from others."""

    bytes: int
    types: int = described("their number")
    byte_order: Literal["little", "big"]
    release: str | None = described(
        "release of its kernel, from the banner before it in memory; null without one"
    )
    same_as: int | None = described("number, from 1, of the first one with the same bytes")


class BtfFinds(Answer):
    """`vmcoreinfo find --what btf --format json`, the largest first"""

    image: str
    btf: list[CarvedBtf]


class CarvedConfig(InMemory):
    """A kernel's .config, and what distinguishes it from others."""

    bytes: int = described("size of the text")
    options: int = described("number of lines that set an option")
    title: str | None = described(
        "the line that names its kernel, such as 'Linux/x86 6.12.117 Kernel Configuration'; "
        "null if there is none"
    )


class ConfigFinds(Answer):
    """`vmcoreinfo find --what config --format json`, in order of addresses"""

    image: str
    configs: list[CarvedConfig]


class CarvedKallsyms(InMemory):
    """The symbols of a kernel, and what distinguishes them from others."""

    symbols: int = described("their number")
    layout: str = described("the layout of the tables, in words")
    byte_order: Literal["little", "big"]
    bits: int
    run_addresses: bool = described(
        "whether the addresses are those at which the kernel ran; otherwise they are physical"
    )
    text: int | None = described("the address of _text or _stext; null without one")


class KallsymsFinds(Answer):
    """`vmcoreinfo find --what kallsyms --format json`, in order of addresses"""

    image: str
    kallsyms: list[CarvedKallsyms]


class Finds(Answer):
    """`vmcoreinfo find --format json`: for notes, or for what `--what` names"""

    one_of = (NoteFinds, BtfFinds, ConfigFinds, KallsymsFinds)


class AuditFinding(Answer):
    """A finding of a rule; `key` and `line` (from 1) are null if it concerns none."""

    rule: str
    severity: Literal["error", "warning", "info"]
    key: str | None
    message: str
    remedy: str
    line: int | None


class AuditedInput(Answer):
    """An input; release and architecture are null if they are not known.

    `error`, `warning` and `info` count all findings, including those that are left out here.
    """

    path: str
    readable: bool = described("whether there was a note to check")
    release: str | None
    line: KernelLine | None = described(LINE)
    arch: str | None
    build_id: str | None = described("build ID of the kernel; null if the note has no usable one")
    crash_time: int | None = described("seconds since the Unix epoch; null if the note has none")
    format: str | None = described(f"{FORMAT}; null if there was none to read")
    remarks: list[str] = described(REMARKS)
    checked_as: str | None = described(
        "the release given by --kernel; null if the note's own was used"
    )
    compared_types: int | None = described(
        "values compared with the kernel's types; null if they were not given"
    )
    compared_symbols: int | None = described(
        "values compared with its symbols; null if they were not given"
    )
    error: int
    warning: int
    info: int
    known: int = described("findings that the baseline has too; they are not counted elsewhere")
    findings: list[AuditFinding]


class AuditSummary(Answer):
    """The number of inputs, and of findings of each severity; an input with only remarks (`info`)
    counts as one without findings."""

    inputs: int
    unreadable: int
    without_findings: int
    known: int = described("findings that the baseline has too; they are not counted elsewhere")
    error: int
    warning: int
    info: int


class AuditCause(Answer):
    """Findings that only differ in numbers, which are shown as `N`."""

    rule: str
    severity: Literal["error", "warning", "info"]
    key: str | None
    text: str
    inputs: int
    example: str = described("the first input with such a finding")


class AuditKernel(Answer):
    """A build of a kernel, according to its notes."""

    release: str | None
    arch: str | None
    build_id: str | None
    inputs: int
    failing: int = described("inputs with an error or a warning")
    example: str = described("the first of these inputs, else the first input")


class AuditOverview(Answer):
    """`vmcoreinfo audit --summary --format json`; the most frequent first"""

    summary: AuditSummary
    causes: list[AuditCause]
    kernels: list[AuditKernel]


class Audit(Answer):
    """`vmcoreinfo audit --format json`"""

    inputs: list[AuditedInput]
    summary: AuditSummary


class Audits(Answer):
    """`vmcoreinfo audit --format json`: for each input, or for all (`--summary`); `ndjson` has one
    input per line"""

    one_of = (Audit, AuditOverview, AuditedInput)


class SynthesisedEntry(Answer):
    """A line of the new note, and the source of its value."""

    key: str
    text: str
    source: str


class LeftOutEntry(Answer):
    """A line that the kernel would print, and where its value could be found."""

    key: str
    why: str


class Synthesised(Answer):
    """`vmcoreinfo synth --format json`"""

    line: KernelLine | None = described(LINE)
    entries: list[SynthesisedEntry]
    left_out: list[LeftOutEntry]
    findings: list[str] = described("files that do not belong to the kernel in the dump")


class Attached(Answer):
    """`vmcoreinfo attach --format json`; sizes in bytes"""

    out: str
    lines: int = described("number of usable lines in the note")
    replaced: bool = described("whether the dump already had a note")
    shared: int = described("size of the part of the dump that the copy shares with it")
    copied: int = described("size of the part of the dump that was copied")
    mended: list[str] = described(
        "fields in the headers of a compressed dump that were changed to match the note: "
        "utsname, phys_base"
    )


class DerivedValue(Answer):
    """A derived value and its recipe; if there is none, `why`."""

    name: str
    value: int | None
    text: str | None = described("the value as text")
    unit: str | None
    recipe: str | None
    why: str | None


class Derives(Answer):
    """`vmcoreinfo derive --format json`"""

    input: str
    format: str = described(FORMAT)
    release: str | None
    arch: str | None
    values: list[DerivedValue]
