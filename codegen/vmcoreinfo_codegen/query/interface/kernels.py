# SPDX-License-Identifier: MIT
"""Answers about kernels, the schema and its products."""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import LINE, Answer, KernelLine


class ListedEntry(Answer):
    """An entry that the kernel exports."""

    key: str
    condition: str | None = described("Kconfig condition; null if there is none")
    format: str


class Listing(Answer):
    """`vmcoreinfo list --format json`"""

    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str
    entries: list[ListedEntry]


class Change(Answer):
    """A difference; `archs` is null if it is the same on every architecture."""

    change: Literal["added", "removed", "condition", "format", "printed", "meaning"]
    key: str
    archs: list[str] | None
    old: str | None
    new: str | None
    why: str
    commit: str | None
    replaced_by: list[str]


class Difference(Answer):
    """The differences between two kernels."""

    old: str
    old_line: KernelLine | None = described(LINE)
    new: str
    new_line: KernelLine | None = described(LINE)
    arch: str | None
    changes: list[Change]


class TreeChange(Answer):
    """A difference between schema and tree; `archs` is null if it is the same on all architectures
    of the tree."""

    change: Literal["missing", "extra", "condition", "format", "architecture"] = described(
        "missing: in the schema, but not in the tree; extra: in the tree, but not in the "
        "schema; architecture: the schema has no architecture for that folder in that release"
    )
    key: str
    archs: list[str] | None
    in_schema: str | None = described("condition or format; null if there is none")
    in_tree: str | None
    file: str = described("in the tree, or in the schema if the tree lacks the entry")
    line: int


class MovedEntries(Answer):
    """Entries that a tree prints in another file than the schema says; their lines are the same."""

    in_schema: str
    in_tree: str
    line: int = described("of the first one in the tree")
    keys: list[str]


class TreeDifference(Answer):
    """What a kernel tree prints, compared with the schema."""

    tree: str
    release: str
    line: KernelLine | None = described(LINE)
    compared: int = described("entries compared, over all architectures")
    changes: list[TreeChange]
    moved: list[MovedEntries]
    not_understood: int


class OtherFormat(Answer):
    """A tag that prints an entry in another format than the schema says."""

    tag: str
    seen: str
    in_schema: str


class HistoryEntry(Answer):
    """The life of an entry according to tags and to the schema, on architectures that share it.

    Spans are `first..last`, both inclusive; `differs` are the tags for which only one of the two
    has the entry, or its format differs: the latter are in `formats` too.
    """

    key: str
    line: str | None = described("the vendor's line whose tags these are; null for mainline")
    archs: list[str]
    seen: list[str]
    in_schema: list[str]
    differs: list[str]
    formats: list[OtherFormat]


class History(Answer):
    """Lives of entries, according to the tags of a kernel repository."""

    repository: str
    tags: list[str]
    entries: list[HistoryEntry]
    not_understood: int


class BudgetLine(Answer):
    """An entry and the most bytes that its line can have, newline included."""

    key: str
    bytes: int
    condition: str | None


class BudgetPoint(Answer):
    """The bound for one release."""

    release: str
    bytes: int
    entries: int
    room: int = described("bytes of the buffer that holds the text")


class Budget(Answer):
    """`vmcoreinfo budget --format json`"""

    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str
    bytes: int = described("upper bound for the size of the text")
    room: int = described("bytes of the buffer that holds the text")
    entries: int
    config: dict[str, bool | int] = described("a configuration that gives the bound")
    line_room: int = described("the longest line that is not truncated, in bytes")
    longest: list[BudgetLine] = described("longest lines first")
    trend: list[BudgetPoint]


class ExtractedExport(Answer):
    """A line that a kernel tree prints."""

    key: str
    arch: str = described("folder under arch/, or the name given by --arch; * for all")
    condition: str | None = described("Kconfig condition; null if there is none")
    format: str
    macro: str
    file: str
    line: int
    function: str | None


class NotUnderstood(Answer):
    """A place that a text search finds, and that was not understood."""

    file: str
    line: int
    text: str
    reason: str


class ExtractedSites(Answer):
    """The places that a plain text search finds, by what they are."""

    seen: int
    exports: int
    definitions: int
    declarations: int
    comments: int
    not_understood: int


class Extracted(Answer):
    """What a kernel tree prints."""

    tree: str
    release: str | None
    line: KernelLine | None = described(LINE)
    exports: list[ExtractedExport]
    not_understood: list[NotUnderstood]
    sites: ExtractedSites


class Moment(Answer):
    """A boundary of a life, and its evidence."""

    release: str
    date: str | None
    maybe_earlier: bool
    seen: str | None
    commit: str | None
    evidence: str | None
    why: str


