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
from .judge import Outcome, judge, worst, worst_first


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


def runs(
    consumer: Consumer, releases: Sequence[ToolRelease], over: Sequence[Exports]
) -> list[list[Run]]:
    """What each release comes to on kernels of one architecture, in order.

    A purpose is judged once for all releases that know the same ways to it.
    """
    told_apart = alike(consumer, over)
    judged: dict[tuple[int, int, tuple[bool, ...]], Outcome | None] = {}
    found = []
    for release in releases:
        forms = tuple(reading.is_of(release) for reading in consumer.readings)
        known = [need.known_to(release) + forms for need in consumer.needs]
        verdicts = []
        for place, kernels_alike in enumerate(told_apart):
            outcomes = []
            for number, need in enumerate(consumer.needs):
                asked = (place, number, known[number])
                if asked not in judged:
                    judged[asked] = judge(consumer, need, release, kernels_alike.exports)
                outcomes.append(judged[asked])
            verdicts.append(worst_first(outcomes))
        found.append(_joined(told_apart, verdicts))
    return found


def _joined(over: Sequence[Alike], verdicts: Sequence[list[Outcome]]) -> list[Run]:
    found: list[Run] = []
    for kernels_alike, judged in zip(over, verdicts):
        verdict = worst(judged)
        bad = tuple(o.need.purpose for o in judged if o.verdict is verdict and verdict.rank > 1)
        verdict = Verdict.OK if verdict is Verdict.FALLBACK else verdict
        first = kernels_alike.exports.release
        if found and (found[-1].verdict, found[-1].purposes) == (verdict, bad):
            first = found.pop().first
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
