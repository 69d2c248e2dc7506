# SPDX-License-Identifier: MIT
"""Verdicts of releases of a tool over kernels, as runs of the same verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model import Architecture, Schema
from ..model.consumer import Consumer
from ..model.vocabulary import Verdict
from ..terms.release import Release
from ..terms.tool import ToolRelease
from .exports import Exports, predicted
from .judge import outcomes, worst


@dataclass(frozen=True)
class Run:
    """Kernels in a row with the same verdict for the same purposes."""

    first: Release
    last: Release
    verdict: Verdict
    purposes: tuple[str, ...]


def kernels(schema: Schema, arch: Architecture, since: Release) -> list[Exports]:
    """What the mainline releases of an architecture export, from one on, in order."""
    found = [d.release for d in schema.releases if arch.existed_in(d.release)]
    ordered = sorted((r for r in found if r.opening >= since.opening), key=lambda r: r.opening)
    return [predicted(schema, release, arch) for release in ordered]


@dataclass(frozen=True)
class Alike:
    """Kernels in a row that a consumer can't tell apart: what the first exports, and the last."""

    exports: Exports
    last: Release


def alike(consumer: Consumer, over: Sequence[Exports]) -> list[Alike]:
    """Kernels of one architecture as far as the needs of a consumer tell them apart, in order."""
    keys = consumer.keys
    ranges = [r for need in consumer.needs for r in need.kernel_ranges]
    found: list[Alike] = []
    before = None
    for exports in over:
        seen = (
            [exports.has(key) for key in keys],
            [exports.formats.get(key) for key in keys],
            [r.holds(exports.release) for r in ranges],
            [exports.decides(need.condition) for need in consumer.needs],
        )
        first = found.pop().exports if seen == before else exports
        found.append(Alike(first, exports.release))
        before = seen
    return found


def runs(consumer: Consumer, release: ToolRelease, over: Sequence[Alike]) -> list[Run]:
    """What a release comes to on kernels of one architecture, in order."""
    found: list[Run] = []
    for kernels_alike in over:
        judged = outcomes(consumer, release, kernels_alike.exports)
        verdict = worst(judged)
        bad = tuple(o.need.purpose for o in judged if o.verdict is verdict and verdict.rank > 1)
        verdict = Verdict.OK if verdict is Verdict.FALLBACK else verdict
        if found and (found[-1].verdict, found[-1].purposes) == (verdict, bad):
            found[-1] = Run(found[-1].first, kernels_alike.last, verdict, bad)
        else:
            first = kernels_alike.exports.release
            found.append(Run(first, kernels_alike.last, verdict, bad))
    return found


def words(found: Sequence[Run], latest: Release) -> list[str]:
    """One line a run: `ok 5.0 to 6.9`, `wrong from 6.10 on: tell slab pages`."""
    lines = []
    for run in found:
        if run.last == latest:
            span = f"from {run.first} on"
        else:
            span = str(run.first) if run.first == run.last else f"{run.first} to {run.last}"
        why = f": {', '.join(run.purposes)}" if run.purposes else ""
        lines.append(f"{run.verdict.value} {span}{why}")
    return lines
