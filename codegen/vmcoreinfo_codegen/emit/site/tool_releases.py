# SPDX-License-Identifier: MIT
"""A page for each release of a tool: its verdict on every kernel, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from ...compat.matrix import Run
from ...compat.on_line import LineRun
from ...core.tool import ToolRelease
from ...model.consumer import Consumer, ConsumerRelease
from ...model.line import Line
from ...model.vocabulary import Verdict
from ..product import Product
from ..tables.consumers import ToolRuns
from ..tables.rescue import RescueRun, rescue_runs
from .bars import Bar, Part, chart
from .facts import Facts
from .folds import folded, stretch
from .helps import RESCUED, rescue_table
from .links import Links, release_page, tool_page
from .page import links_of, page, quiet, row, table, verdict


class ToolReleases:
    """The releases of one tool, and the anchors of their verdicts."""

    def __init__(self, facts: Facts, consumer: Consumer) -> None:
        self._facts = facts
        self._consumer = consumer
        self._rows = facts.tool_runs[consumer.name]
        self.rescued: list[RescueRun] = (
            rescue_runs(facts.schema, consumer) if consumer.name == RESCUED else []
        )
        self._alike = [self._joined(place) for place in range(len(self._rows))]
        self._places = {str(row.release.release): place for place, row in enumerate(self._rows)}

    def address(self, row: ToolRuns, arch: str, run: Run) -> str:
        """The link to a run, from a page beside the folder of the tool."""
        name = str(row.release.release)
        return f"{self._consumer.name}/{name}.html#{self.id(name, arch, run)}"

    def id(self, release: str, arch: str, run: Run) -> str:
        for (other, _), archs in self._alike[self._places[release]].items():
            if arch in archs and other == run:
                return _id(run, archs)
        raise KeyError(release, arch, run)

    def _joined(self, place: int) -> dict[tuple[Run, ToolRelease | None], list[str]]:
        """Runs of a release, with the first better release, and their architectures."""
        found: dict[tuple[Run, ToolRelease | None], list[str]] = {}
        for arch, runs in self._rows[place].runs.items():
            for run in runs:
                better = self._facts.better(self._rows, place, arch, run)
                found.setdefault((run, better), []).append(arch)
        return found

    def products(self) -> Iterator[Product]:
        for place in range(len(self._rows)):
            yield self._page(place)

    def _page(self, place: int) -> Product:
        facts, consumer = self._facts, self._consumer
        release = self._rows[place].release
        name = str(release.release)
        address = release_page(consumer.name, name)
        to = links_of(facts.schema, address)
        alike = self._alike[place]
        ordered = sorted(
            alike.items(),
            key=lambda one: (-facts.names.index(str(one[0][0].last)), one[1] != facts.archs),
        )
        rows = [self._row(to, run, better, archs) for (run, better), archs in ordered]
        heads = ["Kernels", "Architectures", "Verdict", "What fails", "Use instead"]
        rescued = [one for one in self.rescued if name in one.releases]
        before = self._rows[place - 1].release if place else None
        context = {
            "tool": to.to(tool_page(consumer.name), consumer.name),
            "name": name,
            "tool_name": consumer.name,
            "status": _status(release),
            "older": self._neighbour(to, place - 1),
            "newer": self._neighbour(to, place + 1),
            "chart": self._chart(to, self._rows[place]),
            "table": table(f"{consumer.name} {name} on mainline kernels", heads, rows),
            "lines": self._lines(to, place),
            "rescue": rescue_table(to, rescued) if rescued else None,
            "before": str(before.release) if before else "",
            "changes": _changes(to, consumer, release, before),
            "read": [to.key(key) for key in sorted(consumer.keys_of(release.release))],
        }
        return page(
            facts.schema,
            "tool_release",
            address,
            f"{consumer.name} {name}: supported kernels",
            context,
        )

    def _chart(self, to: Links, row: ToolRuns) -> dict[str, Any]:
        """A chart with one bar for architectures with the same verdicts."""
        facts = self._facts
        alike: dict[tuple[Part, ...], list[str]] = {}
        for arch, runs in row.runs.items():
            parts = tuple(
                Part(
                    facts.names.index(str(run.first)),
                    facts.names.index(str(run.last)),
                    f"v-{run.verdict.value}",
                )
                for run in runs
            )
            alike.setdefault(parts, []).append(arch)
        bars = [
            Bar(facts.fold(archs), parts, _good(facts, parts)) for parts, archs in alike.items()
        ]
        return chart("Architectures", "Verdict ok", facts.releases, bars)

    def _neighbour(self, to: Links, place: int) -> Markup:
        if not 0 <= place < len(self._rows):
            return Markup()
        name = str(self._rows[place].release.release)
        return to.to(release_page(self._consumer.name, name), name)

    def _row(
        self, to: Links, run: Run, better: ToolRelease | None, archs: Sequence[str]
    ) -> dict[str, Any]:
        tool = self._consumer.name
        seen = f"seen on {', '.join(map(str, run.seen))}" if run.seen else "worked out"
        basis = "" if run.verdict is Verdict.UNKNOWN and not run.seen else seen
        is_fine = Verdict.OK in (run.verdict, run.worked_out)
        instead = (
            to.to(release_page(tool, str(better)), str(better))
            if better
            else quiet("no later release")
        )
        cells = [
            stretch(str(run.first), str(run.last)),
            self._facts.fold(archs),
            escape(verdict(run.verdict, run.worked_out)) + " " + quiet(basis),
            to.purposes(tool, run.purposes),
            "" if is_fine else instead,
        ]
        return row(cells, _id(run, archs))

    def _lines(self, to: Links, place: int) -> dict[str, Any] | None:
        """A table of vendors' kernels; successive ones of a line that are alike are joined."""
        facts, tool = self._facts, self._consumer.name
        rows = []
        for line in facts.judged_lines:
            on_line = facts.line_runs[line.name][tool]
            _, by_arch = on_line.runs[place]
            alike: dict[LineRun, list[str]] = {}
            for arch, runs in by_arch.items():
                for run in runs:
                    alike.setdefault(run, []).append(arch)
            for run, archs in sorted(alike.items(), key=lambda one: -one[0].last):
                rows.append(_line_row(to, line, tool, run, archs, list(by_arch)))
        heads = ["Kernels", "Architectures", "Verdict", "What fails"]
        return table(f"{tool} on vendor kernels", heads, rows) if rows else None


