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
    since: str | None = described("where it is not exported yet: since when it is")
    replaced_by: list[str]


class JudgedPurpose(Answer):
    """The verdict on one purpose of a tool."""

    purpose: str
    verdict: Judged
    worked_out: Judged | None = described("where nobody knows: what it is by the schema")
    rests_on: RestsOn
    commands: list[str] = described("the tool's commands that it is for; empty for all")
    extra: bool = described(
        "whether these are asked about alone, and no part of the verdict on the whole"
    )
    shows_with: list[str] = described(
        "what a dump has to have for it to show, as hugetlb; empty for every dump"
    )
    missing: list[MissingEntry]
    why: str
    seen: str = described("what a user sees, where it is not ok")
    assumed: list[str] = described(
        "entries that the configuration decides, taken for there, or whose values"
        " are not known, taken for such that the way is right; and in words what else a dump may"
        " tell, taken for told where no dump was read"
    )
    fixed_in: str | None = described(
        "first release for which it works, and for a fallback is ok; 'next': in none yet"
    )


class SeenRun(Answer):
    """Runs of the release on dumps of such a kernel, with the same result."""

    dump: str
    kernel: str
    build: str = described("whose patches the release has: 'upstream' for nobody's")
    command: str
    level: int | None
    came: Overall
    by: str = described("the reference by which that was judged")


class Otherwise(Answer):
    """The verdict for dumps without the pages that the main verdict depends on."""

    verdict: Overall
    rests_on: RestsOn
    shows_with: list[list[str]] = described(
        "what a dump must have for the other verdict: all words of one of these"
    )


class Compat(Answer):
    """`vmcoreinfo compat --format json`"""

    consumer: str
    release: str
    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str
    input: str | None = described("the note or dump that was judged; null for a prediction")
    format: str | None = described("what that was read as: elf, kdump, note, posted, ...")
    command: str | None = described("the command that was asked about; null for all")
    level: int | None = described("the dump level that was asked about; null for all")
    verdict: Overall
    worked_out: Overall | None = described("where nobody knows: what it is by the schema")
    not_known: list[str] = described("why nobody knows; empty if it is known")
    rests_on: RestsOn
    otherwise: Otherwise | None = described(
        "where the verdict shows with some dumps alone: what it is for all others"
    )
    seen: list[SeenRun] = described("runs of that release on whole dumps of such a kernel")
    declared: bool | None = described(
        "whether the release declares to know that kernel; null if it declares nothing"
    )
    fixed_in: str | None = described("first release without a fatal or wrong purpose")
    purposes: list[JudgedPurpose]


class ToolVerdict(Answer):
    """The verdict on a tool for an input."""

    consumer: str
    release: str
    build: str | None = described("as a distribution builds it; null if that is not told apart")
    verdict: Overall
    worked_out: Overall | None = described("where nobody knows: what it is by the schema")
    rests_on: RestsOn
    otherwise: Otherwise | None = described(
        "where the verdict shows with some dumps alone: what it is for all others"
    )
    not_known: list[str] = described("why nobody knows; empty if it is known")
    purposes: list[str] = described("those that made the verdict")
    fixed_in: str | None = described("first release without a fatal or wrong purpose")


class OverviewCell(ToolVerdict):
    """The verdict on a tool for a kernel."""

    input: str | None = described("the note or dump that was judged; null for a prediction")
    format: str | None = described("what that was read as: elf, kdump, note, posted, ...")
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
    error: str | None = described("why it can't be read, with nulls behind it; null if it can")
    remarks: list[str] = described(REMARKS)
    format: str | None = described(FORMAT)
    kernel: str | None
    line: KernelLine | None = described(LINE)
    arch: str | None
    command: str | None = described("the command that was asked about; null for all")
    level: int | None = described("the dump level that was asked about; null for all")
    verdict: Overall | None = described("the worst of all tools")
    tools: list[ToolVerdict]


class ToolCount(Answer):
    """The number of inputs for each verdict on a tool."""

    consumer: str
    release: str
    build: str | None = described("as a distribution builds it; null if that is not told apart")
    ok: int
    degraded: int
    unknown: int
    wrong: int
    fatal: int


