# SPDX-License-Identifier: MIT
"""Vendors' lines: the changes of each of their releases, and the tools that support it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal, cast

from ...compat.on_line import LineExports, LineRun, line_exports, line_runs
from ...model import Schema
from ...model.consumer import Consumer
from ...model.line import Line, LineBuild
from ...query.interface.consumers import Overall, RestsOn
from ...query.line_changes import line_changes
from ...record import Record, Value, described
from ..product import Product, render
from .consumers import ARCHS, on_architectures, scope_of
from .listed import Listed, listed_products
from .markdown import code, codes, escaped, heading, paragraph, prose, table

_MOST_UNSURE = 2
_WORDS = {"added": "comes", "removed": "goes", "changed": "is otherwise"}


class VendorVerdicts(Record):
    """Successive releases of a vendor on which releases of a tool have the same verdict."""

    line: str
    base: str = described("the mainline release that the line is based on")
    consumer: str
    releases: list[str]
    architectures: list[str]
    first: str = described("first vendor's release of the run, or its build")
    last: str = described("last vendor's release of the run, inclusive, or its build")
    first_build: str
    last_build: str = described("the last build of it that was read")
    verdict: Overall
    worked_out: Overall | None = described("the verdict from the schema, if the verdict is unknown")
    rests_on: RestsOn
    purposes: list[str] = described("the purposes with this verdict; none if it is ok")
    unsure: list[str] = described(
        "purposes whose verdict may differ because of mainline changes that show in no entry"
    )


class VendorTable(Listed):
    """`generated/tables/vendors.json`"""

    runs: list[VendorVerdicts]


class VendorChange(Record):
    """An entry that differs in a vendor's release from the release before."""

    line: str
    base: str = described("the mainline release that the line is based on")
    release: str = described("the vendor's own release; empty if it has none")
    build: str = described("the first build that was read and has the change")
    date: str = described("date of the vendor's release; empty if it is not known")
    key: str
    change: Literal["added", "removed", "changed"]
    architectures: list[str] = described("`all` for all that the vendor builds")
    like: str = described(
        "the mainline release that the line is like for this entry; empty if it is like none"
    )
    condition: str = described("the condition, if it is like no mainline release; empty for always")


class VendorChangeTable(Listed):
    """`generated/tables/vendor-changes.json`"""

    changes: list[VendorChange]


_Runs = Mapping[str, Sequence[LineRun]]


class OnLine(Value):
    """The runs of a tool's releases on one line."""

    there: LineExports
    consumer: Consumer
    runs: tuple[tuple[str, _Runs], ...]


def products(schema: Schema) -> list[Product]:
    """The page, and the tables for machines, from the same runs."""
    lines = [line for line in schema.lines if line.builds]
    # A line that follows a stable branch gets the verdicts of that branch.
    judged = [line_exports(schema, line, ARCHS) for line in lines if not line.follows_stable]
    found = [one for consumer in schema.consumers for one in on_lines(schema, judged, consumer)]
    changes = list(_changes(schema))
    context: dict[str, Any] = {
        "lines": [
            _line(
                line,
                [change for change in changes if change.line == line.name],
                [one for one in found if one.there.line is line and len(one.runs) > 1],
            )
            for line in lines
        ],
        "links": [],
    }
    return [
        render("tables", "vendors.md.j2", "tables/vendors.md", context),
        *listed_products(
            "vendors",
            VendorTable,
            "runs",
            VendorVerdicts,
            [row for one in found for row in _verdicts(one)],
            {"releases": " ", "architectures": " ", "purposes": "; ", "unsure": "; "},
            ["purposes", "unsure"],
        ),
        *listed_products(
            "vendor-changes",
            VendorChangeTable,
            "changes",
            VendorChange,
            changes,
            {"architectures": " "},
            [],
        ),
    ]


def on_lines(schema: Schema, lines: Sequence[LineExports], consumer: Consumer) -> Iterator[OnLine]:
    """The runs of a consumer on each line."""
    releases = [one.release for one in consumer.releases]
    found = line_runs(schema, consumer, releases, lines, scope_of(consumer))
    for there, runs in zip(lines, found, strict=True):
        by_release = zip(map(str, releases), runs, strict=True)
        yield OnLine(there, consumer, tuple(by_release))


def _changes(schema: Schema) -> Iterator[VendorChange]:
    for line in schema.lines:
        dates = {str(build.first): build.date or "" for build in line.builds}
        for change in line_changes(schema, line):
            yield VendorChange(
                line=line.name,
                base=str(line.base),
                release=change.release or "",
                build=change.build,
                date=dates[change.build],
                key=change.key,
                change=change.change,
                architectures=change.archs if change.archs is not None else ["all"],
                like=change.like or "",
                condition=change.condition or "",
            )


