# SPDX-License-Identifier: MIT
"""The state of an entry in vendors' kernels, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from ...model.line import Line
from .exports import Column, State
from .facts import Facts
from .folds import folded, row
from .links import Links
from .page import lines, table
from .page import row as table_row

_Told = tuple[tuple[str, State], ...]
"""The state on each architecture that exports the entry."""


@dataclass(frozen=True)
class _OfLine:
    line: Line
    archs: tuple[str, ...]
    stretches: tuple[tuple[str, _Told], ...]
    base: _Told


def vendor_rows(facts: Facts, to: Links, key: str) -> dict[str, Any] | None:
    """A row for each line in which an entry differs from the base, and two lists of other lines."""
    found = list(_of_lines(facts, key))
    if not found:
        return None
    alike = [one for one in found if len(one.stretches) == 1 and one.stretches[0][1] == one.base]
    own = [one for one in found if one not in alike]
    rows = [
        table_row(
            [
                to.kernel(one.line.name),
                to.kernel(str(one.line.base)),
                lines(
                    Markup("<b>{}</b>: {}").format(names, _words(to, one.archs, told))
                    for names, told in one.stretches
                ),
            ],
            f"on-{one.line.name}",
        )
        for one in own
    ]
    exporting = [one for one in alike if one.base]
    lacking = [one for one in alike if not one.base]
    return {
        "table": table(
            "Vendor kernels that differ from their base", ["Line", "Base", "Exported"], rows
        )
        if rows
        else None,
        "exporting": _named(to, exporting),
        "lacking": _named(to, lacking),
    }


def _named(to: Links, several: Sequence[_OfLine]) -> Markup:
    return Markup(", ").join(to.kernel(one.line.name) for one in several)


def _words(to: Links, archs: Sequence[str], told: _Told) -> Markup:
    if not told:
        return Markup("no")
    by_state: dict[State, list[str]] = {}
    for arch, state in told:
        by_state.setdefault(state, []).append(arch)
    found = []
    for (condition, quirk), names in by_state.items():
        where = folded(names, archs)
        text = Markup("yes" if where == "all" or len(archs) == 1 else where)
        if condition:
            text += Markup(" if ") + to.condition(condition)
        if quirk:
            text += Markup(' <span class="warn">{}</span>').format(quirk)
        found.append(text)
    return Markup("; ").join(found)


def _of_lines(facts: Facts, key: str) -> Iterator[_OfLine]:
    exported = facts.exported
    numbered = [(n, column) for n, column in enumerate(exported.columns) if column.line is not None]
    for line, group in groupby(numbered, lambda one: one[1].line):
        assert line is not None and line.base is not None
        columns = list(group)
        places = [p for p in range(len(facts.archs)) if exported.built(p, columns[0][1])]
        archs = tuple(facts.archs[place] for place in places)
        at_base = _told_at(facts, key, places, exported.points.index(line.base))
        told = [(column, _told_at(facts, key, places, n)) for n, column in columns]
        stretches = tuple(
            (row([_called(column) for column, _ in same]), state)
            for state, same in ((s, list(g)) for s, g in groupby(told, lambda one: one[1]))
        )
        yield _OfLine(line, archs, stretches, at_base)


def _told_at(facts: Facts, key: str, places: Sequence[int], column: int) -> _Told:
    found = ((facts.archs[place], facts.exported.at(key, place, column)) for place in places)
    return tuple((name, state) for name, state in found if state is not None)


def _called(column: Column) -> str:
    assert column.line is not None
    build = column.line.builds[column.place]
    return build.release or f"build {build.first}"
