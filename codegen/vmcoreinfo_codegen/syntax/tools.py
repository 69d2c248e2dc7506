# SPDX-License-Identifier: MIT
"""Clauses of consumers and their needs."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.expression import Expression
from .node import Clause, Part, Quoted, Text, TextClause, Word, WordsClause
from .parts import Commit, CopiedNames, Dumps, Formats, Keys, Names, Purposes, Range, Requirements


class Url(TextClause, rule="url"):
    """`url "https://…"`."""


class VersionOption(TextClause, rule="version_option", keyword="version-option"):
    """`version-option "--version"`."""


@dataclass(frozen=True)
class Architectures(Clause, rule="architectures", layout="\t{names}[ {range}]"):
    """`architectures x86_64 arm64 since 1.5.6`."""

    names: Names
    range: Range | None


@dataclass(frozen=True)
class Command(Clause, rule="command", layout="\t{name}[ {extra}] {run}"):
    """`command kallsyms extra "load_vmlinux_kallsyms()"`."""

    name: Word
    extra: Word | None
    run: Quoted


@dataclass(frozen=True)
class Patched(Part, rule="patched", layout="as {like} in {purposes}"):
    """`as 1.6.9 in "dmesg" "find the release"`: purposes for which a patched build is like another
    release."""

    like: Word
    purposes: Purposes


@dataclass(frozen=True)
class Build(Clause, rule="build", layout="\t{name} of {release}[ {patched}]"):
    """`build debian-1.6.8-4 of 1.6.8 as 1.6.9 in "dmesg"`."""

    name: Word
    release: Word
    patched: Patched | None


@dataclass(frozen=True)
class Declared(Part, rule="declared", layout="kernels[ {first}] to[ {last}]"):
    """`kernels [R] to [R]`: the first and the last kernel that a release of a tool claims to
    support."""

    first: Word | None
    last: Word | None


@dataclass(frozen=True)
class ToolRelease(Clause, rule="tool_release", keyword="release"):
    """`release 1.7.4 2023-11-06 kernels 2.6.15 to 6.6`."""

    release: Word
    date: Word | None
    declared: Declared | None


@dataclass(frozen=True)
class Reads(Clause, rule="reads", layout="\t{subjects} as {formats}[ {range}]"):
    """`reads SIZE OFFSET as decimal since 1.2`."""

    subjects: Keys
    formats: Formats
    range: Range | None


@dataclass(frozen=True)
class Parser(
    Clause,
    rule="parser",
    layout="\t{trait}[ {limit}][ of ({subjects})][ in {dumps}][ {range}] {verdict}",
):
    """`parser note-limit 4096 until 1.7.0 fatal "what is seen"`."""

    trait: Word
    limit: Word | None
    subjects: Keys | None
    dumps: Dumps | None
    range: Range | None
    verdict: Word
    text: Text


@dataclass(frozen=True)
class OfKernels(Part, rule="of_kernels", layout="kernels {range}[ {commit}]"):
    """`kernels until 5.3 commit 326e1b8f83a4`: the kernels for which an alternative is correct."""

    range: Range
    commit: Commit | None


@dataclass(frozen=True)
class Alternative(
    Clause,
    rule="any_of",
    keyword="any",
    layout="\t{requirements}[ {range}][ {kernels}][ when {when}]",
):
    """`any KEY + headers + "source" since 1.7.5 kernels since 6.9 when expression`, in a need."""

    requirements: Requirements
    range: Range | None
    kernels: OfKernels | None
    when: Expression | None


@dataclass(frozen=True)
class Adapt(Clause, rule="adapt", layout="\t{key} from {expression}"):
    """`adapt KEY from expression "why that is right"`, in a need."""

    key: Word
    expression: Expression
    text: Text


@dataclass(frozen=True)
class Drop(Clause, rule="drop", layout="\t{keys}"):
    """`drop KEY KEY "why it is better without"`, in a need."""

    keys: Keys
    text: Text


class Commands(WordsClause, rule="commands"):
    """`commands filter dmesg`, in a need."""


class Levels(WordsClause, rule="levels"):
    """`levels 8 16`, in a need."""


class Shows(WordsClause, rule="shows", keyword="shows with"):
    """`shows with hugetlb`, in a need."""


@dataclass(frozen=True)
class NeedKernels(Clause, rule="need_kernels", keyword="kernels", layout="\t{range}[ {commit}]"):
    """`kernels since 5.1 commit 326e1b8f83a4`, in a need."""

    range: Range
    commit: Commit | None


@dataclass(frozen=True)
class Copied(
    Clause, rule="copied", layout="\t{names}[ on {archs}][ {range}][ kernels {kernels}] {verdict}"
):
    """`copied PGDIR_SHIFT on s390x until 1.6.3 wrong "what a user sees"`, in a need."""

    names: CopiedNames
    archs: CopiedNames | None
    range: Range | None
    kernels: Range | None
    verdict: Word
    text: Text


class Fallback(TextClause, rule="fallback"):
    """`fallback "what a user sees"`, in a need."""


@dataclass(frozen=True)
class Without(Clause, rule="without", layout="{verdict}\t"):
    """`without fatal "what a user sees"`, in a need."""

    verdict: Word
    text: Text
