# SPDX-License-Identifier: MIT
"""The verdicts on a tool's releases by kernel as a picture, one architecture below the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...compat.matrix import Run
from ...core.release import Release
from ...model.vocabulary import Verdict
from ..product import Product, render

_CELL_WIDTH, _CELL_HEIGHT = 20, 18
_LEFT, _TOP, _GAP = 70, 64, 44

# Verdicts differ in letter as well as in colour.
_LOOKS = {
    Verdict.OK: ("#d5ead5", ""),
    Verdict.DEGRADED: ("#f6e7a6", "d"),
    Verdict.UNKNOWN: ("#dddddd", "?"),
    Verdict.WRONG: ("#f0b48a", "w"),
    Verdict.FATAL: ("#d98080", "f"),
}

Row = tuple[str, Mapping[str, Sequence[Run]]]
"""The name of a release, and its runs by architecture."""


def matrix(consumer: str, rows: Sequence[Row], kernels: Mapping[str, Sequence[Release]]) -> Product:
    """One SVG of a consumer; `kernels` are the columns, by architecture."""
    most = max(map(len, kernels.values()))
    block = len(rows) * _CELL_HEIGHT + _GAP
    blocks = []
    for number, (arch, releases) in enumerate(kernels.items()):
        top = _TOP + number * block
        # The columns of all architectures are aligned at the newest kernel.
        first = most - len(releases)
        blocks.append(
            {
                "arch": arch,
                "y": top - 8,
                "columns": [
                    {"x": _x(first + i) + 6, "y": top - 6, "label": str(r)}
                    for i, r in enumerate(releases)
                ],
                "rows": [
                    {"y": top + i * _CELL_HEIGHT + 13, "label": name}
                    for i, (name, _) in enumerate(rows)
                ],
                "cells": [
                    _cell(name, run, releases, first, top + row * _CELL_HEIGHT)
                    for row, (name, by_arch) in enumerate(rows)
                    for run in by_arch[arch]
                ],
            }
        )
    context: dict[str, Any] = {
        "consumer": consumer,
        "width": _x(most) + 20,
        "height": _TOP + len(kernels) * block,
        "cell_height": _CELL_HEIGHT - 1,
        "left": _LEFT - 6,
        "blocks": blocks,
        "legend": [
            {
                "x": _LEFT + 110 * i,
                "colour": colour,
                "text": f"{letter or ' '} {verdict.value}".strip(),
            }
            for i, (verdict, (colour, letter)) in enumerate(_LOOKS.items())
        ],
        "seen_legend": {"x": _LEFT + 110 * len(_LOOKS), "text": "seen with a real dump"},
    }
    return render("tables", "matrix.svg.j2", f"tables/compat-{consumer}.svg", context)


def _x(column: int) -> int:
    return _LEFT + column * _CELL_WIDTH


def _cell(name: str, run: Run, releases: Sequence[Release], first: int, y: int) -> dict[str, Any]:
    """The bar of one run; `first` is the column of the first of `releases`."""
    colour, letter = _LOOKS[run.verdict]
    start, end = releases.index(run.first), releases.index(run.last)
    span = str(run.first) if run.first == run.last else f"{run.first} to {run.last}"
    why = f": {', '.join(run.purposes)}" if run.purposes else ""
    told = f" ({run.worked_out.value} by the schema)" if run.worked_out else ""
    seen = f"; seen on {', '.join(map(str, run.seen))}" if run.seen else ""
    return {
        "x": _x(first + start),
        "y": y,
        "width": (end - start + 1) * _CELL_WIDTH - 1,
        "colour": colour,
        "letter": letter,
        "title": f"{name} on {span}: {run.verdict.value}{told}{why}{seen}",
        "seen": [
            {"x": _x(first + releases.index(kernel)) + 15, "y": y + 5}
            for kernel in run.seen
            if kernel in releases
        ],
    }