def _verdicts(found: OnLine) -> list[VendorVerdicts]:
    """The runs; those that are the same on several architectures and for several releases are
    joined.
    """
    on_archs: dict[tuple[str, LineRun], list[str]] = {}
    for release, by_arch in found.runs:
        for arch, runs in by_arch.items():
            for run in runs:
                on_archs.setdefault((release, run), []).append(arch)
    of_releases: dict[tuple[tuple[str, ...], LineRun], list[str]] = {}
    for (release, run), archs in on_archs.items():
        of_releases.setdefault((tuple(archs), run), []).append(release)
    line = found.there.line
    return [
        VendorVerdicts(
            line=line.name,
            base=str(line.base),
            consumer=found.consumer.name,
            releases=releases,
            architectures=list(archs),
            first=_called(line.builds[run.first]),
            last=_called(line.builds[run.last]),
            first_build=str(line.builds[run.first].first),
            last_build=str(line.builds[run.last].last),
            verdict=cast("Overall", run.on.verdict.value),
            worked_out=cast("Overall", run.on.worked_out.value) if run.on.worked_out else None,
            rests_on=run.on.rests_on,
            purposes=list(run.on.purposes),
            unsure=list(run.on.unsure),
        )
        for (archs, run), releases in of_releases.items()
    ]


def _called(build: LineBuild) -> str:
    return build.release or str(build.first)


def _line(line: Line, changes: Sequence[VendorChange], found: Sequence[OnLine]) -> dict[str, Any]:
    return {
        "name": heading(line.name),
        "doc": paragraph(line.doc),
        "base": str(line.base),
        "follows_stable": line.follows_stable,
        "archs": ", ".join(line.archs or ()),
        "builds": table(
            ["Release", "Date", "Builds that were read"],
            [[_called(build), build.date or "", _builds(build)] for build in line.builds],
        ),
        "changes": table(["From", "On", "As", "What", "Entries"], _change_rows(changes)),
        "has_changes": bool(changes),
        "consumers": [
            {
                "name": escaped(one.consumer.name),
                "table": table(["Release", "On", "Verdicts"], _verdict_rows(one)),
            }
            for one in found
        ],
    }


def _builds(build: LineBuild) -> str:
    return str(build.first) if build.first == build.last else f"{build.first} to {build.last}"


def _change_rows(changes: Sequence[VendorChange]) -> list[list[str | list[str]]]:
    """The changes, with entries that change alike in one row."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in changes:
        start = f"{one.release} ({one.build})" if one.release else one.build
        what = _WORDS[one.change] + (f" if {code(one.condition)}" if one.condition else "")
        asked = start, ", ".join(one.architectures), one.like or "no release", what
        alike.setdefault(asked, []).append(one.key)
    return [[*told, codes(keys)] for told, keys in alike.items()]


def _verdict_rows(found: OnLine) -> list[list[str | list[str]]]:
    """The newest releases first; those with the same verdicts are joined."""
    rows: list[list[str | list[str]]] = []
    archs, line = list(found.there.by_arch), found.there.line
    newest_first = reversed(found.runs)
    for by_arch, group in groupby(newest_first, lambda one: [one[1][name] for name in archs]):
        last, *others = [release for release, _ in group]
        name = f"{others[-1]} to {last}" if others else last
        told = {
            arch: [prose(_told(line, run)) for run in runs]
            for arch, runs in zip(archs, by_arch, strict=True)
        }
        rows += [[name, on, lines] for on, lines in on_architectures(told)]
    return rows


def _told(line: Line, run: LineRun) -> str:
    """`wrong 8.6 to 8.10: read the log`"""
    on = run.on
    first, last = (_called(line.builds[place]) for place in (run.first, run.last))
    told = f" ({on.worked_out.value} by the schema)" if on.worked_out else ""
    seen = ", seen" if on.rests_on == "seen" else ""
    span = first if first == last else f"{first} to {last}"
    why = f": {', '.join(on.purposes)}" if on.purposes else ""
    return f"{on.verdict.value}{told} {span}{seen}{why}{_not_sure(on.unsure)}"


def _not_sure(purposes: Sequence[str]) -> str:
    if not purposes:
        return ""
    more = len(purposes) - _MOST_UNSURE
    return f"; not sure of {', '.join(purposes[:_MOST_UNSURE])}" + (
        f" and {more} more" if more > 0 else ""
    )
