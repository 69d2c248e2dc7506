# SPDX-License-Identifier: MIT
"""Verdicts of all releases of all tools on all kernels, for scripts to look up."""

from __future__ import annotations

from typing import Any

from ...compat.matrix import Run
from ...compat.on_line import LineRun
from ...model.vocabulary import Verdict
from ..product import Product
from .assets import data
from .exports import Texts
from .facts import Facts
from .tool_releases import ToolReleases, line_id

_List = tuple[tuple[Any, ...], ...]


class _Lists:
    """Lists of runs, each stored once."""

    def __init__(self) -> None:
        self.places: dict[_List, int] = {}

    def place(self, one: _List) -> int:
        return self.places.setdefault(one, len(self.places))


def product(facts: Facts, of_tools: dict[str, ToolReleases]) -> Product:
    texts, lists = Texts(), _Lists()
    tools = []
    for name, rows in facts.tool_runs.items():
        of_tool = of_tools[name]
        mainline = [
            [
                lists.place(
                    tuple(
                        _run(facts, texts, run, of_tool.id(str(row.release.release), arch, run))
                        for run in row.runs.get(arch, ())
                    )
                )
                for arch in facts.archs
            ]
            for row in rows
        ]
        tools.append(
            {
                "name": name,
                "releases": [str(row.release.release) for row in rows],
                "runs": mainline,
                "helped": sorted({name for run in of_tool.rescued for name in run.releases}),
                "lines": {
                    line.name: _on_line(facts, texts, lists, line.name, name)
                    for line in facts.judged_lines
                },
            }
        )
    value = {
        "kernels": facts.names,
        "archs": facts.archs,
        "lines": [
            {
                "name": line.name,
                "base": str(line.base),
                "builds": [line.name_of(build) for build in line.builds],
            }
            for line in facts.judged_lines
        ],
        "verdicts": [verdict.value for verdict in Verdict],
        "tools": tools,
        "texts": list(texts.places),
        "lists": list(lists.places),
    }
    return data("answers", "vmcoreinfoAnswers", value)


def _run(facts: Facts, texts: Texts, run: Run, id_: str) -> tuple[Any, ...]:
    names = facts.names
    return (
        names.index(str(run.first)),
        names.index(str(run.last)),
        run.verdict.rank,
        -1 if run.worked_out is None else run.worked_out.rank,
        tuple(map(texts.place, run.purposes)),
        tuple(names.index(str(kernel)) for kernel in run.seen),
        texts.place(id_),
    )


def _on_line(
    facts: Facts, texts: Texts, lists: _Lists, line: str, tool: str
) -> dict[str, list[int]]:
    """For each architecture, the list of each release."""
    found: dict[str, list[int]] = {}
    for _, by_arch in facts.line_runs[line][tool].runs:
        alike: dict[LineRun, list[str]] = {}
        for arch, runs in by_arch.items():
            for run in runs:
                alike.setdefault(run, []).append(arch)
        for arch, runs in by_arch.items():
            several = tuple(
                (
                    run.first,
                    run.last,
                    run.on.verdict.rank,
                    -1 if run.on.worked_out is None else run.on.worked_out.rank,
                    tuple(map(texts.place, run.on.purposes)),
                    (0,) if run.on.rests_on == "seen" else (),
                    texts.place(line_id(line, run, alike[run])),
                )
                for run in runs
            )
            found.setdefault(arch, []).append(lists.place(several))
    return found
