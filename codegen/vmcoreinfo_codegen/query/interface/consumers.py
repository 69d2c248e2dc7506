# SPDX-License-Identifier: MIT
"""Answers about tools that read notes."""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import FORMAT, LINE, REMARKS, Answer, KernelLine

Judged = Literal["ok", "fallback", "degraded", "unknown", "wrong", "fatal"]
Overall = Literal["ok", "degraded", "unknown", "wrong", "fatal"]
RestsOn = Literal["seen", "worked out", "not known"]
Outcome = Literal["breaks", "not-judged", "nothing", "unrelated"]
How = Literal["removed", "added", "renamed", "format", "condition", "value", "moved"]


class MissingEntry(Answer):
    """An entry that a purpose lacks; the fields are null if nothing is known about it."""

    key: str
    gone_since: str | None
    commit: str | None
    since: str | None = described("the release that adds it, if it is not exported yet")
    replaced_by: list[str]


class JudgedPurpose(Answer):
    """The verdict on one purpose of a tool."""

    purpose: str
    verdict: Judged
    worked_out: Judged | None = described("the verdict from the schema, if the verdict is unknown")
    rests_on: RestsOn
    commands: list[str] = described("the commands of the tool that it concerns; empty for all")
    extra: bool = described("whether these commands don't count for the verdict on the whole")
    shows_with: list[str] = described(
        "what a dump must have for the verdict to show, such as hugetlb; empty for every dump"
    )
    missing: list[MissingEntry]
    why: str
    seen: str = described("what a user sees, if it is not ok")
    assumed: list[str] = described(
        "what the verdict assumes: entries that depend on the configuration are present, "
        "unknown values of entries don't make the result wrong, and, without a dump, other "
        "sources in it (described in words) are available"
    )
    fixed_in: str | None = described(
        "first release for which it works, or for a fallback, is ok; 'next' if only the "
        "repository has it"
    )


class SeenRun(Answer):
    """Runs of the release on dumps of such a kernel, with the same result."""

    dump: str
    kernel: str
    build: str = described("the distribution's build; 'upstream' without a distribution's patches")
    command: str
    level: int | None
    came: Overall
    by: str = described("the reference that the result was compared with")


class Otherwise(Answer):
    """The verdict for dumps without the pages that the main verdict depends on."""

    verdict: Overall
    rests_on: RestsOn
    shows_with: list[list[str]] = described(
        "what a dump must have for the main verdict: all words of one of these lists"
    )


class Compat(Answer):
    """`vmcoreinfo compat --format json`"""

    consumer: str
    release: str
    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str
    input: str | None = described("the note or dump; null for a prediction")
    format: str | None = described("the format of the input: elf, kdump, note, posted, ...")
    command: str | None = described("the requested command; null for all")
    level: int | None = described("the requested dump level; null for all")
    verdict: Overall
    worked_out: Overall | None = described("the verdict from the schema, if the verdict is unknown")
    not_known: list[str] = described("why the verdict is not known; empty if it is known")
    rests_on: RestsOn
    otherwise: Otherwise | None = described(
        "the verdict for other dumps, if the main one only shows with some"
    )
    seen: list[SeenRun] = described("runs of the release on whole dumps of such a kernel")
    declared: bool | None = described(
        "whether the release declares support for the kernel; null if it declares nothing"
    )
    fixed_in: str | None = described("first release without a fatal or wrong purpose")
    purposes: list[JudgedPurpose]


class ToolVerdict(Answer):
    """The verdict on a tool for an input."""

    consumer: str
    release: str
    build: str | None = described(
        "the distribution's build; null if the schema does not distinguish it"
    )
    verdict: Overall
    worked_out: Overall | None = described("the verdict from the schema, if the verdict is unknown")
    rests_on: RestsOn
    otherwise: Otherwise | None = described(
        "the verdict for other dumps, if the main one only shows with some"
    )
    not_known: list[str] = described("why the verdict is not known; empty if it is known")
    purposes: list[str] = described("the purposes with that verdict")
    fixed_in: str | None = described("first release without a fatal or wrong purpose")


class OverviewCell(ToolVerdict):
    """The verdict on a tool for a kernel."""

    input: str | None = described("the note or dump; null for a prediction")
    format: str | None = described("the format of the input: elf, kdump, note, posted, ...")
    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str


class Unreadable(Answer):
    """An input that can't be judged."""

    input: str
    error: str


