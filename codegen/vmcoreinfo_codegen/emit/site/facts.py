# SPDX-License-Identifier: MIT
"""All facts of the pages, computed once: exports, verdicts, changes, and who reads what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ...compat.exports_by_release import exports_by_release
from ...compat.matrix import Run
from ...compat.on_line import LineRun, line_exports
from ...core.release import Release
from ...core.tool import ToolRelease
from ...model import Entry, Schema
from ...model.consumer import Alternative, Consumer, Need
from ...model.line import Line
from ...model.vocabulary import Verdict
from ...query.changes import Event, events
from ..tables.consumers import ARCHS, ToolRuns, all_runs
from ..tables.vendors import OnLine, on_lines
from .exports import Exported
from .folds import folded


@dataclass(frozen=True)
class Reader:
    """A tool that reads a key for a purpose, in one of its alternatives."""

    consumer: Consumer
    need: Need
    alternative: Alternative


class Facts:
    """The facts of one schema, computed on demand."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.archs = [arch.name for arch in schema.architectures]
        self.shown_archs = [name for name in ARCHS if name in self.archs]
        self.releases = [declared.release for declared in schema.releases]
        self.names = [str(release) for release in self.releases]

    @cached_property
    def exported(self) -> Exported:
        return Exported(self.schema)

    @cached_property
    def tool_runs(self) -> dict[str, list[ToolRuns]]:
        """The releases of each tool in order, with their runs."""
        over = {
            arch.name: exports_by_release(self.schema, arch) for arch in self.schema.architectures
        }
        found: dict[str, list[ToolRuns]] = {}
        for row in all_runs(self.schema, over):
            found.setdefault(row.consumer.name, []).append(row)
        return found

    @cached_property
    def judged_lines(self) -> list[Line]:
        """The lines whose kernels have separate verdicts; others are like the stable branch they
        follow.
        """
        return [
            line
            for line in self.schema.lines
            if line.builds and line.base is not None and not line.follows_stable
        ]

    @cached_property
    def line_runs(self) -> dict[str, dict[str, OnLine]]:
        """The runs on lines, by line and tool."""
        there = [line_exports(self.schema, line, ARCHS) for line in self.judged_lines]
        found: dict[str, dict[str, OnLine]] = {}
        for consumer in self.schema.consumers:
            for one in on_lines(self.schema, there, consumer):
                found.setdefault(one.there.line.name, {})[consumer.name] = one
        return found

    @cached_property
    def events(self) -> dict[Release, list[Event]]:
        """The changes of each mainline release, including the stable updates of its branch."""
        found: dict[Release, list[Event]] = {}
        for event in events(self.schema):
            found.setdefault(event.release.branch, []).append(event)
        return found

    @cached_property
    def readers(self) -> dict[str, list[Reader]]:
        """Who reads each key."""
        found: dict[str, list[Reader]] = {}
        for consumer in self.schema.consumers:
            for need in consumer.needs:
                for alternative in need.alternatives:
                    for key in dict.fromkeys(alternative.keys):
                        found.setdefault(key, []).append(Reader(consumer, need, alternative))
        return found

    @cached_property
    def by_condition(self) -> dict[str, list[Entry]]:
        """The entries that depend on each Kconfig symbol, on any architecture in any release.

        Symbols that are set on architectures are included even if no entry depends on them.
        """
        found: dict[str, set[str]] = {
            name: set()
            for arch in self.schema.architectures
            for name in (*arch.config, *arch.optional)
        }
        for entry in self.schema.entries:
            for export in entry.exports:
                for dependency in export.dependencies:
                    for name in dependency.condition.names():
                        found.setdefault(name, set()).add(entry.key)
        for line in self.schema.lines:
            for change in (change for build in line.builds for change in build.changes):
                for name in change.condition.names():
                    found.setdefault(name, set()).update(change.keys)
        return {
            name: [entry for entry in self.schema.entries if entry.key in keys]
            for name, keys in sorted(found.items())
        }

    def archs_in(self, release: Release) -> list[str]:
        return [arch.name for arch in self.schema.architectures if arch.existed_in(release)]

    def fold(self, names: Sequence[str]) -> str:
        """Architectures in few words, out of all that ever existed."""
        return folded(names, self.archs)

    def fold_in(self, names: Sequence[str], release: Release) -> str:
        """Architectures in few words, out of all in a release."""
        return folded(names, self.archs_in(release))

    def run_at(self, row: ToolRuns, arch: str, release: Release) -> Run | None:
        opening = release.opening
        return next(
            (r for r in row.runs.get(arch, ()) if r.first.opening <= opening <= r.last.opening),
            None,
        )

    def better(
        self, rows: Sequence[ToolRuns], place: int, arch: str, run: Run
    ) -> ToolRelease | None:
        """The first later release of a tool that has a better verdict on all kernels of a run."""
        rank = told(run).rank
        for later in rows[place + 1 :]:
            met = [
                other
                for other in later.runs.get(arch, ())
                if other.first.opening <= run.last.opening
                and run.first.opening <= other.last.opening
            ]
            if met and all(told(other).rank < rank for other in met):
                return later.release.release
        return None


def told(run: Run) -> Verdict:
    """The verdict, or if it is unknown, the one by the schema."""
    return run.worked_out or run.verdict


def line_run_at(runs: Sequence[LineRun], place: int) -> LineRun | None:
    return next((run for run in runs if run.first <= place <= run.last), None)


def kernels_between(
    releases: Sequence[Release], first: Release, last: Release
) -> Iterator[Release]:
    """The mainline releases from one to another, both included."""
    return (one for one in releases if first.opening <= one.opening <= last.opening)
