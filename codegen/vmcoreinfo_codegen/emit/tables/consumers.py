# SPDX-License-Identifier: MIT
"""Who reads what, and which release of which tool handles which kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ...compat.exports_by_release import ExportsByRelease, exports_by_release
from ...compat.judge import Scope
from ...compat.matrix import Run, clipped, describe_runs, known_runs, runs
from ...core.release import Release
from ...model import Schema
from ...model.consumer import MOST_LEVEL, Consumer, ConsumerRelease
from ...query.interface.consumers import Overall
from ..product import Product, render
from .markdown import code, escaped, heading, paragraph, prose, table
from .matrix import matrix
from .upgrades import upgrade_products, upgrade_tables, upgrades
from .verdicts import Verdicts, verdict_products

# Limits of the page and the pictures; the tables for machines have everything.
_SINCE = Release.parse("5.0")
_RELEASES = 8
ARCHS = ("x86_64", "arm64", "ppc64", "s390x", "riscv64")


def products(schema: Schema) -> list[Product]:
    """The page, the pictures and the tables for machines, from the same runs."""
    over = {arch.name: exports_by_release(schema, arch) for arch in schema.architectures}
    found = all_runs(schema, over)
    archs = [name for name in ARCHS if name in over]
    shown = [row for consumer in schema.consumers for row in _shown(consumer, found, archs)]
    upgraded = upgrades(schema, _by_consumer(_worked_out(schema, over)))
    context = {**_page(schema, shown, archs), "upgrades": upgrade_tables(upgraded, archs)}
    page = render("tables", "consumers.md.j2", "tables/consumers.md", {**context, "links": []})
    tables = [*verdict_products(_verdicts(found)), *upgrade_products(upgraded)]
    return [page, *tables, *_matrices(over, shown, archs)]


def _by_consumer(found: list[ToolRuns]) -> dict[str, list[tuple[str, dict[str, list[Run]]]]]:
    rows: dict[str, list[tuple[str, dict[str, list[Run]]]]] = {}
    for row in found:
        rows.setdefault(row.consumer.name, []).append((str(row.release.release), row.runs))
    return rows


def _worked_out(schema: Schema, over: dict[str, ExportsByRelease]) -> list[ToolRuns]:
    """The runs by the schema alone, without observations: an upgrade is judged before it is
    tried.
    """
    return [
        ToolRuns(consumer, release, by_arch)
        for consumer in schema.consumers
        for release, by_arch in zip(
            consumer.releases,
            runs(
                consumer,
                [release.release for release in consumer.releases],
                over,
                scope_of(consumer),
            ),
            strict=True,
        )
    ]


def _matrices(
    over: dict[str, ExportsByRelease], found: list[ToolRuns], archs: Sequence[str]
) -> list[Product]:
    columns = {
        name: [r for r in over[name].releases if r.opening >= _SINCE.opening] for name in archs
    }
    if not any(columns.values()):
        return []
    return [matrix(name, rows, columns) for name, rows in _by_consumer(found).items()]


@dataclass(frozen=True)
class ToolRuns:
    """One release of a tool, with its runs of kernels by architecture."""

    consumer: Consumer
    release: ConsumerRelease
    runs: dict[str, list[Run]]


def all_runs(schema: Schema, over: dict[str, ExportsByRelease]) -> list[ToolRuns]:
    """Every release of every tool."""
    return [
        ToolRuns(consumer, release, by_arch)
        for consumer in schema.consumers
        for release, by_arch in zip(
            consumer.releases,
            known_runs(
                schema,
                consumer,
                [release.release for release in consumer.releases],
                over,
                scope_of(consumer),
            ),
            strict=True,
        )
    ]


def scope_of(consumer: Consumer) -> Scope:
    """Every command; filtering is judged at the usual dump level."""
    return Scope(None, MOST_LEVEL if any(one.has_level for one in consumer.commands) else None)


def _shown(consumer: Consumer, found: list[ToolRuns], archs: Sequence[str]) -> list[ToolRuns]:
    """The rows of a consumer for people: its last releases, if there are several to compare."""
    rows = [row for row in found if row.consumer is consumer]
    return [
        replace(row, runs={name: clipped(row.runs[name], _SINCE) for name in archs})
        for row in (rows[: -_RELEASES - 1 : -1] if len(rows) > 1 else [])
    ]


def _page(schema: Schema, found: list[ToolRuns], archs: Sequence[str]) -> dict[str, Any]:
    read: dict[str, dict[str, list[str]]] = {}
    for consumer in schema.consumers:
        for need in consumer.needs:
            for key in need.keys:
                purposes = read.setdefault(key, {}).setdefault(consumer.name, [])
                if need.purpose not in purposes:
                    purposes.append(need.purpose)
    rows: list[list[str | list[str]]] = [
        [
            code(entry.key),
            [
                f"{escaped(name)}: {prose(', '.join(purposes))}"
                for name, purposes in read[entry.key].items()
            ],
        ]
        for entry in schema.entries
        if entry.key in read
    ]
    by_consumer = {row.consumer.name: row.consumer for row in found}
    return {
        "since": str(_SINCE),
        "most": _RELEASES,
        "count": len(rows),
        "entries": table(["Key", "Read by, for"], rows),
        "consumers": [
            _consumer(schema, consumer, [row for row in found if row.consumer is consumer])
            for consumer in by_consumer.values()
        ],
    }


def on_architectures(told: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Lines about architectures; architectures with the same lines are joined."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, lines in told.items():
        alike.setdefault(tuple(lines), []).append(name)
    if len(alike) == 1 and len(told) > 1:
        return [("all", list(lines)) for lines in alike]
    return [(", ".join(names), list(lines)) for lines, names in alike.items()]


def _consumer(schema: Schema, consumer: Consumer, found: list[ToolRuns]) -> dict[str, Any]:
    rows: list[list[str | list[str]]] = []
    for row in found:
        declared = row.release.kernels
        span = f"{declared.since}..{declared.until}" if declared else ""
        told = {name: describe_runs(run, schema.latest) for name, run in row.runs.items()}
        start = [str(row.release.release), row.release.date or "", span]
        rows += [
            [*start, on, [prose(line) for line in lines]] for on, lines in on_architectures(told)
        ]
    return {
        "name": heading(consumer.name),
        "picture": f"compat-{consumer.name}.svg",
        "doc": paragraph(consumer.doc),
        "url": consumer.url,
        "table": table(["Release", "Date", "Declares", "On", "Verdicts"], rows),
    }


def _verdicts(found: list[ToolRuns]) -> list[Verdicts]:
    """The runs; those that are the same on several architectures and for several releases are
    joined.
    """
    on_archs: dict[tuple[str, str, Run], list[str]] = {}
    for row in found:
        for arch, of_arch in row.runs.items():
            for run in of_arch:
                asked = (row.consumer.name, str(row.release.release), run)
                on_archs.setdefault(asked, []).append(arch)
    of_releases: dict[tuple[str, tuple[str, ...], Run], list[str]] = {}
    for (consumer, release, run), archs in on_archs.items():
        of_releases.setdefault((consumer, tuple(archs), run), []).append(release)
    return [
        Verdicts(
            consumer=consumer,
            releases=releases,
            architectures=list(archs),
            first=str(run.first),
            last=str(run.last),
            verdict=cast("Overall", run.verdict.value),
            worked_out=cast("Overall", run.worked_out.value) if run.worked_out else None,
            seen=[str(release) for release in run.seen],
            purposes=list(run.purposes),
        )
        for (consumer, archs, run), releases in of_releases.items()
    ]
