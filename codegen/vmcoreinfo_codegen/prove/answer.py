# SPDX-License-Identifier: MIT
"""The results of proving, as a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ..model.store.observed import ObservedDump
from ..model.vocabulary import Verdict
from ..query.interface.proofs import Came, Expected, Proofs, ProvedCell, ProvedDump
from .proving import Cell
from .tool import Tool


@dataclass(frozen=True)
class Proved:
    """A dump, its cells, and the error if there was one."""

    path: str
    observed: ObservedDump | None
    cells: tuple[Cell, ...]
    error: str | None = None

    @property
    def agree(self) -> int:
        return sum(cell.agrees for cell in self.cells)


def answer(tool: Tool, proved: Sequence[Proved]) -> Proofs:
    return Proofs(
        consumer=tool.consumer,
        release=str(tool.release),
        build=tool.build,
        cells=sum(len(one.cells) for one in proved),
        agree=sum(one.agree for one in proved),
        dumps=[
            ProvedDump(
                path=one.path,
                dump=one.observed.name if one.observed else None,
                kernel=one.observed.kernel if one.observed else None,
                arch=one.observed.arch if one.observed else None,
                error=one.error,
                cells=list(map(_cell, one.cells)),
            )
            for one in proved
        ],
    )


def _cell(cell: Cell) -> ProvedCell:
    seen = cell.observation
    verdict = cell.predicted.verdict
    word = Verdict.OK if verdict is Verdict.FALLBACK else verdict
    return ProvedCell(
        run=seen.run,
        level=seen.level,
        without=list(seen.without),
        predicted=cast("Expected", word.value),
        purposes=list(cell.predicted.purposes),
        came=cast("Came", seen.came.value),
        seen=seen.seen,
        by=seen.by,
        agrees=cell.agrees,
        recorded=cell.shows,
    )
