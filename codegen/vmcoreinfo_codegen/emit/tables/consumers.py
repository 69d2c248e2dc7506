# SPDX-License-Identifier: MIT
"""Who reads what, and which release of which tool handles which kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...compat.exports import Exports
from ...compat.matrix import Run, kernels, runs, words
from ...model import Architecture, Schema
from ...model.consumer import Consumer, ConsumerRelease
from ...terms.release import Release
from ..product import Product, render
from .markdown import code, prose, table
from .matrix import Row, matrix
from .verdicts import Verdicts, verdict_products

# What is older, `vmcoreinfo lifetime` and `compat` tell.
_SINCE = Release.parse("5.0")
_RELEASES = 8
_ARCHS = ("x86_64", "arm64", "ppc64", "s390x", "riscv64")
_Kernels = dict[str, list[Exports]]


def products(schema: Schema) -> list[Product]:
    """The page and the table for machines, out of the same runs."""
    over = {arch.name: kernels(schema, arch, _SINCE) for arch in _archs(schema)}
    found = _all_runs(schema, over)
    context = _page(schema, found)
    page = render("tables", "consumers.md.j2", "tables/consumers.md", {**context, "links": []})
    return [page, *verdict_products(_verdicts(found)), *_matrices(over, found)]


def _matrices(over: _Kernels, found: list[_Row]) -> list[Product]:
    columns = {name: [exports.release for exports in of_arch] for name, of_arch in over.items()}
    by_consumer: dict[str, list[Row]] = {}
    for row in found:
        by_consumer.setdefault(row.consumer.name, []).append((str(row.release.release), row.runs))
    return [matrix(name, rows, columns) for name, rows in by_consumer.items()]


@dataclass(frozen=True)
class _Row:
    """One release of a consumer, with its runs by architecture."""

    consumer: Consumer
    release: ConsumerRelease
    runs: dict[str, list[Run]]


def _all_runs(schema: Schema, over: _Kernels) -> list[_Row]:
    rows = []
    for consumer in schema.consumers:
        if len(consumer.releases) > 1:
            releases = consumer.releases[: -_RELEASES - 1 : -1]
            asked = [release.release for release in releases]
            judged = {name: runs(consumer, asked, of_arch) for name, of_arch in over.items()}
            for place, release in enumerate(releases):
                by_arch = {name: of_arch[place] for name, of_arch in judged.items()}
                rows.append(_Row(consumer, release, by_arch))
    return rows


def _page(schema: Schema, found: list[_Row]) -> dict[str, Any]:
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
            [f"{name}: {prose(', '.join(purposes))}" for name, purposes in read[entry.key].items()],
        ]
        for entry in schema.entries
        if entry.key in read
    ]
    by_consumer = {row.consumer.name: row.consumer for row in found}
    return {
        "since": str(_SINCE),
        "count": len(rows),
        "entries": table(["Key", "Read by, for"], rows),
        "consumers": [
            _consumer(schema, consumer, [row for row in found if row.consumer is consumer])
            for consumer in by_consumer.values()
        ],
    }


def _consumer(schema: Schema, consumer: Consumer, found: list[_Row]) -> dict[str, Any]:
    rows: list[list[str | list[str]]] = []
    for row in found:
        declared = row.release.kernels
        span = f"{declared.since}..{declared.until}" if declared else ""
        cells: list[list[str]] = [
            [prose(line) for line in words(run, schema.latest)] for run in row.runs.values()
        ]
        rows.append([str(row.release.release), row.release.date or "", span, *cells])
    return {
        "name": consumer.name,
        "picture": f"compat-{consumer.name}.svg",
        "doc": prose(consumer.doc),
        "url": consumer.url,
        "table": table(["Release", "Date", "Declares", *_ARCHS], rows),
    }


def _archs(schema: Schema) -> list[Architecture]:
    found = (schema.architecture(name) for name in _ARCHS)
    return [arch for arch in found if arch is not None]


def _verdicts(found: list[_Row]) -> list[Verdicts]:
    return [
        Verdicts.model_validate(
            {
                "consumer": row.consumer.name,
                "release": str(row.release.release),
                "architecture": arch,
                "first": str(run.first),
                "last": str(run.last),
                "verdict": run.verdict.value,
                "purposes": list(run.purposes),
            }
        )
        for row in found
        for arch, of_arch in row.runs.items()
        for run in of_arch
    ]
