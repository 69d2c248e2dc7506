# SPDX-License-Identifier: MIT
"""What verbs print of kernels, of the schema and of its products."""

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
    """One difference; `archs` null if it is the same on every architecture."""

    change: Literal["added", "removed", "condition", "format", "printed", "meaning"]
    key: str
    archs: list[str] | None
    old: str | None
    new: str | None
    why: str
    commit: str | None
    replaced_by: list[str]


class Difference(Answer):
    """What changed between two kernels."""

    old: str
    old_line: KernelLine | None = described(LINE)
    new: str
    new_line: KernelLine | None = described(LINE)
    arch: str | None
    changes: list[Change]


class TreeChange(Answer):
    """One difference between schema and tree; `archs` null if all of the tree have it."""

    change: Literal["missing", "extra", "condition", "format", "architecture"] = described(
        "missing: the schema says so, the tree lacks it; extra: the other way; architecture: the "
        "schema has none of that folder in that release"
    )
    key: str
    archs: list[str] | None
    in_schema: str | None = described("condition or format; null if there is none")
    in_tree: str | None
    file: str = described("of the tree, or of the schema where the tree lacks the entry")
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
    """A life as tags have it, and as the schema has it, on architectures where they are the same.

    Spans are `first..last`, both tags with the entry; `differs` are the tags in
    which only one of them has it, or its format is another one: those are in `formats` too.
    """

    key: str
    line: str | None = described("the vendor's line whose tags these are; null for mainline")
    archs: list[str]
    seen: list[str]
    in_schema: list[str]
    differs: list[str]
    formats: list[OtherFormat]


class History(Answer):
    """Lives of entries, as the tags of a kernel repository have them."""

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
    """The bound in one release."""

    release: str
    bytes: int
    entries: int
    room: int = described("bytes of the buffer that holds the text")


class Budget(Answer):
    """`vmcoreinfo budget --format json`"""

    kernel: str
    line: KernelLine | None = described(LINE)
    arch: str
    bytes: int = described("upper bound of the text")
    room: int = described("bytes of the buffer that holds the text")
    entries: int
    config: dict[str, bool | int] = described("a configuration that gives the bound")
    line_room: int = described("bytes that a line can have before it is cut")
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
    """A place that a text search takes for one that prints, and that was not understood."""

    file: str
    line: int
    text: str
    reason: str


class ExtractedSites(Answer):
    """What became of the places that a plain text search sees."""

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
    """A boundary of a life, and what it rests on."""

    release: str
    date: str | None
    maybe_earlier: bool
    seen: str | None
    commit: str | None
    evidence: str | None
    why: str


class Life(Answer):
    """One span in which an entry is exported."""

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
    """How the value is printed, and so read."""

    format: str
    since: str | None
    until: str | None


class Condition(Answer):
    """The Kconfig condition under which the line is printed."""

    condition: str
    since: str | None
    until: str | None


class PrintedFact(Answer):
    """What types or symbols have to be asked for the value, in the words of the schema."""

    expression: str
    archs: list[str] | None
    since: str | None
    until: str | None


class StandingNames(Answer):
    """Names of the kernel's source on which the meaning of the value rests, beyond those in the key."""

    names: list[str]
    since: str | None
    until: str | None


class TypeOfMember(Answer):
    """The C type of the member whose offset the value is."""

    type: str
    since: str | None
    until: str | None


class CopiedNames(Answer):
    """What releases of a tool have built in of what stands behind the entry."""

    consumer: str
    since: str | None = described("the first release that has; null for all before `until`")
    until: str | None = described("the first that has not; null if the newest has")
    purpose: str
    archs: list[str] | None = described("null for every architecture")
    kernels_since: str | None = described("kernels on which it uses them; null for all before")
    kernels_until: str | None
    names: list[str]
    verdict: str = described("what the purpose comes to where a kernel has the names otherwise")
    seen: str


class Note(Answer):
    """A quirk (`kind` says which) or a change of meaning (`kind` is `changed`)."""

    kind: str
    releases: list[str]
    text: str


class LineChanged(Answer):
    """A change of an entry in a vendor's line, from a build on; `changed` is any other than coming or going."""

    line: str
    vendor: str
    release: str | None = described("the vendor's own, as 8.6; null if it has none")
    build: str = described("the first that was read and has it")
    key: str
    change: Literal["added", "removed", "changed"]
    archs: list[str] | None = described("null for all that the vendor builds")
    like: str | None = described(
        "the release of mainline as which the line has the entry, or has it not; null if as none"
    )
    condition: str | None = described("of what no release of mainline has so; null for always")
    format: str | None = described("of what no release of mainline has so")


class ExplainedExport(Answer):
    """How one set of architectures exports the entry."""

    archs: list[str] | None = described("null for every architecture")
    out_of_tree: bool = described(
        "whether no release of mainline exports it; the lives are of the kernels that may"
    )
    doc: str
    absent: str
    section: str
    unit: str | None
    lives: list[Life]
    formats: list[ReadFormat] = described("empty if it is always that of the entry")
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
    """The whole story of a key."""

    key: str
    kind: str
    format: str
    exports: list[ExplainedExport]
    replaces: list[Related]
    replaced_by: list[Related]
    derivations: list[str]
    lines: list[LineChanged] = described(
        "vendors' lines that have it otherwise than the release that they are based on"
    )
    copied: list[CopiedNames]


class ExplainedRecipe(Answer):
    """One way to a derived value; `archs` null for every architecture."""

    name: str
    expression: str
    requires: list[str] = described("keys that must be there, with those it reads")
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
    """`vmcoreinfo explain --format json`: of a key or of a derivation"""

    one_of = (Explanation, ExplainedDerivation)
