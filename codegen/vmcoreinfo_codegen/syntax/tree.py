# SPDX-License-Identifier: MIT
"""The syntax tree of a `.vmci` file, with every comment and blank line in it.

A node stands for one line or, for a block, for the lines between its braces.
`comment` is what follows on the node's own line (`comments` where it has several).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ..terms.condition import Condition
from ..terms.expression import Expression


@dataclass(frozen=True)
class Word:
    """A piece of text with its place: line and column, from 1."""

    text: str
    line: int
    column: int

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Node:
    """A line or a block."""

    line: int
    column: int
    comment: str


@dataclass(frozen=True)
class Blank(Node):
    """One or more blank lines."""


@dataclass(frozen=True)
class Comment(Node):
    """A comment on a line of its own, with its `#`."""


@dataclass(frozen=True)
class SchemaVersion(Node):
    """`schema 1`."""

    number: Word


@dataclass(frozen=True)
class SourceFile(Node):
    """`source "kernel/page.vmci"`: what that file says stands here."""

    name: Word


@dataclass(frozen=True)
class Section(Node):
    """`section "title"`: what follows belongs to it, up to the next."""

    title: Word


@dataclass(frozen=True)
class ReleaseDeclaration(Node):
    """`release 6.9 2024-05-12`."""

    release: Word
    date: Word


@dataclass(frozen=True)
class Commit:
    """`commit hash [evidence]`."""

    hash: Word
    evidence: Word | None


@dataclass(frozen=True)
class Boundary:
    """`[<=]release [seen release] [commit hash [evidence]]`."""

    release: Word
    at_most: bool
    seen: Word | None
    commit: Commit | None


@dataclass(frozen=True)
class Range:
    """`[since R] [until R] [backport R]...` at the end of a clause."""

    since: Word | None
    until: Word | None
    backports: tuple[Word, ...]


@dataclass(frozen=True)
class Clause(Node, ABC):
    """One clause; `keyword` is what it begins with."""

    @property
    @abstractmethod
    def keyword(self) -> str: ...


@dataclass(frozen=True)
class TextClause(Clause):
    """`doc`, `url`, `absent`, `fallback`: text over one or more strings, joined by single spaces."""

    name: str
    text: Word

    @property
    def keyword(self) -> str:
        return self.name


@dataclass(frozen=True)
class WordsClause(Clause):
    """A keyword and its words.

    `source suffix bits page kernel-half memory-start alias config optional replaces replaced-by`
    """

    name: str
    words: tuple[Word, ...]

    @property
    def keyword(self) -> str:
        return self.name


@dataclass(frozen=True)
class Prints(Clause):
    """`prints "NUMBER(NAME)=%ld"`, in a macro."""

    text: Word
    range: Range

    @property
    def keyword(self) -> str:
        return "prints"


@dataclass(frozen=True)
class Value(Clause):
    """`value format unit`."""

    format: Word
    unit: Word | None

    @property
    def keyword(self) -> str:
        return "value"


@dataclass(frozen=True)
class Via(Clause):
    """`via macro ["printf"]`."""

    macro: Word
    printf: Word | None
    range: Range

    @property
    def keyword(self) -> str:
        return "via"


@dataclass(frozen=True)
class DependsOn(Clause):
    """`depends on CONFIG_A && !CONFIG_B`."""

    condition: Condition
    range: Range

    @property
    def keyword(self) -> str:
        return "depends on"


@dataclass(frozen=True)
class DebugInfo(Clause):
    """`debug-info 1 << enum(PG_head)`."""

    expression: Expression
    range: Range

    @property
    def keyword(self) -> str:
        return "debug-info"


@dataclass(frozen=True)
class BoundaryClause(Clause):
    """`since`, `until` and `backport`, and why."""

    name: str
    boundary: Boundary
    reason: Word | None

    @property
    def keyword(self) -> str:
        return self.name


@dataclass(frozen=True)
class Quirk(Clause):
    """`quirk kind ranges "text"`."""

    kind: Word
    ranges: tuple[Range, ...]
    archs: tuple[Word, ...]
    text: Word

    @property
    def keyword(self) -> str:
        return f"quirk {self.kind}"


@dataclass(frozen=True)
class Changed(Clause):
    """`changed boundary "text"`."""

    boundary: Boundary
    text: Word

    @property
    def keyword(self) -> str:
        return "changed"


@dataclass(frozen=True)
class Recipe(Clause):
    """`from expression as name`, in a derivation."""

    expression: Expression
    name: Word
    requires: tuple[Word, ...]
    archs: tuple[Word, ...]
    range: Range

    @property
    def keyword(self) -> str:
        return "from"


@dataclass(frozen=True)
class Block(Node):
    """`head {`, lines, `}`; `comment` stands behind the `{`, `end_comment` behind the `}`."""

    body: tuple[Node, ...]
    end_comment: str

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return tuple(node for node in self.body if isinstance(node, Clause))


@dataclass(frozen=True)
class Architecture(Block):
    """`arch name { … }`."""

    name: Word


@dataclass(frozen=True)
class Macro(Block):
    """`macro name { … }`."""

    name: Word


@dataclass(frozen=True)
class Kind(Block):
    """`kind OFFSET { … }`."""

    name: Word


@dataclass(frozen=True)
class On(Block):
    """`on archs { … }`, in an entry."""

    archs: tuple[Word, ...]


@dataclass(frozen=True)
class Entry(Block):
    """`KEY [on archs] { … }`."""

    key: Word
    archs: tuple[Word, ...]


@dataclass(frozen=True)
class Derivation(Block):
    """`derive name { … }`."""

    name: Word


@dataclass(frozen=True)
class Kernels:
    """`kernels [since R] [until R]`."""

    since: Word | None
    until: Word | None


@dataclass(frozen=True)
class Declared:
    """`kernels R to R`: the first and the last that a release of a tool declares to know."""

    first: Word
    last: Word


@dataclass(frozen=True)
class ToolRelease(Clause):
    """`release 1.7.4 2023-11-06 kernels 2.6.15 to 6.6`, in a consumer."""

    release: Word
    date: Word | None
    declared: Declared | None

    @property
    def keyword(self) -> str:
        return "release"


@dataclass(frozen=True)
class Reads(Clause):
    """`reads SIZE OFFSET as decimal since 1.2`, in a consumer."""

    subjects: tuple[Word, ...]
    formats: tuple[Word, ...]
    since: Word | None
    until: Word | None

    @property
    def keyword(self) -> str:
        return "reads"


@dataclass(frozen=True)
class Parser(Clause):
    """`parser note-limit 4096 until 1.7.0 fatal "what is seen"`, in a consumer."""

    trait: Word
    limit: Word | None
    subjects: tuple[Word, ...]
    dumps: tuple[Word, ...]
    since: Word | None
    until: Word | None
    verdict: Word
    text: Word

    @property
    def keyword(self) -> str:
        return "parser"


@dataclass(frozen=True)
class Alternative(Clause):
    """`any KEY + headers + "source" since 1.7.5 kernels since 6.9 when expression`, in a need."""

    keys: tuple[Word, ...]
    of_dump: tuple[Word, ...]
    others: tuple[Word, ...]
    since: Word | None
    until: Word | None
    kernels: Kernels | None
    when: Expression | None

    @property
    def keyword(self) -> str:
        return "any"


@dataclass(frozen=True)
class Adapt(Clause):
    """`adapt KEY from expression "why that is right"`, in a need."""

    key: Word
    expression: Expression
    text: Word

    @property
    def keyword(self) -> str:
        return "adapt"


@dataclass(frozen=True)
class NeedKernels(Clause):
    """`kernels since 5.1`, in a need."""

    kernels: Kernels

    @property
    def keyword(self) -> str:
        return "kernels"


@dataclass(frozen=True)
class Without(Clause):
    """`without fatal "what a user sees"`, in a need."""

    verdict: Word
    text: Word

    @property
    def keyword(self) -> str:
        return f"without {self.verdict}"


@dataclass(frozen=True)
class Consumer(Block):
    """`consumer name { … }`."""

    name: Word


@dataclass(frozen=True)
class Need(Block):
    """`need "purpose" on archs { … }`, in a consumer."""

    purpose: Word
    archs: tuple[Word, ...]


@dataclass(frozen=True)
class File:
    """One `.vmci` file."""

    path: str
    items: tuple[Node, ...]