class AlikeInputs(Answer):
    """Inputs of the same kernel with the same verdict on a tool for the same reason."""

    consumer: str
    release: str
    build: str | None = described("as a distribution builds it; null if that is not told apart")
    verdict: Overall
    kernel: str | None = described("null if there were too many to keep apart")
    why: str = described("in a few words; for numbers of the dump with `N`")
    inputs: int
    example: str = described("the first of them")


class AlikeErrors(Answer):
    """Inputs that can't be read for the same reason."""

    error: str = described("with `N` for numbers")
    inputs: int
    example: str = described("the first of them")


class CompatSummary(Answer):
    """`vmcoreinfo compat --summary --format json`; the worst first, then by the number of inputs"""

    inputs: int
    unreadable: int
    failing: int = described(
        "those that can't be read, and those on which a tool is unknown, wrong or fatal"
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
    where: str = described("the condition of the kernels for which it is so; empty for all")
    because: list[str] = described("the keys, and the names behind keys, whose change it is for")
    seen: str = described("what a user sees")
    rests_on: RestsOn
    runs: int = described(
        "runs of these releases that came to the verdict without what goes; 0 if none was made"
    )
    fixed_in: str | None = described("'next': in no release yet")


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
    before: str = described("the line, form, condition, expression or file; of a rename the key")
    after: str
    file: str | None
    line: int | None
    archs: list[str] = described("of the schema, or folders under arch/ that it does not know")
    there_already: list[str] = described("of what is added: where the kernel prints it already")


class ChangedName(Answer):
    """A kernel name that changes, and the entries that depend on it."""

    name: str
    file: str
    line: int
    before: list[str] = described("its definitions; none if it comes")
    after: list[str] = described("none if it goes")
    keys: list[str]
    carried: bool = described(
        "whether the values of these entries change with it, and mean the same"
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
    cut: list[str] = described("entries that are cut, the last first")
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
        "breaks: some tool is worse off; not-judged: something that it touches can't be told;"
        " nothing: no tool is worse off; unrelated: neither an export nor what is behind one is touched"
    )
    kernel: str = described("the change is made to a kernel like this one")
    line: KernelLine | None = described(LINE)
    archs: list[str] = described("the architectures that this kernel has")
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
    patches: list[PatchImpact] = described("each patch by itself, if there are several")


class Unread(Answer):
    """`vmcoreinfo unused --format json`"""

    kernel: str
    line: KernelLine | None = described(LINE)
    unused: list[str] = described("exported, and read by no tool for anything")
    missing: list[str] = described("read by a tool, known to kernels, and not exported")


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
        "the last that it handles by the schema; past `last` nobody knows"
    )
    declared_first: str | None
    declared_last: str | None
    ends_by: str | None = described("the purpose that ends it, and how")


class Lifetimes(Answer):
    """The kernels that each release of a tool handles."""

    consumer: str
    arch: str
    releases: list[Lifetime]


class LineVerdict(Answer):
    """Consecutive releases of a vendor with the same verdict on a release of a tool."""

    first: str = described("the vendor's own, or the first build where it has none")
    last: str = described("itself in it")
    verdict: Overall
    worked_out: Overall | None = described("where nobody knows: what it is by the schema")
    rests_on: RestsOn
    purposes: list[str] = described("those that come to this verdict; none if it is ok")
    unsure: list[str] = described(
        "those that may come to something else, by changes of mainline that show in no entry"
    )


class LineLifetime(Answer):
    """The releases of a vendor's line that one release of a tool handles."""

    release: str
    date: str | None
    line: str
    handles: list[str] = described("without a fatal or wrong purpose, as far as it is known")
    by_schema: list[str] = described("those, and all of which nobody knows more than the schema")
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
    was: str | None = described("the value in whose place it stands; null if the line is new")


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
        "purposes that stay degraded: at a dump level the dump keeps what it could leave out"
    )
    exact_level: int | None = described(
        "the highest dump level, within --level, at which none is; null if there is none"
    )
    text: str | None = described("the note; null if something was refused")