def line_id(line: str, run: LineRun, archs: Sequence[str]) -> str:
    return f"{line}-{run.first}-{archs[0]}"


def _line_row(
    to: Links, line: Line, tool: str, run: LineRun, archs: Sequence[str], all_archs: Sequence[str]
) -> dict[str, Any]:
    first, last = (line.builds[place] for place in (run.first, run.last))
    called = stretch(first.release or str(first.first), last.release or str(last.first))
    on = run.on
    fails = to.purposes(tool, on.purposes)
    if on.unsure:
        more = len(on.unsure) - 2
        fails += quiet(
            ("; " if on.purposes else "")
            + f"unsure of {', '.join(on.unsure[:2])}"
            + (f" and {more} more" if more > 0 else "")
        )
    cells = [
        to.kernel(line.name) + f" {called}",
        folded(archs, all_archs),
        escape(verdict(on.verdict, on.worked_out))
        + (quiet(" seen") if on.rests_on == "seen" else ""),
        fails,
    ]
    return row(cells, line_id(line.name, run, archs))


def _id(run: Run, archs: Sequence[str]) -> str:
    return f"on-{run.first}-{archs[0]}"


def _good(facts: Facts, parts: Sequence[Part]) -> Markup:
    """The ranges of kernels on which it works, the newest first."""
    kind = f"v-{Verdict.OK.value}"
    joined: list[tuple[int, int]] = []
    for part in parts:
        if part.kind == kind:
            if joined and joined[-1][1] == part.first - 1:
                joined[-1] = (joined[-1][0], part.last)
            else:
                joined.append((part.first, part.last))
    spans = [stretch(facts.names[first], facts.names[last]) for first, last in reversed(joined)]
    return escape(", ".join(spans)) if spans else quiet("none")


def _status(release: ConsumerRelease) -> str:
    words = [f"Released {release.date}" if release.date else "Release date unknown"]
    if release.kernels is not None and release.kernels.until is not None:
        words.append(f"declares support for kernels up to {release.kernels.until}")
    return "; ".join(words) + "."


def _changes(
    to: Links, consumer: Consumer, release: ConsumerRelease, before: ConsumerRelease | None
) -> list[tuple[str, Markup]]:
    """How its reads differ from those of the release before."""
    if before is None:
        return []
    now, then = consumer.keys_of(release.release), consumer.keys_of(before.release)
    new = [key for key in now if key not in then]
    gone = [key for key in then if key not in now]
    purposes = [
        need.purpose
        for need in consumer.needs
        if need.exists_in(release.release) and not need.exists_in(before.release)
    ]
    found = []
    if new:
        found.append(("Also reads", to.keys(new)))
    if gone:
        found.append(("No longer reads", to.keys(gone)))
    if purposes:
        found.append(("New purposes", to.purposes(consumer.name, dict.fromkeys(purposes))))
    return found
