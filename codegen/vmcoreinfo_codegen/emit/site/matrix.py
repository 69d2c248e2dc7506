# SPDX-License-Identifier: MIT
"""Releases of a tool by kernels, as one table for all architectures that are alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from typing import Any

from ...compat.matrix import Run
from ..tables.consumers import ToolRuns
from .facts import Facts
from .folds import row as in_a_row
from .page import sign, verdict

Address = Callable[[ToolRuns, str, Run], str]
"""The link to details of a run on an architecture."""

_Vector = tuple[object, ...]
"""The result of a release on each mainline kernel; None if the architecture was not in it."""


def matrices(facts: Facts, rows: Sequence[ToolRuns], address: Address) -> list[dict[str, Any]]:
    """The matrices for commonly used architectures, newest releases and kernels first."""
    groups = alike(facts, rows)
    return [
        _matrix(facts, rows, names, address)
        for names in groups
        if set(names) & set(facts.shown_archs)
    ]


def alike(facts: Facts, rows: Sequence[ToolRuns]) -> list[list[str]]:
    """Architectures grouped if every release has the same results on the kernels they share."""
    groups: list[tuple[list[str], list[_Vector]]] = []
    for arch in facts.archs:
        own = [_vector(facts, row.runs.get(arch, ())) for row in rows]
        for names, known in groups:
            if all(map(_agree, known, own)):
                names.append(arch)
                known[:] = map(_joined, known, own)
                break
        else:
            groups.append(([arch], own))
    return [names for names, _ in groups]


def _vector(facts: Facts, runs: Sequence[Run]) -> _Vector:
    found: list[object] = [None] * len(facts.releases)
    for run in runs:
        first, last = facts.names.index(str(run.first)), facts.names.index(str(run.last))
        state = run.verdict, run.worked_out, run.purposes
        found[first : last + 1] = [state] * (last + 1 - first)
    return tuple(found)


def _agree(one: _Vector, other: _Vector) -> bool:
    return all(a == b or a is None or b is None for a, b in zip(one, other, strict=True))


def _joined(one: _Vector, other: _Vector) -> _Vector:
    return tuple(a if a is not None else b for a, b in zip(one, other, strict=True))


def _matrix(
    facts: Facts, rows: Sequence[ToolRuns], names: Sequence[str], address: Address
) -> dict[str, Any]:
    # The architecture with the most kernels is shown for all.
    arch = max(names, key=lambda name: len(facts.schema.releases_of(_arch(facts, name))))
    shown = [(row, row.runs.get(arch, [])) for row in rows]
    starts = {facts.names.index(str(run.first)) for _, runs in shown for run in runs}
    ends = {facts.names.index(str(run.last)) + 1 for _, runs in shown for run in runs}
    bounds = sorted(starts | ends)
    columns = list(pairwise(bounds))
    found = []
    for told, group in groupby(reversed(shown), key=lambda one: _told(one[1])):
        several = list(group)
        newest, runs = several[0]
        label = in_a_row([str(row.release.release) for row, _ in reversed(several)])
        found.append(
            {
                "release": label,
                "cells": _cells(facts, bounds, newest, arch, runs, address)[::-1] if told else [],
            }
        )
    return {
        "archs": facts.fold(names),
        "id": names[0],
        "columns": [in_a_row(facts.names[start:end]) for start, end in reversed(columns)],
        "rows": found,
    }


def _arch(facts: Facts, name: str) -> Any:
    found = facts.schema.architecture(name)
    assert found is not None
    return found


def _told(runs: Sequence[Run]) -> tuple[object, ...]:
    return tuple((run.first, run.last, run.verdict, run.worked_out, run.purposes) for run in runs)


def _cells(
    facts: Facts,
    bounds: Sequence[int],
    row: ToolRuns,
    arch: str,
    runs: Sequence[Run],
    address: Address,
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    reached = bounds[0]
    for run in runs:
        first, last = facts.names.index(str(run.first)), facts.names.index(str(run.last)) + 1
        if first > reached:
            found.append({"kind": "none", "span": _columns(bounds, reached, first)})
        shown = verdict(run.verdict, run.worked_out)
        span = in_a_row(facts.names[first:last])
        found.append(
            {
                "kind": shown.kind,
                "span": _columns(bounds, first, last),
                "sign": sign(run.verdict) + ("•" if run.seen else ""),
                "place": address(row, arch, run),
                "title": f"{row.release.release} on {span}: {shown.word}"
                + (f" ({shown.note})" if shown.note else "")
                + (f": {', '.join(run.purposes)}" if run.purposes else "")
                + ("; seen on " + ", ".join(map(str, run.seen)) if run.seen else ""),
            }
        )
        reached = last
    if reached < bounds[-1]:
        found.append({"kind": "none", "span": _columns(bounds, reached, bounds[-1])})
    return found


def _columns(bounds: Sequence[int], first: int, last: int) -> int:
    return bounds.index(last) - bounds.index(first)
