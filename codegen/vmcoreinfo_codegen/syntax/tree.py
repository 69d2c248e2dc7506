# SPDX-License-Identifier: MIT
"""The syntax tree of a `.vmci` file, including every comment and blank line.

Each clause is declared here, and its rule in `grammar/schema.lark`; parser and formatter contain
nothing specific to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..core.condition import Condition
from ..core.expression import Expression
from .distributions import Distribution, Kernels, Ships
from .forms import Converts, Form, PassedForm, PassedFunction, PassedKeys, Passes, Sources
from .lines import AsOf, Base, Called, Exported, Gone, Has, KernelBuild, Lacks, ReadOf, VendorLine
from .node import (
    Blank,
    Block,
    Clause,
    Comment,
    Line,
    Node,
    Quoted,
    Text,
    TextClause,
    Word,
    WordsClause,
)
from .parts import (
    Backported,
    Backports,
    Boundary,
    Commit,
    CopiedNames,
    Dumps,
    Formats,
    FromDump,
    Keys,
    Names,
    Other,
    Purposes,
    Range,
    Ranges,
    Requirements,
    Starts,
    Wanted,
)
from .tools import (
    Adapt,
    Alternative,
    Architectures,
    Build,
    Command,
    Commands,
    Copied,
    Declared,
    Drop,
    Fallback,
    Levels,
    NeedKernels,
    OfKernels,
    Parser,
    Patched,
    Reads,
    Shows,
    ToolRelease,
    Url,
    VersionOption,
    Without,
)
from .types import CType, Equals, First, MemberType

__all__ = ["Blank", "Block", "Clause", "Comment", "Line", "Node", "Quoted", "Text", "TextClause"]
__all__ += ["Word", "WordsClause"]
__all__ += ["AsOf", "Base", "Called", "Exported", "Gone", "Has", "KernelBuild", "Lacks"]
__all__ += ["ReadOf"]
__all__ += ["Distribution", "Kernels", "Ships", "VendorLine"]
__all__ += ["CType", "Equals", "First", "MemberType"]
__all__ += ["Converts", "Form", "PassedForm", "PassedFunction", "PassedKeys", "Passes", "Sources"]
__all__ += [
    "Adapt",
    "Alternative",
    "Architectures",
    "Build",
    "Command",
    "Commands",
    "Copied",
    "Declared",
    "Drop",
    "Fallback",
    "Levels",
    "NeedKernels",
    "OfKernels",
    "Parser",
    "Patched",
    "Reads",
    "Shows",
    "ToolRelease",
    "Url",
    "VersionOption",
    "Without",
]
__all__ += [
    "Backported",
    "Backports",
    "Boundary",
    "Commit",
    "CopiedNames",
    "Dumps",
    "Formats",
    "FromDump",
    "Keys",
    "Names",
    "Other",
    "Purposes",
    "Range",
    "Ranges",
    "Requirements",
    "Starts",
    "Wanted",
]


@dataclass(frozen=True)
class File:
    """One `.vmci` file."""

    path: str
    items: tuple[Node, ...]


# Lines outside blocks.


@dataclass(frozen=True)
class SchemaVersion(Line, rule="schema_version", keyword="schema"):
    """`schema 1`."""

    number: Word


@dataclass(frozen=True)
class SourceFile(Line, rule="source_file", keyword="source"):
    """`source "kernel/page.vmci"`: includes that file here."""

    name: Quoted


@dataclass(frozen=True)
class Section(Line, rule="section"):
    """`section "title"`: the title of all that follows, up to the next section."""

    title: Quoted


@dataclass(frozen=True)
class Subsystem(Line, rule="subsystem"):
    """`subsystem printk`: the entries that follow, up to the next such line, belong to it."""

    name: Word


@dataclass(frozen=True)
class ReleaseDeclaration(Line, rule="release", layout="{release}\t{date}[ {longterm}]"):
    """`release 6.12 2024-11-17 longterm`."""

    release: Word
    date: Word
    longterm: Word | None = None


# Blocks.


@dataclass(frozen=True)
class Architecture(Block, rule="arch"):
    """`arch name { … }`."""

    name: Word


@dataclass(frozen=True)
class Macro(Block, rule="macro"):
    """`macro name { … }`."""

    name: Word


@dataclass(frozen=True)
class Kind(Block, rule="kind"):
    """`kind OFFSET { … }`."""

    name: Word


@dataclass(frozen=True)
class KernelOption(Block, rule="option"):
    """`option CONFIG_NUMA { … }`."""

    name: Word


@dataclass(frozen=True)
class KernelFiles(
    Block, rule="kernel_files", keyword="files", layout="[of {subsystem}][ on {archs}]"
):
    """`files [of subsystem] [on archs] { … }`."""

    subsystem: Word | None
    archs: Names | None


@dataclass(frozen=True)
class KeyNumbers(Block, rule="key_numbers", keyword="key-numbers"):
    """`key-numbers { … }`."""


@dataclass(frozen=True)
class ArchNumbers(Block, rule="arch_numbers", keyword="arch-numbers"):
    """`arch-numbers { … }`."""


@dataclass(frozen=True)
class Entry(Block, rule="entry", layout="{key}[ on {archs}]"):
    """`KEY [on archs] { … }`."""

    key: Word
    archs: Names | None


@dataclass(frozen=True)
class On(Block, rule="on"):
    """`on archs { … }`, in an entry."""

    archs: Names


@dataclass(frozen=True)
class Derivation(Block, rule="derive"):
    """`derive name { … }`."""

    name: Word


@dataclass(frozen=True)
class Consumer(Block, rule="consumer"):
    """`consumer name { … }`."""

    name: Word


@dataclass(frozen=True)
class Need(Block, rule="need", layout="{purpose}[ on {archs}]"):
    """`need "purpose" on archs { … }`, in a consumer."""

    purpose: Quoted
    archs: Names | None


@dataclass(frozen=True)
class KernelFile(Clause, rule="kernel_file", keyword="file", layout="\t{path}[ since {since}]"):
    """`file "kernel/vmcore_info.c" since 6.9 commit hash`, in `files`."""

    path: Quoted
    since: Boundary | None


# Clauses of number lists.


@dataclass(frozen=True)
class KeyNumber(Clause, rule="key_number", keyword="number"):
    """`number KEY`: assigns the next number to a key."""

    name: Word


@dataclass(frozen=True)
class ArchNumber(Clause, rule="arch_number", keyword="number"):
    """`number arch`: assigns the next number to an architecture."""

    name: Word


@dataclass(frozen=True)
class Released(Clause, rule="released", layout="\t{release} as {digest}"):
    """`released 1.0 as digest`: the numbers above are part of a release and must not change."""

    release: Word
    digest: Word


# Clauses of several kinds of blocks.


class Doc(TextClause, rule="doc"):
    """`doc "text"`."""


@dataclass(frozen=True)
class BoundaryClause(Clause):
    """The boundary of a span, and the reason."""

    boundary: Boundary
    reason: Text | None


class Since(BoundaryClause, rule="since"):
    """`since boundary ["why"]`."""


class Until(BoundaryClause, rule="until"):
    """`until boundary ["why"]`."""


class Backport(BoundaryClause, rule="backport"):
    """`backport boundary ["why"]`."""


@dataclass(frozen=True)
class Value(Clause, rule="value"):
    """`value format [unit] [range]`."""

    format: Word
    unit: Word | None
    range: Range | None = None


@dataclass(frozen=True)
class DependsOn(Clause, rule="depends", keyword="depends on"):
    """`depends on CONFIG_A && !CONFIG_B`."""

    condition: Condition
    range: Range | None


class OutOfTree(Clause, rule="out_of_tree", keyword="out-of-tree"):
    """`out-of-tree`."""


# Clauses of architectures and macros.


class Source(WordsClause, rule="source"):
    """`source x86`."""


class Suffix(WordsClause, rule="suffix"):
    """`suffix _64`."""


class Bits(WordsClause, rule="bits"):
    """`bits 64`."""


class ElfMachine(WordsClause, rule="elf_machine", keyword="elf-machine"):
    """`elf-machine 62`."""


class Page(WordsClause, rule="page"):
    """`page 4096 16384`."""


class KernelHalf(WordsClause, rule="kernel_half", keyword="kernel-half"):
    """`kernel-half 0x80000000`."""


class MemoryStart(WordsClause, rule="memory_start", keyword="memory-start"):
    """`memory-start 0`."""


class Alignment(WordsClause, rule="alignment"):
    """`alignment 8`."""


class Alias(WordsClause, rule="alias"):
    """`alias amd64 x86-64`."""


class Config(WordsClause, rule="config"):
    """`config CONFIG_X86 CONFIG_64BIT`."""


class Optional(WordsClause, rule="optional"):
    """`optional CONFIG_MMU`."""


@dataclass(frozen=True)
class Prints(Clause, rule="prints", layout="{printf}[ of {value}][ {range}]"):
    """`prints "NUMBER(NAME)=%ld" of "NAME"`."""

    printf: Quoted
    value: Quoted | None
    range: Range | None


# Clauses of entries.


class Absent(TextClause, rule="absent"):
    """`absent "text"`."""


class Replaces(WordsClause, rule="replaces"):
    """`replaces KEY...`."""


class ReplacedBy(WordsClause, rule="replaced_by", keyword="replaced-by"):
    """`replaced-by KEY...`."""


@dataclass(frozen=True)
class Via(Clause, rule="via"):
    """`via macro ["printf"]`."""

    macro: Word
    printf: Quoted | None
    range: Range | None


@dataclass(frozen=True)
class DebugInfo(
    Clause,
    rule="debug_info",
    keyword="debug-info",
    layout="\t{expression}[ on {archs}][ {range}]",
):
    """`debug-info 1 << enum(PG_head) [on archs] [range]`."""

    expression: Expression
    archs: Names | None
    range: Range | None


@dataclass(frozen=True)
class Behind(Clause, rule="behind"):
    """`behind SECTION_MAP_MASK page.page_type since 6.12`."""

    names: Names
    range: Range | None


@dataclass(frozen=True)
class Quirk(Clause, rule="quirk", layout="{kind}\t{ranges}[ on {archs}][ begins {begins}]"):
    """`quirk kind ranges begins "start" "text"`."""

    kind: Word
    ranges: Ranges
    archs: Names | None
    begins: Starts | None
    text: Text


@dataclass(frozen=True)
class Changed(Clause, rule="changed"):
    """`changed boundary "text"`."""

    boundary: Boundary
    text: Text


# Clauses of derivations.


@dataclass(frozen=True)
class Recipe(
    Clause,
    rule="recipe",
    keyword="from",
    layout="\t{expression} as {name}[ requires {requires}][ on {archs}][ {range}]",
):
    """`from expression as name`."""

    expression: Expression
    name: Word
    requires: Keys | None
    archs: Names | None
    range: Range | None
