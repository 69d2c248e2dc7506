# SPDX-License-Identifier: MIT
"""Vendor lines and their clauses."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.condition import Condition
from .node import Block, Clause, Word, WordsClause
from .parts import Keys, Names


@dataclass(frozen=True)
class VendorLine(Block, rule="line", layout="{name}[ of {vendor}]"):
    """`line rhel8 of rhel { … }`."""

    name: Word
    vendor: Word | None


@dataclass(frozen=True)
class Base(Clause, rule="base"):
    """`base 5.10 stable`."""

    release: Word
    stable: Word | None


class Called(WordsClause, rule="called"):
    """`called "4.18.0-BUILD.el8"`."""


class ReadOf(WordsClause, rule="read_of", keyword="read"):
    """`read 6.1 6.12`."""


@dataclass(frozen=True)
class KernelBuild(
    Block,
    rule="kernel_build",
    keyword="build",
    layout="{first}[ to {last}][ as {release}][ {date}]",
):
    """`build 372.9.1 to 372.32.1 as 8.6 2022-05-10 { … }`, in a line."""

    first: Word
    last: Word | None
    release: Word | None
    date: Word | None


@dataclass(frozen=True)
class AsOf(Clause, rule="as_of", keyword="as", layout="\t{release} {keys}[ on {archs}]"):
    """`as 5.10 SYMBOL(prb) on x86_64`, in a build."""

    release: Word
    keys: Keys
    archs: Names | None


@dataclass(frozen=True)
class Exported(
    Clause,
    rule="exported",
    keyword="with",
    layout="\t{keys}[ as {format}][ on {archs}][ depends on {condition}]",
):
    """`with NUMBER(NAME) as signed on arm64 depends on CONFIG_A`, in a build."""

    keys: Keys
    format: Word | None
    archs: Names | None
    condition: Condition | None = None


@dataclass(frozen=True)
class Gone(Clause, rule="gone", keyword="without", layout="\t{keys}[ on {archs}]"):
    """`without SYMBOL(mem_map)`, in a build."""

    keys: Keys
    archs: Names | None


class Has(WordsClause, rule="has"):
    """`has 326e1b8f83a4`, in a build."""


class Lacks(WordsClause, rule="lacks"):
    """`lacks 4ffca5a96678`, in a build."""
