# SPDX-License-Identifier: MIT
"""Distributions and their clauses."""

from __future__ import annotations

from dataclasses import dataclass

from .node import Block, Clause, Word, WordsClause


@dataclass(frozen=True)
class Distribution(Block, rule="distribution"):
    """`distribution debian13 { … }`."""

    name: Word


class Kernels(WordsClause, rule="kernels"):
    """`kernels "6.12.117+deb13-amd64"`."""


@dataclass(frozen=True)
class Ships(Clause, rule="ships", layout="\t{tool} {release}[ built as {build}]"):
    """`ships makedumpfile 1.7.6 built as debian-1.7.6-1`."""

    tool: Word
    release: Word
    build: Word | None