class Life(Answer):
    """A span in which an entry is exported."""

    since: Moment
    until: Moment | None
    backports: list[Moment]


class PrintedForm(Answer):
    """The macro that prints the line, and the printf format of the whole line."""

    macro: str
    printf: str | None
    since: str | None
    until: str | None


class PrintingFile(Answer):
    """A source file of the kernel that prints the line."""

    path: str
    archs: list[str] | None = described("null for all of the export")
    since: str
    until: str | None
    commit: str | None = described("what moved the line there; null for nothing, or not known")
    evidence: str | None


class ReadFormat(Answer):
    """The format in which the value is printed, and thus read."""

    format: str
    since: str | None
    until: str | None


class Condition(Answer):
    """The Kconfig condition under which the line is printed."""

    condition: str
    since: str | None
    until: str | None


class PrintedFact(Answer):
    """An expression over types and symbols that gives the value, as the schema writes it."""

    expression: str
    archs: list[str] | None
    since: str | None
    until: str | None


class StandingNames(Answer):
    """Names of the kernel's source that the meaning of the value depends on, in addition to those
    in the key."""

    names: list[str]
    since: str | None
    until: str | None


class TypeOfMember(Answer):
    """The C type of the member whose offset the value is."""

    type: str
    since: str | None
    until: str | None


class CopiedNames(Answer):
    """Names behind the entry that releases of a tool have copied."""

    consumer: str
    since: str | None = described("the first release with the copy; null for all before `until`")
    until: str | None = described("the first release without it; null if the newest has it")
    purpose: str
    archs: list[str] | None = described("null for every architecture")
    kernels_since: str | None = described(
        "the first kernel for which it uses them; null for all before `kernels_until`"
    )
    kernels_until: str | None
    names: list[str]
    verdict: str = described("the verdict on the purpose if the names differ in a kernel")
    seen: str


class Note(Answer):
    """A quirk (`kind` is its kind) or a change of meaning (`kind` is `changed`)."""

    kind: str
    releases: list[str]
    text: str


class LineChanged(Answer):
    """A change of an entry in a vendor's line, from a build on; `changed` is a change other than an
    addition or removal."""

    line: str
    vendor: str
    release: str | None = described("the vendor's own, such as 8.6; null if it has none")
    build: str = described("the first build that was read and has the change")
    key: str
    change: Literal["added", "removed", "changed"]
    archs: list[str] | None = described("null for all architectures that the vendor builds")
    like: str | None = described(
        "the mainline release that the line is like for this entry; null if it is like none"
    )
    condition: str | None = described(
        "the condition, if it is like no mainline release; null for always"
    )
    format: str | None = described("the format, if it is like no mainline release")


class ExplainedExport(Answer):
    """How a set of architectures exports the entry."""

    archs: list[str] | None = described("null for every architecture")
    out_of_tree: bool = described(
        "whether no mainline release exports it; the lives are those of kernels that may"
    )
    doc: str
    absent: str
    section: str
    unit: str | None
    lives: list[Life]
    formats: list[ReadFormat] = described("empty if that of the entry always holds")
    types: list[TypeOfMember]
    first: bool = described("whether the structure begins with the member")
    equals: str | None = described("what the value always is, by other entries and sizes of types")
    printed: list[PrintedForm]
    files: list[PrintingFile] = described("the files that print it, in order of time")
    conditions: list[Condition]
    debug_info: list[PrintedFact] = described("how debug information gives the value")
    behind: list[StandingNames]
    notes: list[Note]
    source: str


class Related(Answer):
    """A key that replaced this one, or was replaced by it."""

    key: str
    since: str
    until: str | None
    summary: str


class Explanation(Answer):
    """The whole history of a key."""

    key: str
    kind: str
    format: str
    exports: list[ExplainedExport]
    replaces: list[Related]
    replaced_by: list[Related]
    derivations: list[str]
    lines: list[LineChanged] = described(
        "changes in vendors' lines compared with the releases that they are based on"
    )
    copied: list[CopiedNames]


class ExplainedRecipe(Answer):
    """A recipe of a derived value; `archs` is null for every architecture."""

    name: str
    expression: str
    requires: list[str] = described("keys that must be present, including those in the expression")
    reads_memory: bool
    archs: list[str] | None
    since: str | None
    until: str | None


class ExplainedDerivation(Answer):
    """A derived value and its recipes, in the order in which they are tried."""

    derivation: str
    doc: str
    format: str
    unit: str | None
    recipes: list[ExplainedRecipe]
    source: str


class Explain(Answer):
    """`vmcoreinfo explain --format json`: for a key or a derivation"""

    one_of = (Explanation, ExplainedDerivation)