class Overview(Answer):
    """`vmcoreinfo compat --format json` for several tools, kernels or dumps: each tool on each"""

    distribution: str | None
    verdict: Overall = described("the worst of all")
    cells: list[OverviewCell]
    unreadable: list[Unreadable]


class JudgedInput(Answer):
    """A line of `vmcoreinfo compat --format ndjson`: each tool on one input, or the error."""

    input: str
    error: str | None = described(
        "why it can't be read, in which case later fields are null; null if it can"
    )
    remarks: list[str] = described(REMARKS)
    format: str | None = described(FORMAT)
    kernel: str | None
    line: KernelLine | None = described(LINE)
    arch: str | None
    command: str | None = described("the requested command; null for all")
    level: int | None = described("the requested dump level; null for all")
    verdict: Overall | None = described("the worst of all tools")
    tools: list[ToolVerdict]


class ToolCount(Answer):
    """The number of inputs for each verdict on a tool."""

    consumer: str
    release: str
    build: str | None = described(
        "the distribution's build; null if the schema does not distinguish it"
    )
    ok: int
    degraded: int
    unknown: int
    wrong: int
    fatal: int


class AlikeInputs(Answer):
    """Inputs of the same kernel with the same verdict on a tool for the same reason."""

    consumer: str
    release: str
    build: str | None = described(
        "the distribution's build; null if the schema does not distinguish it"
    )
    verdict: Overall
    kernel: str | None = described("null in the group for those beyond the limit")
    why: str = described("the cause in a few words, with `N` for numbers of the dump")
    inputs: int
    example: str = described("the first of them")


class AlikeErrors(Answer):
    """Inputs that can't be read for the same reason."""

    error: str = described("the message, with `N` for numbers")
    inputs: int
    example: str = described("the first of them")


class CompatSummary(Answer):
    """`vmcoreinfo compat --summary --format json`; the worst first, then by the number of inputs"""

    inputs: int
    unreadable: int
    failing: int = described(
        "inputs that can't be read, or for which a tool is unknown, wrong or fatal"
    )
    verdict: Overall = described("the worst of all")
    tools: list[ToolCount]
    groups: list[AlikeInputs]
    errors: list[AlikeErrors]


class Compats(Answer):
    """`vmcoreinfo compat --format json`: for one tool and one kernel, for several, or the number of
    inputs for each verdict (`--summary`); `ndjson` has one input per line"""

    one_of = (Compat, Overview, CompatSummary, JudgedInput)


class Broken(Answer):
    """A purpose that a change makes worse; `releases` is the first and the last of them."""

    consumer: str
    releases: str
    purpose: str
    verdict: Judged
    archs: list[str]
    where: str = described("the condition of the affected kernels; empty for all")
    because: list[str] = described("the keys, and the names behind keys, whose change causes it")
    seen: str = described("what a user sees")
    rests_on: RestsOn
    runs: int = described(
        "runs of these releases without the removed keys that had this verdict; 0 if there are none"
    )
    fixed_in: str | None = described(
        "the first release that works; 'next' if only the repository does"
    )


class NoAlternative(Answer):
    """An architecture on which neither a release nor the tool's repository works after the
    change."""

    arch: str
    consumer: str
    purpose: str


class ChangedEntry(Answer):
    """A change of an entry on some architectures; `line` is where the changed file has it."""

    key: str
    change: How
    before: str = described("the line, format, condition, expression or file; for a rename the key")
    after: str
    file: str | None
    line: int | None
    archs: list[str] = described(
        "architectures of the schema, or folders under arch/ that it does not know"
    )
    there_already: list[str] = described(
        "for an addition, the architectures on which the kernel already prints it"
    )


class ChangedName(Answer):
    """A kernel name that changes, and the entries that depend on it."""

    name: str
    file: str
    line: int
    before: list[str] = described("its definitions; none if it is added")
    after: list[str] = described("its new definitions; none if it is removed")
    keys: list[str]
    carried: bool = described(
        "whether the values of these entries change with it and keep their meaning"
    )
    readers: list[str] = described("tools that read one of them")


class NotJudged(Answer):
    """A change that touches an export, but was not understood."""

    file: str
    line: int
    text: str
    reason: str


class Full(Answer):
    """An architecture on which the text no longer fits its buffer, in the largest configuration."""

    arch: str
    bytes: int
    room: int
    sure: bool = described("whether the shortest text of that configuration does not fit either")
    cut: list[str] = described("entries that are truncated, the last first")
    readers: list[str] = described("tools that read one of them")


