# SPDX-License-Identifier: MIT
"""Distributions, from the tree to the model."""

from __future__ import annotations

from ...core.tool import ToolRelease
from ...syntax import tree
from ..distribution import Distribution, Shipped
from .reading import Reader


def distribution(read: Reader, block: tree.Distribution) -> Distribution:
    clauses = [clause for clause in block.clauses if isinstance(clause, tree.Ships)]
    return Distribution(
        name=str(block.name),
        doc=read.text(block, tree.Doc),
        aliases=tuple(map(str, read.words(block, tree.Alias))),
        kernels=tuple(map(str, read.words(block, tree.Kernels))),
        ships=tuple(
            shipped for clause in clauses if (shipped := _shipped(read, clause)) is not None
        ),
        location=read.at(block.name),
    )


def _shipped(read: Reader, clause: tree.Ships) -> Shipped | None:
    try:
        release = ToolRelease.parse(str(clause.release))
    except ValueError as error:
        read.problem(clause.release, str(error))
        return None
    return Shipped(
        consumer=str(clause.tool),
        release=release,
        build=str(clause.build or ""),
        location=read.at(clause),
    )