class PatchImpact(Answer):
    """The result for one patch of a series."""

    subject: str
    message_id: str | None
    commit: str | None
    outcome: Outcome
    breaks: list[Broken]


class Impacts(Answer):
    """`vmcoreinfo impact --format json`"""

    outcome: Outcome = described(
        "breaks: a tool is worse off; not-judged: part of the change was not understood; "
        "nothing: no tool is worse off; unrelated: neither an export nor anything behind one "
        "is touched"
    )
    kernel: str = described("the kernel that the change applies to")
    line: KernelLine | None = described(LINE)
    archs: list[str] = described("the architectures of this kernel")
    removed: list[str]
    added: list[str]
    changes: list[ChangedEntry]
    behind: list[ChangedName]
    unknown: list[str] = described("keys that the schema does not know")
    breaks: list[Broken]
    full: list[Full]
    not_judged: list[NotJudged]
    unused_after: list[str]
    no_alternative: list[NoAlternative]
    patches: list[PatchImpact] = described("the result for each patch, if there are several")


class Unread(Answer):
    """`vmcoreinfo unused --format json`"""

    kernel: str
    line: KernelLine | None = described(LINE)
    unused: list[str] = described("entries that are exported, but not read by any tool")
    missing: list[str] = described(
        "entries that a tool reads and other kernels export, but this one does not"
    )


class Lifetime(Answer):
    """The kernels that a release handles without a fatal or wrong purpose, and those that it
    declares.

    First and last are mainline releases in the schema; both are null if there is none.
    """

    release: str
    date: str | None
    arch: str
    first: str | None
    last: str | None
    worked_out_last: str | None = described(
        "the last kernel that it handles according to the schema; kernels after `last` are "
        "not known"
    )
    declared_first: str | None
    declared_last: str | None
    ends_by: str | None = described("the purpose that fails on the next kernel, and its verdict")


class Lifetimes(Answer):
    """The kernels that each release of a tool handles."""

    consumer: str
    arch: str
    releases: list[Lifetime]


class LineVerdict(Answer):
    """Consecutive releases of a vendor with the same verdict on a release of a tool."""

    first: str = described("the vendor's own release, or the first build if it has none")
    last: str = described("the last release, inclusive")
    verdict: Overall
    worked_out: Overall | None = described("the verdict from the schema, if the verdict is unknown")
    rests_on: RestsOn
    purposes: list[str] = described("the purposes with this verdict; none if it is ok")
    unsure: list[str] = described(
        "purposes whose verdict may differ because of mainline changes that show in no entry"
    )


class LineLifetime(Answer):
    """The releases of a vendor's line that one release of a tool handles."""

    release: str
    date: str | None
    line: str
    handles: list[str] = described("releases without a fatal or wrong purpose, as far as known")
    by_schema: list[str] = described(
        "the same according to the schema, including releases for which the verdict is unknown"
    )
    verdicts: list[LineVerdict]


class LineLifetimes(Answer):
    """The releases of vendors' lines that each release of a tool handles."""

    consumer: str
    arch: str
    lines: list[str]
    releases: list[LineLifetime]


class LifetimeAnswer(Answer):
    """`vmcoreinfo lifetime --format json`: for mainline releases, or for those of a vendor"""

    one_of = (Lifetimes, LineLifetimes)


class WrittenLine(Answer):
    """A line that was added or has another value, its purpose, and why it is right."""

    key: str
    text: str
    purpose: str
    why: str
    was: str | None = described("the value that it replaces; null if the line is new")


class DroppedLine(Answer):
    """A line that is removed, its purpose, and why that is right."""

    key: str
    purpose: str
    why: str


class Refusal(Answer):
    """A purpose for which no line makes the tool read the note correctly."""

    purpose: str
    seen: str
    why: str


class AdaptedNote(Answer):
    """`vmcoreinfo adapt --format json`; `format` is the format of the input: elf, kdump, posted,
    ..."""

    format: str | None = None
    consumer: str
    written: list[WrittenLine]
    dropped: list[DroppedLine]
    refused: list[Refusal]
    level: int | None = described(
        "the highest dump level, within --level, at which nothing is refused; null if there is none"
    )
    degraded: list[str] = described(
        "purposes that stay degraded: the dump keeps pages that the dump level could exclude"
    )
    exact_level: int | None = described(
        "the highest dump level, within --level, at which none is degraded; null if there is none"
    )
    text: str | None = described("the note; null if something was refused")
